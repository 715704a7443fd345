/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integer arithmetic of the interpreter. The M extension defines the results of
 * divisions by zero and of those that overflow; C does not.
 */
#include "migrate/lookahead_internal.h"

static uint64_t extend(uint64_t value)
{
    return (uint64_t)(int64_t)(int32_t)value;
}

static uint64_t divide(int64_t a, int64_t b)
{
    if (b == 0) {
        return UINT64_MAX;
    }
    return b == -1 ? -(uint64_t)a : (uint64_t)(a / b);
}

static uint64_t rest(int64_t a, int64_t b)
{
    if (b == 0) {
        return (uint64_t)a;
    }
    return b == -1 ? 0 : (uint64_t)(a % b);
}

static uint64_t high(__int128 product)
{
    return (uint64_t)((unsigned __int128)product >> 64);
}

static uint64_t muldiv(unsigned op, uint64_t a, uint64_t b)
{
    switch (op & 7) {
    case 0:
        return a * b;
    case 1:
        return high((__int128)(int64_t)a * (int64_t)b);
    case 2:
        return high((__int128)(int64_t)a * b);
    case 3:
        return (uint64_t)((unsigned __int128)a * b >> 64);
    case 4:
        return divide((int64_t)a, (int64_t)b);
    case 5:
        return b == 0 ? UINT64_MAX : a / b;
    case 6:
        return rest((int64_t)a, (int64_t)b);
    default:
        return b == 0 ? a : a % b;
    }
}

/* Extended to 64 bits, the operations on 32 bits are those on 64. */
static uint64_t muldiv_32(unsigned op, uint64_t a, uint64_t b)
{
    if (op & 1) {
        return extend(muldiv(op, (uint32_t)a, (uint32_t)b));
    }
    return extend(muldiv(op, extend(a), extend(b)));
}

static uint64_t compute_32(unsigned op, uint64_t a, uint64_t b)
{
    unsigned shift = b & 31;

    switch (op & ~LOOK_32) {
    case 0:
        return extend(a + b);
    case LOOK_SECOND:
        return extend(a - b);
    case 1:
        return extend(a << shift);
    case 5:
        return extend((uint32_t)a >> shift);
    default:
        return (uint64_t)(int64_t)((int32_t)a >> shift);
    }
}

uint64_t look_compute_rare(unsigned op, uint64_t a, uint64_t b)
{
    if (op & LOOK_MULDIV) {
        return op & LOOK_32 ? muldiv_32(op, a, b) : muldiv(op, a, b);
    }
    if (op & LOOK_32) {
        return compute_32(op, a, b);
    }
    switch (op) {
    case LOOK_SECOND:
        return a - b;
    case 1:
        return a << (b & 63);
    case 2:
        return (int64_t)a < (int64_t)b;
    case 3:
        return a < b;
    case 4:
        return a ^ b;
    case 5:
        return a >> (b & 63);
    case 5 | LOOK_SECOND:
        return (uint64_t)((int64_t)a >> (b & 63));
    case 6:
        return a | b;
    default:
        return a & b;
    }
}
