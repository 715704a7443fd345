/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paged contents of a file, see content.h, as a file. As a paged object:
 * content_pages.c.
 */
#include "fs/content_internal.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/vm.h"

/* Frees pages from `first` on; with `marks` forgets remote marks as well. */
static void cut_from(struct content *content, uint64_t first, bool marks)
{
    uint64_t index = first;
    void **entry;

    while ((entry = content_next_entry(content, &index)) != NULL) {
        if (content_is_page(*entry)) {
            content_note_removal(content, entry, index);
            page_put(content_page(*entry));
            *entry = NULL;
        } else if (marks) {
            *entry = NULL;
            content->remote_count--;
        }
        index++;
    }
}

void content_init(struct content *content, uint32_t object)
{
    memset(content, 0, sizeof(*content));
    content->pages.ops = &content_pages_ops;
    content->pages.object = object;
}

void content_finish(struct content *content)
{
    content_note_end(content);
    cut_from(content, 0, true);
    page_tree_finish(&content->tree);
}

void content_abandon(struct content *content)
{
    content_note_end(content);
    content->abandoned = true;
    cut_from(content, 0, false);
}

bool content_awaits(const struct content *content)
{
    return content->pages.map_awaited || content->remote_count != 0;
}

/* Whether an absent page may be at another node. */
static bool may_be_remote(const struct content *content, uint64_t index)
{
    if (index >= content_pages_of(content->size)) {
        return false;
    }
    return content->pages.map_awaited || content_is_marked(content, index);
}

static int check_pages(const struct content *content, uint64_t first,
                       uint64_t end, uint64_t *index)
{
    if (!content_awaits(content)) {
        return 0;
    }
    for (uint64_t i = first; i < end; i++) {
        if (content_page_at(content, i) == NULL && may_be_remote(content, i)) {
            *index = i;
            return VM_REMOTE;
        }
    }
    return 0;
}

int content_check(struct content *content, uint64_t offset, uint64_t bytes,
                  uint64_t *index)
{
    return check_pages(content, offset >> PAGE_SHIFT,
                       content_pages_of(offset + bytes), index);
}

/* The bytes of an absent page that is not remote: *bytes is cut to how many
 * there are; NULL: they are zero. */
static const void *view_absent(const struct content *content, uint64_t offset,
                               uint64_t *bytes)
{
    if (offset < content->lower_bytes) {
        uint64_t left = content->lower_bytes - offset;

        *bytes = *bytes < left ? *bytes : left;
        return content->lower + offset;
    }
    return NULL;
}

static int make_page(struct content *content, uint64_t index)
{
    void **entry = page_tree_make(&content->tree, index);

    if (entry == NULL) {
        return -ENOSPC;
    }
    if (*entry == NULL) {
        uint64_t bytes = PAGE_SIZE;
        const void *below = view_absent(content, index << PAGE_SHIFT, &bytes);
        void *page = page_alloc();

        if (page == NULL) {
            return -ENOSPC;
        }
        if (below != NULL) {
            memcpy(page, below, bytes);
        }
        *entry = page;
    }
    content_note_write(content, entry, index);
    return 0;
}

int content_prepare(struct content *content, uint64_t offset, uint64_t bytes,
                    uint64_t *index)
{
    uint64_t first = offset >> PAGE_SHIFT;
    uint64_t end;
    uint64_t old_size = content->size;
    int result;

    if (offset > CONTENT_BYTES_MAX || bytes > CONTENT_BYTES_MAX - offset) {
        return -EFBIG;
    }
    end = content_pages_of(offset + bytes);
    result = check_pages(content, first, end, index);
    if (result != 0) {
        return result;
    }
    for (uint64_t i = first; i < end; i++) {
        if (make_page(content, i) != 0) {
            /* so that the pages beyond the end are found */
            content->size = i << PAGE_SHIFT > old_size ? i << PAGE_SHIFT :
                                                         old_size;
            cut_from(content, content_pages_of(old_size), true);
            content->size = old_size;
            return -ENOSPC;
        }
    }
    return 0;
}

const void *content_view(const struct content *content, uint64_t offset,
                         uint64_t *bytes)
{
    static const uint8_t zeroes[PAGE_SIZE];
    uint64_t within = offset & PAGE_MASK;
    const uint8_t *page = content_page_at(content, offset >> PAGE_SHIFT);
    const void *below;

    *bytes = *bytes < PAGE_SIZE - within ? *bytes : PAGE_SIZE - within;
    if (page != NULL) {
        return page + within;
    }
    below = view_absent(content, offset, bytes);
    return below != NULL ? below : zeroes;
}

void *content_edit(struct content *content, uint64_t offset, uint64_t *bytes)
{
    uint64_t within = offset & PAGE_MASK;
    uint8_t *page = content_page_at(content, offset >> PAGE_SHIFT);

    *bytes = *bytes < PAGE_SIZE - within ? *bytes : PAGE_SIZE - within;
    if (offset + *bytes > content->size) {
        content->size = offset + *bytes;
    }
    return page + within;
}

/*
 * Shrinking throws pages away, and what is thrown away must not come back: it
 * waits until it is known which pages are remote, and for the page of which a
 * part stays.
 */
static int shrink(struct content *content, uint64_t size, uint64_t *index)
{
    uint64_t first = size >> PAGE_SHIFT;
    uint64_t within = size & PAGE_MASK;
    uint8_t *page;

    if (content->pages.map_awaited) {
        *index = first;
        return VM_REMOTE;
    }
    if (within != 0) {
        if (content_is_marked(content, first)) {
            *index = first;
            return VM_REMOTE;
        }
        page = content_page_at(content, first);
        if (page != NULL) {
            content_note_write(content, page_tree_find(&content->tree, first),
                               first);
            memset(page + within, 0, PAGE_SIZE - within);
        }
    }
    cut_from(content, content_pages_of(size), true);
    content->size = size;
    if (content->lower_bytes > size) {
        content->lower_bytes = size;
    }
    return 0;
}

int content_resize(struct content *content, uint64_t size, uint64_t *index)
{
    if (size > CONTENT_BYTES_MAX) {
        return -EFBIG;
    }
    if (size < content->size) {
        return shrink(content, size, index);
    }
    content->size = size;
    return 0;
}
