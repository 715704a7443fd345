/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Backing files: pages of processes, on the server's disk. Each process has one
 * file for each of its paged objects, in which a page's block has the number of
 * the page. The files have no names: no program sees them.
 */
#ifndef SRV_BACKING_H
#define SRV_BACKING_H

#include <stdbool.h>
#include <stdint.h>

struct backing_files;

enum backing_page { BACKING_NONE, BACKING_COMING, BACKING_READY };

struct backing_files *backing_create(void);     /* NULL: no memory */
void backing_destroy(struct backing_files *files);      /* NULL is fine */
/* Takes its own reference to the page, which does not change any more.
 * -EINVAL: there is no such place; -ENOSPC: no memory or disk is left. */
int backing_write(struct backing_files *files, uint32_t object, uint64_t index,
                  void *page);
/* COMING: the disk has been asked, and backing_on_ready's function is called
 * when something has come. READY: *page is the page, still the file's. */
enum backing_page backing_read(struct backing_files *files, uint32_t object,
                               uint64_t index, void **page);
/* The page is not needed any more. */
void backing_drop(struct backing_files *files, uint32_t object,
                  uint64_t index);
/* The first page that there is at or behind (*object, *index), which become
 * its own. False: there is none. */
bool backing_next(const struct backing_files *files, uint32_t *object,
                  uint64_t *index);
void backing_on_ready(void (*ready)(void));
/* From the disk. */
void backing_ready(void);

#endif
