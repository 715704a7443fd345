/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/muldiv.h: as the compiler's 128-bit arithmetic says.
 */
#include "lib/muldiv.h"

#include "suite.h"

#define STEPS   1000000

static void check(uint64_t value, uint32_t num, uint32_t den)
{
    unsigned __int128 product = (unsigned __int128)value * num;
    uint32_t rest;

    if (product / den > UINT64_MAX) {
        return;
    }
    suite_check(muldiv(value, num, den, &rest) == (uint64_t)(product / den));
    suite_check(rest == (uint32_t)(product % den));
}

START_TEST(extremes)
{
    const uint64_t values[] = {
        0, 1, 2, UINT32_MAX - 1, UINT32_MAX, UINT32_MAX + 1ull, 1ull << 63,
        UINT64_MAX - 1, UINT64_MAX,
    };
    const uint32_t factors[] = { 1, 2, 3, 1000000000, UINT32_MAX };

    for (size_t v = 0; v < SUITE_COUNT(values); v++) {
        for (size_t n = 0; n < SUITE_COUNT(factors); n++) {
            check(values[v], 0, factors[n]);
            for (size_t d = 0; d < SUITE_COUNT(factors); d++) {
                check(values[v], factors[n], factors[d]);
            }
        }
    }
}
END_TEST

START_TEST(numbers_of_all_lengths)
{
    uint64_t seed = 1;

    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t value = suite_random(&seed) >> suite_random(&seed) % 64;
        uint64_t num = suite_random(&seed) >> (32 + suite_random(&seed) % 32);
        uint64_t den = suite_random(&seed) >> (32 + suite_random(&seed) % 32);

        check(value, (uint32_t)num, den == 0 ? 1 : (uint32_t)den);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = { extremes, numbers_of_all_lengths };

    return suite_run("muldiv", tests, SUITE_COUNT(tests));
}
