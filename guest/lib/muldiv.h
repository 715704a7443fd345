/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Products too long for a register, divided exactly.
 */
#ifndef LIB_MULDIV_H
#define LIB_MULDIV_H

#include <stdint.h>

/*
 * value * num / den, rounded down; den is not 0. What is left over goes to
 * *rest. The quotient must fit into 64 bits.
 */
static inline uint64_t muldiv(uint64_t value, uint32_t num, uint32_t den,
                              uint32_t *rest)
{
    /* The product has 96 bits: these, and 32 more to the right of them. */
    uint64_t low = (value & UINT32_MAX) * num;
    uint64_t high = (value >> 32) * num + (low >> 32);
    uint64_t middle = high % den << 32 | (low & UINT32_MAX);

    *rest = (uint32_t)(middle % den);
    return (high / den << 32) + middle / den;
}

#endif
