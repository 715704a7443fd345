/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a process: descriptors, and a private writable layer.
 *
 * All nodes have the same read-only RAM disk. What a process writes, creates,
 * renames or removes goes to a layer of its own over it (struct layer): its
 * files are paged objects (mm/pages.h) numbered MB_OBJECT_FILE0 + n and move
 * with the process, lazily, exactly as its memory does. So a process finds the
 * same file tree on every node, and no other process sees its scratch files.
 */
#ifndef FS_FILE_H
#define FS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/codec.h"
#include "mm/pages.h"
#include "mm/vm.h"

#define FILES_MAX       64      /* descriptors of a process */
#define LAYER_FILES     256     /* files that a process has changed */

struct proc;

/* Checks and indexes the RAM disk (cpio newc). -EINVAL: not usable. */
int fs_init(const void *ramdisk, uint64_t bytes);
/* A file of the RAM disk, for exec and the plan; NULL: no such file. Contents
 * are in kernel memory as they stand in the archive. */
const void *fs_ramdisk_find(const char *path, uint64_t *bytes, uint32_t *mode);
extern const struct backing_ops ramdisk_backing_ops;

/* Descriptors 0 (reads `input`, "" = /dev/null), 1 and 2 (output streams). */
struct files *files_create(const char *input);
void files_destroy(struct files *files);    /* NULL is fine */

/* Descriptors, offsets, the layer's names, sizes and modes; not contents. */
void files_encode(const struct files *files, struct codec *c);
/* After it the layer's pages are absent, with map_awaited as the caller sets
 * it. NULL with *error set: bad image or no memory. */
struct files *files_decode(struct codec *c, int *error);
/* Paged object MB_OBJECT_FILE0 + n of the layer, n < LAYER_FILES, or NULL:
 * numbers of files that are gone leave holes. */
struct pages *files_object(struct files *files, uint32_t n);
/* All objects have numbers below this. */
uint32_t files_object_end(const struct files *files);

/* What a write to /proc/PID/goto does: `go` asks for a move as migrate_request
 * does; `how` is what stands behind the node, which it may change. Until it is
 * set, goto answers -ENOSYS. */
void fs_set_goto(int (*go)(struct proc *proc, uint32_t node, char *how));

#endif
