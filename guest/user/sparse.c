/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A large mapping of which few pages are ever touched: what was written is
 * there, what was not is zero, and nothing else appears.
 */
#include <sys/mman.h>

#include "check.h"

#define PAGE        4096ul
#define PAGES       65536ul         /* 256 MiB of address space */
#define TOUCHED     300

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 40);
    unsigned char *space = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                                -1, 0);
    uint64_t sum = 0;

    CHECK(space != MAP_FAILED);
    for (unsigned i = 0; i < TOUCHED; i++) {
        uint64_t place = mix(i) % PAGES;
        uint64_t *word = (uint64_t *)(space + place * PAGE + 8 * (i % 512));

        *word += i + 1;
    }
    for (unsigned long turn = 0; turn < turns; turn++) {
        for (unsigned i = 0; i < TOUCHED; i++) {
            uint64_t place = mix(i) % PAGES;
            uint64_t *word = (uint64_t *)(space + place * PAGE +
                                          8 * (i % 512));

            CHECK(*word >= i + 1 + turn);
            *word += 1;
            sum = mix(sum ^ *word);
        }
        /* a page nobody has written */
        CHECK(space[(mix(turn ^ 0x5555) % PAGES) * PAGE + 4095] == 0);
    }
    CHECK(munmap(space, PAGES * PAGE) == 0);
    return pass("sparse", sum);
}
