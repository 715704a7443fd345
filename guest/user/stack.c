/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack: deep recursion, frames from a few bytes to several pages, each
 * full of a pattern that is checked on the way back.
 */
#include <string.h>

#include "check.h"

#define DEPTH       200
#define BIG_FRAME   (3 * 4096 + 40)

static uint64_t dive(unsigned depth, uint64_t seed);

/* A frame larger than a page: the page below sp is another one than that of
 * the caller's frame. */
static uint64_t __attribute__((noinline)) dive_big(unsigned depth,
                                                   uint64_t seed)
{
    volatile unsigned char frame[BIG_FRAME];
    uint64_t below, sum = 0;

    for (unsigned i = 0; i < sizeof(frame); i += 61) {
        frame[i] = (unsigned char)mix(seed + i);
    }
    below = dive(depth - 1, mix(seed));
    for (unsigned i = 0; i < sizeof(frame); i += 61) {
        CHECK(frame[i] == (unsigned char)mix(seed + i));
        sum += frame[i];
    }
    return mix(below ^ sum);
}

static uint64_t __attribute__((noinline)) dive(unsigned depth, uint64_t seed)
{
    volatile uint64_t frame[8];
    uint64_t below;

    if (depth == 0) {
        return seed;
    }
    for (unsigned i = 0; i < 8; i++) {
        frame[i] = mix(seed ^ i);
    }
    below = depth % 20 == 0 ? dive_big(depth, mix(seed)) :
                              dive(depth - 1, mix(seed));
    for (unsigned i = 0; i < 8; i++) {
        check_equal("frame", frame[i], mix(seed ^ i));
    }
    return mix(below ^ frame[seed % 8]);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 120);
    uint64_t first = dive(DEPTH, 1);
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        check_equal("sum", dive(DEPTH, 1), first);
        sum = mix(sum ^ dive(DEPTH, turn));
    }
    return pass("stack", sum);
}
