/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What content.c and content_pages.c share: the page tree. An entry is NULL
 * (absent), CONTENT_REMOTE, or a page.
 */
#ifndef FS_CONTENT_INTERNAL_H
#define FS_CONTENT_INTERNAL_H

#include <stddef.h>

#include "fs/content.h"
#include "mm/page.h"

extern char content_remote_mark;
#define CONTENT_REMOTE ((void *)&content_remote_mark)

extern const struct pages_ops content_pages_ops;

static inline bool content_is_page(const void *entry)
{
    return entry != NULL && entry != CONTENT_REMOTE;
}

static inline uint64_t content_pages_of(uint64_t bytes)
{
    return (bytes + PAGE_MASK) >> PAGE_SHIFT;
}

static inline void *content_page_at(const struct content *content,
                                    uint64_t index)
{
    void **entry = page_tree_find(&content->tree, index);

    return entry != NULL && content_is_page(*entry) ? *entry : NULL;
}

static inline bool content_is_marked(const struct content *content,
                                     uint64_t index)
{
    void **entry = page_tree_find(&content->tree, index);

    return entry != NULL && *entry == CONTENT_REMOTE;
}

/* The first page or mark at or above *index; NULL: there is none. */
static inline void **content_next_entry(const struct content *content,
                                        uint64_t *index)
{
    return page_tree_next(&content->tree, index,
                          content_pages_of(content->size));
}

#endif
