/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arithmetic on the sorted array of areas of an address space. Nothing here
 * knows of pages: mm/vm.c keeps page tables in step.
 */
#ifndef MM_AREAS_H
#define MM_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/vm.h"

#define AREAS_BOTTOM    0x10000ul       /* nothing is mapped below */

/* Index of the first area that ends above address; area_count if none. */
unsigned areas_above(const struct vm *vm, uint64_t address);
/* No area touches [start, end) / areas leave no hole in it. */
bool areas_free(const struct vm *vm, uint64_t start, uint64_t end);
bool areas_cover(const struct vm *vm, uint64_t start, uint64_t end);
/* Start of the highest hole of that many bytes, 0 if there is none. */
uint64_t areas_hole(const struct vm *vm, uint64_t bytes);

/* Adds an area where nothing is; takes a reference to its backing. Becomes
 * part of its neighbours if they are alike. -ENOMEM: array is full. */
int areas_insert(struct vm *vm, const struct area *area);
/* Adds an area behind all others, for which there is room, and takes over the
 * reference to its backing. False, and nothing is done: it would be one with the
 * area before it. */
bool areas_append(struct vm *vm, const struct area *area);
/* Forgets [start, end), of which any part may be mapped. -ENOMEM: an area
 * would be cut in two and the array is full. */
int areas_remove(struct vm *vm, uint64_t start, uint64_t end);
/* Whether areas_remove would succeed. */
bool areas_can_remove(const struct vm *vm, uint64_t start, uint64_t end);
/* Changes the rights within [start, end). -ENOMEM as above. */
int areas_protect(struct vm *vm, uint64_t start, uint64_t end, uint8_t prot);
/* What an area looks like from `start` on, which lies in it. */
struct area areas_tail(const struct area *area, uint64_t start);

#endif
