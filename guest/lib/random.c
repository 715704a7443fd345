/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xorshift128+ (Vigna, "Further scramblings of Marsaglia's xorshift
 * generators", 2017), seeded by SplitMix64 (Steele, Lea, Flood, 2014).
 */
#include "lib/random.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void random_seed(uint64_t state[2], uint64_t seed, uint64_t number)
{
    const uint64_t golden = 0x9e3779b97f4a7c15u;

    seed = mix(seed + golden) ^ number;
    state[0] = mix(seed + golden);
    state[1] = mix(seed + 2 * golden) | 1;      /* never both zero */
}

uint64_t random_next(uint64_t state[2])
{
    uint64_t x = state[0];
    uint64_t y = state[1];

    state[0] = y;
    x ^= x << 23;
    state[1] = x ^ y ^ (x >> 18) ^ (y >> 5);
    return state[1] + y;
}
