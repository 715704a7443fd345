/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contents of a file that a process has changed: a paged object over the
 * file of the RAM disk that it replaces, if any.
 *
 * A page becomes present when it is first written, filled from the lower file
 * then; so a present page is always a modified one. An absent page reads from
 * the lower file, or as zeroes, unless it is remote. A page that arrives is
 * taken only if it is marked as remote or the map of remote pages has not come
 * yet: any other is a stale one, of a part that was cut off meanwhile.
 *
 * Invariant: present pages and remote marks lie below `size` rounded up to a
 * page; bytes of the last page beyond `size` are zero.
 */
#ifndef FS_CONTENT_H
#define FS_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/page_tree.h"
#include "mm/pages.h"

#define CONTENT_PAGES_MAX   PAGE_TREE_END
#define CONTENT_BYTES_MAX   (CONTENT_PAGES_MAX << 12)

struct content {
    struct pages pages;             /* first */
    struct page_tree tree;
    uint64_t size;
    const uint8_t *lower;           /* in the RAM disk */
    uint64_t lower_bytes;           /* of it that still show, <= size */
    uint64_t remote_count;
    bool abandoned;                 /* nobody can name or read it any more */
};

void content_init(struct content *content, uint32_t object);
/* Frees the pages. */
void content_finish(struct content *content);
/* Frees the pages but keeps track of those that may still arrive. */
void content_abandon(struct content *content);
/* Pages may still arrive from the node that the process came from. */
bool content_awaits(const struct content *content);

/*
 * Before a read or write of [offset, offset + bytes): 0, or VM_REMOTE with the
 * page to wait for in *index. content_prepare also makes the pages that will
 * be written; -ENOSPC: no memory for them, -EFBIG. After them content_view and
 * content_edit cannot fail.
 */
int content_check(struct content *content, uint64_t offset, uint64_t bytes,
                  uint64_t *index);
int content_prepare(struct content *content, uint64_t offset, uint64_t bytes,
                    uint64_t *index);
/* The bytes at offset, which is below the size. *bytes, how many are wanted, is
 * cut to how many stand together. */
const void *content_view(const struct content *content, uint64_t offset,
                         uint64_t *bytes);
/* The same for writing; grows the size to what is behind these bytes. */
void *content_edit(struct content *content, uint64_t offset, uint64_t *bytes);
/* 0, VM_REMOTE with *index, -EFBIG. */
int content_resize(struct content *content, uint64_t size, uint64_t *index);

#endif
