/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What content*.c share: the page tree. An entry is NULL (absent),
 * CONTENT_REMOTE, or a page; with CONTENT_SENT added to it if a copy of it has
 * been sent ahead as it is (mm/pages.h).
 */
#ifndef FS_CONTENT_INTERNAL_H
#define FS_CONTENT_INTERNAL_H

#include <stddef.h>

#include "fs/content.h"
#include "mm/page.h"

extern uint64_t content_remote_mark;
#define CONTENT_REMOTE ((void *)&content_remote_mark)

extern const struct pages_ops content_pages_ops;

#define CONTENT_SENT 1u

/* content_track.c. Before the page at `entry` is written or, with its index,
 * has just been made. */
void content_note_write(struct content *content, void **entry,
                        uint64_t index);
/* Before the page at `entry` is freed. */
void content_note_removal(struct content *content, void *const *entry,
                          uint64_t index);
/* All pages are freed. */
void content_note_end(struct content *content);
void content_mark_sent(struct pages *pages, uint64_t index);
void content_forget_sent(struct pages *pages, uint64_t index, uint32_t count);

static inline bool content_is_sent(const void *entry)
{
    return (uintptr_t)entry & CONTENT_SENT;
}

static inline void *content_page(void *entry)
{
    return (void *)((uintptr_t)entry & ~(uintptr_t)CONTENT_SENT);
}

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

    return entry != NULL && content_is_page(*entry) ? content_page(*entry)
                                                    : NULL;
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
