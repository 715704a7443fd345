/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a file's pages after copies of them have been sent ahead
 * (mm/changes.h).
 */
#include "fs/content_internal.h"
#include "mm/changes.h"

void content_note_write(struct content *content, void **entry, uint64_t index)
{
    struct changes *changes = content->pages.changes;

    *entry = content_page(*entry);
    if (changes != NULL) {
        changes_written(changes, content->pages.object, index);
    }
}

void content_note_removal(struct content *content, void *const *entry,
                          uint64_t index)
{
    struct changes *changes = content->pages.changes;

    if (changes != NULL && content_is_sent(*entry)) {
        changes_removed(changes, content->pages.object, index, 1);
    }
}

void content_note_end(struct content *content)
{
    struct changes *changes = content->pages.changes;

    if (changes != NULL) {
        changes_removed(changes, content->pages.object, 0, CHANGES_WHOLE);
        content->pages.changes = NULL;
    }
}

void content_mark_sent(struct pages *pages, uint64_t index)
{
    void **entry = page_tree_find(&((struct content *)pages)->tree, index);

    if (entry != NULL && content_is_page(*entry)) {
        *entry = (void *)((uintptr_t)*entry | CONTENT_SENT);
    }
}

void content_forget_sent(struct pages *pages, uint64_t index, uint32_t count)
{
    const struct content *content = (struct content *)pages;
    uint64_t end = index + count;
    void **entry;

    while (index < end && (entry = content_next_entry(content, &index)) !=
           NULL && index < end) {
        if (content_is_page(*entry)) {
            *entry = content_page(*entry);
        }
        index++;
    }
}
