/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/cpu_time.c: stays on nodes with different clocks add up exactly.
 */
#include "proc/cpu_time.h"

#include "suite.h"

/* ns per cycle of 25 MHz, 33.333 MHz, 1.5 GHz and 4 GHz */
static const struct cpu_stay clocks[] = {
    { 0, 40, 1 }, { 0, 1000000, 33333 }, { 0, 2, 3 }, { 0, 1, 4 },
};
#define CLOCKS          SUITE_COUNT(clocks)
#define COMMON          (33333ull * 3 * 4)  /* a multiple of all den */
#define MOVES           100000
#define CYCLES_MOST     1000000000ull

/* Leaves the node with clock i. */
static void leave(struct cpu_time *time, const struct cpu_stay *clock)
{
    cpu_time_fold(time);
    time->last = *clock;
    time->last.cycles = time->cycles;
    time->cycles = 0;
}

START_TEST(one_stay_is_rounded_down)
{
    struct cpu_time time = { .cycles = 1 };

    ck_assert_uint_eq(cpu_time_ns(&time, 2, 3), 0);
    time.cycles = 2;
    ck_assert_uint_eq(cpu_time_ns(&time, 2, 3), 1);
    time.cycles = 3;
    ck_assert_uint_eq(cpu_time_ns(&time, 2, 3), 2);
    time.cycles = 1ull << 62;
    ck_assert_uint_eq(cpu_time_ns(&time, 1, 4), 1ull << 60);
}
END_TEST

START_TEST(parts_of_a_ns_are_not_lost)
{
    struct cpu_time time = { .cycles = 0 };

    for (unsigned i = 0; i < 3000; i++) {
        time.cycles = 1;
        leave(&time, &clocks[2]);
    }
    ck_assert_uint_eq(cpu_time_ns(&time, 40, 1), 2000);
}
END_TEST

START_TEST(asking_changes_nothing)
{
    struct cpu_time time = { .cycles = 5 };
    struct cpu_time before;

    leave(&time, &clocks[1]);
    time.cycles = 7;
    before = time;
    ck_assert_uint_eq(cpu_time_ns(&time, 2, 3), 154);
    ck_assert_mem_eq(&time, &before, sizeof(time));
    cpu_time_fold(&time);
    ck_assert_uint_eq(time.ns, 150);
    ck_assert_uint_eq(cpu_time_ns(&time, 2, 3), 154);
}
END_TEST

/* Against a sum over the common denominator of all clocks. */
START_TEST(agrees_with_exact_fractions)
{
    struct cpu_time time = { .cycles = 0 };
    unsigned __int128 exact = 0;
    uint64_t seed = 1;

    for (unsigned i = 0; i < MOVES; i++) {
        const struct cpu_stay *clock = &clocks[suite_random(&seed) % CLOCKS];
        uint64_t cycles = suite_random(&seed) %
                          (suite_random(&seed) % 2 ? 10 : CYCLES_MOST);

        time.cycles = cycles;
        exact += (unsigned __int128)cycles * clock->num *
                 (COMMON / clock->den);
        suite_check(cpu_time_ns(&time, clock->num, clock->den) ==
                    (uint64_t)(exact / (COMMON)));
        leave(&time, clock);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        one_stay_is_rounded_down,
        parts_of_a_ns_are_not_lost,
        asking_changes_nothing,
        agrees_with_exact_fractions,
    };

    return suite_run("cpu_time", tests, SUITE_COUNT(tests));
}
