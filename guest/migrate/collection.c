/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collections: a tree of pages for each object.
 */
#include "migrate/collection.h"

#include <stddef.h>

#include "fs/page_tree.h"
#include "lib/errno.h"
#include "migrate/objects.h"
#include "mm/page.h"

#define KEPT_FREE_SHIFT 4       /* a 16th of all memory is not taken */

struct collection {
    struct page_tree objects[OBJECTS];
};
_Static_assert(sizeof(struct collection) <= PAGE_SIZE, "a page");

struct collection *collection_create(void)
{
    return page_alloc();
}

static void forget(struct page_tree *tree, uint64_t first, uint64_t end)
{
    void **entry;

    for (; (entry = page_tree_next(tree, &first, end)) != NULL; first++) {
        page_put(*entry);
        *entry = NULL;
    }
}

void collection_destroy(struct collection *collection)
{
    if (collection == NULL) {
        return;
    }
    for (uint32_t object = 0; object < OBJECTS; object++) {
        forget(&collection->objects[object], 0, PAGE_TREE_END);
        page_tree_finish(&collection->objects[object]);
    }
    page_put(collection);
}

int collection_put(struct collection *collection, uint32_t object,
                   uint64_t index, void *page)
{
    void **entry;

    if (object >= OBJECTS || index >= PAGE_TREE_END) {
        return -EINVAL;
    }
    if (page_free_count() < page_total_count() >> KEPT_FREE_SHIFT) {
        return -ENOMEM;
    }
    entry = page_tree_make(&collection->objects[object], index);
    if (entry == NULL) {
        return -ENOMEM;
    }
    page_put(*entry);
    *entry = page;
    return 0;
}

void collection_forget(struct collection *collection,
                       const struct mb_page_run *run)
{
    uint64_t end = run->index + run->count;

    if (run->object < OBJECTS) {
        forget(&collection->objects[run->object], run->index,
               end < PAGE_TREE_END ? end : PAGE_TREE_END);
    }
}

_Static_assert(PAGES_ADOPT == PAGE_TREE_NODE, "as they stand in the tree");

int collection_install(struct collection *collection, struct pages *pages)
{
    struct page_tree *tree = &collection->objects[pages->object];
    uint64_t index = 0;
    void **entry;

    while ((entry = page_tree_next(tree, &index, PAGE_TREE_END)) != NULL) {
        uint32_t count = PAGES_ADOPT - index % PAGES_ADOPT;
        int error = pages->ops->adopt(pages, index, entry, count);

        if (error) {
            return error;
        }
        index += count;
    }
    return 0;
}
