/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of address spaces: finding, making and walking leaves.
 */
#ifndef MM_TABLE_H
#define MM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/sv39.h"

/* The root that has nothing but the kernel; arch/entry.S. */
extern pte_t kernel_root[SV39_ENTRIES];

/* An empty lower half, the kernel in the upper one. NULL: no memory. */
pte_t *table_create(void);
/* Does a small piece of table_create's work beforehand; false: nothing is left
 * to do. */
bool table_prepare(void);
/* Between the two nothing has been done beforehand. */
void table_hide_ready(void);
void table_show_ready(void);
/* Frees the tables of the lower half, whose leaves must hold no pages. */
void table_destroy(pte_t *root);

/* The leaf of address; NULL if there is no table for it / no memory for one. */
pte_t *table_find(pte_t *root, uint64_t address);
pte_t *table_make(pte_t *root, uint64_t address);

/* The first leaf that is not absent in [*address, end), both page-aligned;
 * *address becomes its address. NULL: none. */
pte_t *table_next(pte_t *root, uint64_t *address, uint64_t end);
/* The last such leaf in [0, *end); *end becomes its address. */
pte_t *table_previous(pte_t *root, uint64_t *end);

#endif
