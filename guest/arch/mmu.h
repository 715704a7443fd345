/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling the processor that page tables or code have changed.
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdint.h>

#include "arch/csr.h"

/* One leaf has changed. */
static inline void mmu_flush_page(uint64_t address)
{
    __asm__ volatile("sfence.vma %0, zero" : : "r"(address) : "memory");
}

static inline void mmu_flush_all(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}

/* The kernel has stored instructions that a program is going to fetch. */
static inline void mmu_flush_code(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

/* All address translation goes through the root at `physical` from here on. */
static inline void mmu_set_root(uint64_t physical)
{
    csr_write(satp, (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT |
                        physical >> 12);
    mmu_flush_all();
}

#endif
