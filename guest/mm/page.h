/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical pages: allocation with reference counts, and the direct map.
 *
 * All of the machine's memory is mapped at KERNEL_BASE + physical address, so
 * the kernel reaches every page without mapping anything.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/memlayout.h"

#define PAGE_SHIFT  12
#define PAGE_SIZE   4096ul
#define PAGE_MASK   (PAGE_SIZE - 1)

/* Describes RAM [start, end), physical. The table of references is put at
 * first_free; returns the first address behind it. */
uint64_t page_init(uint64_t start, uint64_t end, uint64_t first_free);
/* Hands all whole pages of [start, end), physical, to the allocator. */
void page_add(uint64_t start, uint64_t end);

/* A page with one reference, filled with zeroes; NULL when memory is full. */
void *page_alloc(void);
/* The same for one who is in a hurry: takes a page that page_prepare has filled,
 * as long as there is one. */
void *page_alloc_ready(void);
/* Does a small piece of the work that page_alloc_ready will not have to do
 * then; false: nothing is left to do. */
bool page_prepare(void);
/* Between the two there is none, for one who is not to be in a hurry. */
void page_hide_ready(void);
void page_show_ready(void);
/* A page without the zeroes, for a page that is overwritten at once. */
void *page_alloc_raw(void);
/* `count` neighbouring pages, filled with zeroes, each with one reference;
 * NULL: there are no such. Given back together, they are as easily found
 * again as they may be single pages. */
void *page_alloc_run(uint32_t count);
void page_put_run(void *pages, uint32_t count);
void page_get(void *page);
/* Drops a reference, frees with the last; NULL is fine. */
void page_put(void *page);
uint32_t page_refs(const void *page);
uint64_t page_free_count(void);
uint64_t page_total_count(void);

static inline uint64_t virt_to_phys(const void *address)
{
    return (uint64_t)address - KERNEL_BASE;
}

static inline void *phys_to_virt(uint64_t physical)
{
    return (void *)(physical + KERNEL_BASE);
}

#endif
