/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contents of a file as a paged object (mm/pages.h): how migration sees
 * them.
 */
#include "fs/content_internal.h"
#include "lib/errno.h"
#include "mm/page.h"

uint64_t content_remote_mark;      /* aligned: no CONTENT_SENT in it */

static void *op_next(struct pages *pages, uint64_t *index, bool *modified)
{
    struct content *content = (struct content *)pages;
    void **entry;

    while ((entry = content_next_entry(content, index)) != NULL) {
        if (content_is_page(*entry)) {
            *modified = !content_is_sent(*entry);
            return content_page(*entry);
        }
        (*index)++;
    }
    return NULL;
}

static void *op_previous(struct pages *pages, uint64_t *index, bool *modified)
{
    const struct content *content = (struct content *)pages;
    void **entry;

    while ((entry = page_tree_previous(&content->tree, index)) != NULL) {
        if (content_is_page(*entry)) {
            *modified = !content_is_sent(*entry);
            return content_page(*entry);
        }
    }
    return NULL;
}

static uint32_t op_next_run(struct pages *pages, uint64_t *index, uint64_t end)
{
    bool modified;

    for (; op_next(pages, index, &modified) != NULL && *index < end;
         (*index)++) {
        if (modified) {
            return 1;
        }
    }
    return 0;
}

static void op_contents(struct pages *pages, uint64_t index, uint32_t count,
                        void **page)
{
    for (uint32_t i = 0; i < count; i++) {
        page[i] = content_page_at((struct content *)pages, index + i);
    }
}

static uint64_t op_count(struct pages *pages)
{
    uint64_t count = 0;
    bool modified;

    for (uint64_t i = 0; op_next(pages, &i, &modified) != NULL; i++) {
        count++;
    }
    return count;
}

static void *op_find(struct pages *pages, uint64_t index, bool *modified)
{
    const struct content *content = (struct content *)pages;
    void **entry;

    entry = index < CONTENT_PAGES_MAX ? page_tree_find(&content->tree, index)
                                      : NULL;
    if (entry == NULL || !content_is_page(*entry)) {
        return NULL;
    }
    *modified = !content_is_sent(*entry);
    return content_page(*entry);
}

static int op_install(struct pages *pages, uint64_t index, void *page,
                      bool modified)
{
    struct content *content = (struct content *)pages;
    bool marked;
    void **entry;

    (void)modified;
    if (index >= content_pages_of(content->size)) {
        return -ENOENT;
    }
    marked = content_is_marked(content, index);
    if (!marked && !pages->map_awaited) {
        return content_page_at(content, index) != NULL ? -EEXIST : -ENOENT;
    }
    entry = page_tree_make(&content->tree, index);
    if (entry == NULL) {
        return -ENOMEM;
    }
    if (content_is_page(*entry)) {
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

static int op_adopt(struct pages *pages, uint64_t index, void **entries,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int error = entries[i] != NULL
                    ? op_install(pages, index + i, entries[i], true) : -ENOENT;

        if (error == -ENOMEM) {
            return error;
        }
        if (error == 0) {
            entries[i] = NULL;
        }
    }
    return 0;
}

static int op_mark_remote(struct pages *pages, uint64_t index, uint32_t count)
{
    struct content *content = (struct content *)pages;
    uint64_t end = content_pages_of(content->size);

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
            *entry = CONTENT_REMOTE;
            content->remote_count++;
        }
    }
    return 0;
}

static bool op_is_remote(struct pages *pages, uint64_t index)
{
    return index < CONTENT_PAGES_MAX &&
           content_is_marked((struct content *)pages, index);
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
    if (entry != NULL && content_is_page(*entry)) {
        page_put(content_page(*entry));
        *entry = NULL;
    }
}

const struct pages_ops content_pages_ops = {
    .next = op_next,
    .previous = op_previous,
    .next_run = op_next_run,
    .contents = op_contents,
    .count = op_count,
    .find = op_find,
    .install = op_install,
    .adopt = op_adopt,
    .mark_remote = op_mark_remote,
    .is_remote = op_is_remote,
    .awaits = op_awaits,
    .mark_sent = content_mark_sent,
    .forget_sent = content_forget_sent,
    .drop = op_drop,
};
