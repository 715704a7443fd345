/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sparse array of pointers, see page_tree.h.
 */
#include "fs/page_tree.h"

#include <stddef.h>

#include "mm/page.h"

#define LEVELS          3
#define FANOUT_SHIFT    9
#define FANOUT          (1u << FANOUT_SHIFT)
_Static_assert(FANOUT == PAGE_TREE_NODE, "a node of entries");
_Static_assert(FANOUT * sizeof(void *) == PAGE_SIZE, "a node is a page");
_Static_assert(1ull << (LEVELS * FANOUT_SHIFT) == PAGE_TREE_END, "levels");

static unsigned slot_of(uint64_t index, int level)
{
    return (index >> (FANOUT_SHIFT * level)) & (FANOUT - 1);
}

/* As page_tree_find; if that is NULL, *missing is the level that lacks. */
static void **find(const struct page_tree *tree, uint64_t index, int *missing)
{
    void **node = tree->root;
    int level = LEVELS - 1;

    while (node != NULL && level > 0) {
        node = node[slot_of(index, level)];
        level--;
    }
    *missing = level;
    return node == NULL ? NULL : &node[slot_of(index, 0)];
}

void **page_tree_find(const struct page_tree *tree, uint64_t index)
{
    int missing;

    return find(tree, index, &missing);
}

void **page_tree_make(struct page_tree *tree, uint64_t index)
{
    void ***link = &tree->root;

    for (int level = LEVELS - 1;; level--) {
        if (*link == NULL) {
            *link = page_alloc();
            if (*link == NULL) {
                return NULL;
            }
        }
        if (level == 0) {
            return &(*link)[slot_of(index, 0)];
        }
        link = (void ***)&(*link)[slot_of(index, level)];
    }
}

void **page_tree_next(const struct page_tree *tree, uint64_t *index,
                      uint64_t end)
{
    uint64_t i = *index;

    while (i < end) {
        int missing;
        void **entry = find(tree, i, &missing);

        if (entry == NULL) {
            /* all that hangs below the level above is empty: skip it */
            uint64_t span = 1ull << (FANOUT_SHIFT * (missing + 1));

            i = (i | (span - 1)) + 1;
            continue;
        }
        for (; i < end; i++, entry++) {
            if (*entry != NULL) {
                *index = i;
                return entry;
            }
            if (slot_of(i, 0) == FANOUT - 1) {
                i++;
                break;
            }
        }
    }
    return NULL;
}

void **page_tree_previous(const struct page_tree *tree, uint64_t *end)
{
    uint64_t i = *end < PAGE_TREE_END ? *end : PAGE_TREE_END;

    while (i > 0) {
        int missing;
        void **entry = find(tree, i - 1, &missing);

        if (entry == NULL) {
            uint64_t span = 1ull << (FANOUT_SHIFT * (missing + 1));

            i = (i - 1) & ~(span - 1);
        } else if (*entry == NULL) {
            i--;
        } else {
            *end = i - 1;
            return entry;
        }
    }
    return NULL;
}

static void free_nodes(void **node, int level)
{
    if (node == NULL) {
        return;
    }
    if (level > 0) {
        for (unsigned i = 0; i < FANOUT; i++) {
            free_nodes(node[i], level - 1);
        }
    }
    page_put(node);
}

void page_tree_finish(struct page_tree *tree)
{
    free_nodes(tree->root, LEVELS - 1);
    tree->root = NULL;
}
