/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sparse array of pointers by page index: three levels of 512 entries.
 */
#ifndef FS_PAGE_TREE_H
#define FS_PAGE_TREE_H

#include <stdint.h>

#define PAGE_TREE_NODE      512u        /* entries that stand together */
#define PAGE_TREE_END   (1ull << 27)    /* indices are below this */

struct page_tree {
    void **root;                        /* NULL: nothing yet */
};

/* Where the entry of an index is; NULL if its part of the tree is not there,
 * in which case it is empty. */
void **page_tree_find(const struct page_tree *tree, uint64_t index);
/* The same, but makes that part. NULL: no memory. */
void **page_tree_make(struct page_tree *tree, uint64_t index);
/* The first entry in [*index, end) that is not NULL, and its index; NULL:
 * there is none. */
void **page_tree_next(const struct page_tree *tree, uint64_t *index,
                      uint64_t end);
/* The last entry in [0, *end) that is not NULL; *end becomes its index. */
void **page_tree_previous(const struct page_tree *tree, uint64_t *end);
/* Frees the tree, not what its entries point to. */
void page_tree_finish(struct page_tree *tree);

#endif
