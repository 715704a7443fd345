/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of guest/arch/mmu.h: no processor has to be told anything.
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdint.h>

static inline void mmu_flush_page(uint64_t address)
{
    (void)address;
}

static inline void mmu_flush_all(void)
{
}

static inline void mmu_flush_code(void)
{
}

static inline void mmu_set_root(uint64_t physical)
{
    (void)physical;
}

#endif
