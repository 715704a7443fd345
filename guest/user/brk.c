/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The break: it grows and shrinks page by page and byte by byte; what comes
 * back after a shrink is zero.
 */
#include <unistd.h>

#include "check.h"

#define STEPS       24
#define PAGE        4096u

static void fill(unsigned char *from, const unsigned char *to, uint64_t seed)
{
    for (; from < to; from++) {
        *from = (unsigned char)mix(seed ^ (uintptr_t)from % PAGE);
    }
}

static void verify(const unsigned char *from, const unsigned char *to,
                   uint64_t seed)
{
    for (; from < to; from++) {
        CHECK(*from == (unsigned char)mix(seed ^ (uintptr_t)from % PAGE));
    }
}

/* A page that the break has left only in part keeps what it holds. */
static size_t to_next_page(const void *address)
{
    return -(uintptr_t)address % PAGE;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 6);
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        unsigned char *start[STEPS];

        for (unsigned i = 0; i < STEPS; i++) {
            size_t bytes = i % 3 == 0 ? PAGE : 1 + mix(turn + i) % (2 * PAGE);

            start[i] = sbrk((intptr_t)bytes);
            CHECK(start[i] != (void *)-1);
            for (size_t k = to_next_page(start[i]); k < bytes; k += 97) {
                CHECK(start[i][k] == 0);
            }
            fill(start[i], start[i] + bytes, turn ^ i);
        }
        for (unsigned i = STEPS; i > 0; i--) {
            unsigned char *end = sbrk(0);

            verify(start[i - 1], end, turn ^ (i - 1));
            sum = mix(sum ^ *start[i - 1] ^ (size_t)(end - start[i - 1]));
            CHECK(brk(start[i - 1]) == 0);
            CHECK(sbrk(0) == start[i - 1]);
        }
    }
    return pass("brk", sum);
}
