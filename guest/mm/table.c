/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of address spaces.
 *
 * A few roots have the kernel's half beforehand (paper, technique 5).
 */
#include "mm/table.h"

#include <stddef.h>

#include "lib/string.h"
#include "mm/page.h"

#define READY_ROOTS     4
#define READY_STEP      64u     /* entries that table_prepare copies at a time */

/* Complete but for the kernel's half of the last one, from entry `made` on. */
static pte_t *roots[READY_ROOTS];
static unsigned root_count;
static unsigned made = SV39_ENTRIES;
/* The same two, while they are hidden. */
static unsigned hidden_count;
static unsigned hidden_made;

static pte_t *table_of(pte_t pte)
{
    return phys_to_virt(pte_physical(pte));
}

static void copy_kernel(pte_t *root, unsigned from, unsigned to)
{
    memcpy(root + from, kernel_root + from, (to - from) * sizeof(pte_t));
}

pte_t *table_create(void)
{
    pte_t *root;

    if (root_count > 0) {
        root = roots[--root_count];
        copy_kernel(root, made, SV39_ENTRIES);
        made = SV39_ENTRIES;
        return root;
    }
    root = page_alloc_ready();
    if (root != NULL) {
        copy_kernel(root, SV39_KERNEL_ENTRY, SV39_ENTRIES);
    }
    return root;
}

bool table_prepare(void)
{
    if (made == SV39_ENTRIES) {
        pte_t *root = root_count < READY_ROOTS ? page_alloc_ready() : NULL;

        if (root == NULL) {
            return false;
        }
        roots[root_count++] = root;
        made = SV39_KERNEL_ENTRY;
    }
    copy_kernel(roots[root_count - 1], made, made + READY_STEP);
    made += READY_STEP;
    return true;
}

void table_hide_ready(void)
{
    hidden_count = root_count;
    hidden_made = made;
    root_count = 0;
    made = SV39_ENTRIES;
}

void table_show_ready(void)
{
    root_count = hidden_count;
    made = hidden_made;
}

void table_destroy(pte_t *root)
{
    for (unsigned i = 0; i < SV39_KERNEL_ENTRY; i++) {
        pte_t *middle;

        if (!(root[i] & PTE_V)) {
            continue;
        }
        middle = table_of(root[i]);
        for (unsigned j = 0; j < SV39_ENTRIES; j++) {
            if (middle[j] & PTE_V) {
                page_put(table_of(middle[j]));
            }
        }
        page_put(middle);
    }
    page_put(root);
}

pte_t *table_find(pte_t *root, uint64_t address)
{
    pte_t *table = root;

    for (unsigned level = SV39_LEVELS - 1; level > 0; level--) {
        pte_t pte = table[sv39_index(address, level)];

        if (!(pte & PTE_V)) {
            return NULL;
        }
        table = table_of(pte);
    }
    return &table[sv39_index(address, 0)];
}

pte_t *table_make(pte_t *root, uint64_t address)
{
    pte_t *table = root;

    for (unsigned level = SV39_LEVELS - 1; level > 0; level--) {
        pte_t *pte = &table[sv39_index(address, level)];

        if (!(*pte & PTE_V)) {
            void *page = page_alloc_ready();

            if (page == NULL) {
                return NULL;
            }
            *pte = pte_make(virt_to_phys(page), PTE_V);
        }
        table = table_of(*pte);
    }
    return &table[sv39_index(address, 0)];
}

/* The first address above this one that another entry of `level` covers. */
static uint64_t next_span(uint64_t address, unsigned level)
{
    return (address | (sv39_span(level) - 1)) + 1;
}

/* The same within one table of leaves. */
static pte_t *next_leaf(pte_t *leaves, uint64_t *address, uint64_t end)
{
    uint64_t pages = (end - *address) >> PAGE_SHIFT;
    pte_t *first = &leaves[sv39_index(*address, 0)];
    pte_t *last = leaves + SV39_ENTRIES;

    if (pages < (uint64_t)(last - first)) {
        last = first + pages;
    }
    for (pte_t *pte = first; pte < last; pte++) {
        if (*pte != 0) {
            *address += (uint64_t)(pte - first) << PAGE_SHIFT;
            return pte;
        }
    }
    return NULL;
}

pte_t *table_next(pte_t *root, uint64_t *address, uint64_t end)
{
    uint64_t at = *address;

    while (at < end) {
        pte_t middle = root[sv39_index(at, 2)];
        pte_t lower;
        pte_t *found;

        if (!(middle & PTE_V)) {
            at = next_span(at, 2);
            continue;
        }
        lower = table_of(middle)[sv39_index(at, 1)];
        if (lower & PTE_V) {
            found = next_leaf(table_of(lower), &at, end);
            if (found != NULL) {
                *address = at;
                return found;
            }
        }
        at = next_span(at, 1);
    }
    return NULL;
}

/* The last leaf below `end` in one table of leaves. */
static pte_t *last_leaf(pte_t *leaves, uint64_t *end)
{
    unsigned first = sv39_index(*end - PAGE_SIZE, 0);

    for (pte_t *pte = &leaves[first];; pte--) {
        *end -= PAGE_SIZE;
        if (*pte != 0) {
            return pte;
        }
        if (pte == leaves) {
            return NULL;
        }
    }
}

pte_t *table_previous(pte_t *root, uint64_t *end)
{
    uint64_t at = *end;

    while (at > 0) {
        uint64_t last = at - PAGE_SIZE;
        pte_t middle = root[sv39_index(last, 2)];
        pte_t lower;
        pte_t *found;

        if (!(middle & PTE_V)) {
            at = last & ~(sv39_span(2) - 1);
            continue;
        }
        lower = table_of(middle)[sv39_index(last, 1)];
        if (!(lower & PTE_V)) {
            at = last & ~(sv39_span(1) - 1);
            continue;
        }
        found = last_leaf(table_of(lower), &at);
        if (found != NULL) {
            *end = at;
            return found;
        }
    }
    return NULL;
}
