/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Initialised data, zeroed data and constants, with pages that are never
 * touched before the end.
 */
#include "check.h"

#define WORDS       (64 * 512)      /* 64 pages */
#define UNTOUCHED   (16 * 512)

static uint64_t zeroed[WORDS];
static uint64_t initialised[WORDS] = { 1, 2, 3, [WORDS - 1] = 4 };
static const uint64_t constant[WORDS] = { 5, [WORDS / 2] = 6, [WORDS - 1] = 7 };
static uint64_t untouched_zero[UNTOUCHED];
static uint64_t untouched_data[UNTOUCHED] = { 8, [UNTOUCHED - 1] = 9 };

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 12);
    uint64_t sum = 0;

    for (unsigned i = 0; i < WORDS; i++) {
        CHECK(zeroed[i] == 0);
    }
    CHECK(initialised[0] == 1 && initialised[2] == 3 &&
          initialised[WORDS - 1] == 4);
    for (unsigned long turn = 0; turn < turns; turn++) {
        for (unsigned i = 0; i < WORDS; i += 7) {
            zeroed[i] += mix(turn ^ i);
            initialised[i] ^= zeroed[i] + constant[i];
        }
    }
    for (unsigned i = 0; i < WORDS; i++) {
        uint64_t expected = 0;

        if (i % 7 == 0) {
            for (unsigned long turn = 0; turn < turns; turn++) {
                expected += mix(turn ^ i);
            }
        }
        check_equal("zeroed", zeroed[i], expected);
        sum = mix(sum ^ initialised[i]);
    }
    for (unsigned i = 0; i < UNTOUCHED; i++) {
        CHECK(untouched_zero[i] == 0);
        CHECK(untouched_data[i] ==
              (i == 0 ? 8 : i == UNTOUCHED - 1 ? 9 : 0));
    }
    CHECK(constant[0] == 5 && constant[WORDS / 2] == 6 &&
          constant[WORDS - 1] == 7);
    return pass("data", sum);
}
