/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paged contents of a file, see content.h. An entry of the page tree is NULL
 * (absent), `remote_mark`, or a page.
 */
#include "fs/content.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/vm.h"

static char remote_mark_byte;
#define remote_mark ((void *)&remote_mark_byte)

static bool is_page(const void *entry)
{
    return entry != NULL && entry != remote_mark;
}

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE_MASK) >> PAGE_SHIFT;
}

static void *page_at(const struct content *content, uint64_t index)
{
    void **entry = page_tree_find(&content->tree, index);

    return entry != NULL && is_page(*entry) ? *entry : NULL;
}

static bool is_marked(const struct content *content, uint64_t index)
{
    void **entry = page_tree_find(&content->tree, index);

    return entry != NULL && *entry == remote_mark;
}

/* The first page or mark at or above *index; NULL: there is none. */
static void **next_entry(const struct content *content, uint64_t *index)
{
    return page_tree_next(&content->tree, index, pages_of(content->size));
}

/* Frees pages from `first` on; with `marks` forgets remote marks as well. */
static void cut_from(struct content *content, uint64_t first, bool marks)
{
    uint64_t index = first;
    void **entry;

    while ((entry = next_entry(content, &index)) != NULL) {
        if (is_page(*entry)) {
            page_put(*entry);
            *entry = NULL;
        } else if (marks) {
            *entry = NULL;
            content->remote_count--;
        }
        index++;
    }
}

static const struct pages_ops content_ops;

void content_init(struct content *content, uint32_t object)
{
    memset(content, 0, sizeof(*content));
    content->pages.ops = &content_ops;
    content->pages.object = object;
}

void content_finish(struct content *content)
{
    cut_from(content, 0, true);
    page_tree_finish(&content->tree);
}

void content_abandon(struct content *content)
{
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
    if (index >= pages_of(content->size)) {
        return false;
    }
    return content->pages.map_awaited || is_marked(content, index);
}

static int check_pages(const struct content *content, uint64_t first,
                       uint64_t end, uint64_t *index)
{
    if (!content_awaits(content)) {
        return 0;
    }
    for (uint64_t i = first; i < end; i++) {
        if (page_at(content, i) == NULL && may_be_remote(content, i)) {
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
                       pages_of(offset + bytes), index);
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
    end = pages_of(offset + bytes);
    result = check_pages(content, first, end, index);
    if (result != 0) {
        return result;
    }
    for (uint64_t i = first; i < end; i++) {
        if (make_page(content, i) != 0) {
            /* so that the pages beyond the end are found */
            content->size = i << PAGE_SHIFT > old_size ? i << PAGE_SHIFT :
                                                         old_size;
            cut_from(content, pages_of(old_size), true);
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
    const uint8_t *page = page_at(content, offset >> PAGE_SHIFT);
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
    uint8_t *page = page_at(content, offset >> PAGE_SHIFT);

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
        if (is_marked(content, first)) {
            *index = first;
            return VM_REMOTE;
        }
        page = page_at(content, first);
        if (page != NULL) {
            memset(page + within, 0, PAGE_SIZE - within);
        }
    }
    cut_from(content, pages_of(size), true);
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

/* -- as a paged object -- */

static void *op_next(struct pages *pages, uint64_t *index, bool *modified)
{
    struct content *content = (struct content *)pages;
    void **entry;

    while ((entry = next_entry(content, index)) != NULL) {
        if (is_page(*entry)) {
            *modified = true;
            return *entry;
        }
        (*index)++;
    }
    return NULL;
}

static void *op_find(struct pages *pages, uint64_t index, bool *modified)
{
    *modified = true;
    return index < CONTENT_PAGES_MAX ?
           page_at((struct content *)pages, index) : NULL;
}

static int op_install(struct pages *pages, uint64_t index, void *page,
                      bool modified)
{
    struct content *content = (struct content *)pages;
    bool marked;
    void **entry;

    (void)modified;
    if (index >= pages_of(content->size)) {
        return -ENOENT;
    }
    marked = is_marked(content, index);
    if (!marked && !pages->map_awaited) {
        return page_at(content, index) != NULL ? -EEXIST : -ENOENT;
    }
    entry = page_tree_make(&content->tree, index);
    if (entry == NULL) {
        return -ENOMEM;
    }
    if (is_page(*entry)) {
        return -EEXIST;
    }
    if (marked) {
        content->remote_count--;
        *entry = NULL;
    }
    if (content->abandoned) {
        return -ENOENT;
    }
    *entry = page;
    return 0;
}

static int op_mark_remote(struct pages *pages, uint64_t index, uint32_t count)
{
    struct content *content = (struct content *)pages;
    uint64_t end = pages_of(content->size);

    if (index > UINT64_MAX - count) {
        return -EINVAL;
    }
    end = index + count < end ? index + count : end;
    for (uint64_t i = index; i < end; i++) {
        void **entry = page_tree_make(&content->tree, i);

        if (entry == NULL) {
            return -ENOMEM;
        }
        if (*entry == NULL) {
            *entry = remote_mark;
            content->remote_count++;
        }
    }
    return 0;
}

static bool op_is_remote(struct pages *pages, uint64_t index)
{
    return index < CONTENT_PAGES_MAX &&
           is_marked((struct content *)pages, index);
}

static bool op_awaits(struct pages *pages)
{
    return content_awaits((struct content *)pages);
}

static void op_drop(struct pages *pages, uint64_t index)
{
    struct content *content = (struct content *)pages;
    void **entry;

    if (index >= CONTENT_PAGES_MAX) {
        return;
    }
    entry = page_tree_find(&content->tree, index);
    if (entry != NULL && is_page(*entry)) {
        page_put(*entry);
        *entry = NULL;
    }
}

static const struct pages_ops content_ops = {
    .next = op_next,
    .find = op_find,
    .install = op_install,
    .mark_remote = op_mark_remote,
    .is_remote = op_is_remote,
    .awaits = op_awaits,
    .drop = op_drop,
};
