/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The private writable layer of a process over the RAM disk.
 *
 * Whatever a process creates, changes, renames or removes is a slot here, known
 * by its whole path. A path is looked up in the layer first: a file or
 * directory there is what the process sees, a white-out hides what the RAM
 * disk has at and below its path, and so do a file, a symbolic link and an
 * opaque directory. Files keep their contents as paged objects, so a change
 * of a big file copies the pages that change and nothing else.
 *
 * A file that was removed stays as a nameless slot while it is open, or while
 * pages of it may still arrive from the node the process came from.
 */
#ifndef FS_LAYER_H
#define FS_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/content.h"
#include "fs/cpio.h"
#include "fs/file.h"
#include "fs/node.h"
#include "fs/pathname.h"
#include "lib/codec.h"

enum layer_kind {
    LAYER_FILE,
    LAYER_DIRECTORY,
    LAYER_LINK,
    LAYER_WHITEOUT,
    LAYER_KINDS
};

struct layer_file {
    struct content content;         /* first; of LAYER_FILE */
    enum layer_kind kind;
    uint32_t slot;
    uint32_t hash;                  /* of the path */
    uint32_t opens;                 /* open files that refer to it */
    bool named;                     /* path[] is valid */
    bool opaque;                    /* of LAYER_DIRECTORY, see above */
    uint32_t mode;                  /* type and permissions */
    uint32_t lower;                 /* entry that content shows, or CPIO_NONE */
    uint64_t ino;
    int64_t atime_ns;               /* since 1970 */
    int64_t mtime_ns;
    int64_t ctime_ns;
    char path[FS_PATH_MAX];
    char target[FS_PATH_MAX];       /* of LAYER_LINK */
};

struct layer {
    uint32_t top;                   /* slots from here on are empty */
    uint64_t next_ino;
    struct layer_file *slot[LAYER_FILES];
};

struct layer *layer_create(void);           /* NULL: no memory */
void layer_destroy(struct layer *layer);    /* NULL is fine */

struct layer_file *layer_slot(const struct layer *layer, uint32_t slot);
struct node layer_lookup(const struct layer *layer, const char *path);

/* Creates a file, directory or link at a path where nothing is. now_ns becomes
 * all its times. -ENOSPC, -ENAMETOOLONG. */
int layer_create_file(struct layer *layer, const char *path, uint32_t mode,
                      int64_t now_ns, uint32_t *slot);
/* Makes the layer's own copy of an entry of the RAM disk; contents are copied
 * as they are written. -ENOSPC, -EPERM: a device. */
int layer_copy_up(struct layer *layer, uint32_t lower, uint32_t *slot);
/* Takes the name of a node away. A directory has to be empty. -ENOSPC. */
int layer_remove(struct layer *layer, const char *path);
/* Gives the node at `from` the name `to`, replacing what is there; the caller
 * has checked that the types fit. -EXDEV: a directory of the RAM disk. */
int layer_rename(struct layer *layer, const char *from, const char *to);

void layer_open(struct layer *layer, uint32_t slot);
void layer_close(struct layer *layer, uint32_t slot);

/*
 * Directory listing. `cookie` is 0 at first, and then where the last call
 * left it: a place that stays valid whatever is removed or created meanwhile.
 */
bool layer_next_child(const struct layer *layer, const char *directory,
                      uint64_t *cookie, struct node_child *child);
bool layer_is_empty(const struct layer *layer, const char *directory);

uint64_t layer_lower_ino(uint32_t lower);

void layer_encode(const struct layer *layer, struct codec *c);
/* NULL with *error set. */
struct layer *layer_decode(struct codec *c, int *error);

#endif
