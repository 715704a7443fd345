/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small process that talks all the time: a line for every turn over a few
 * pages. What it has said shows how far it has come, and that no line is
 * missing or said twice wherever it ran.
 */
#include "check.h"

#define PAGES       10
#define WORDS       512
#define STRIDE      16
#define WORK        2000

static uint64_t pages[PAGES][WORDS];

static uint64_t turn_over(unsigned page, uint64_t turn)
{
    uint64_t sum = 0;

    for (unsigned word = 0; word < WORDS; word += STRIDE) {
        check_equal("word", pages[page][word], mix(turn * WORDS + word));
        pages[page][word] = mix((turn + 1) * WORDS + word);
        sum += pages[page][word];
    }
    return sum;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 40);
    uint64_t sum = 0;

    for (unsigned page = 0; page < PAGES; page++) {
        for (unsigned word = 0; word < WORDS; word++) {
            pages[page][word] = mix(word);
        }
    }
    for (uint64_t turn = 0; turn < turns; turn++) {
        for (unsigned page = 0; page < PAGES; page++) {
            sum += turn_over(page, turn);
            for (unsigned i = 0; i < WORK; i++) {
                sum = mix(sum);
            }
        }
        printf("%" PRIu64 " %016" PRIx64 "\n", turn, sum);
        fflush(stdout);
    }
    return pass("tally", sum);
}
