/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/timer.c: order, re-arming, and what the hardware is told.
 */
#include "proc/timer.h"

#include "suite.h"

#define TIMERS  16u
#define STEPS   100000

static volatile uint64_t now_ns;

static uint64_t hardware_ns;
static unsigned hardware_writes;
static struct timer timers[TIMERS];
static unsigned expired_count[TIMERS];
static unsigned last_expired;

static void set_hardware(uint64_t deadline_ns)
{
    hardware_ns = deadline_ns;
    hardware_writes++;
}

static void count(struct timer *timer)
{
    suite_check(!timer->armed);
    suite_check(timer->deadline_ns <= now_ns);
    last_expired = (unsigned)(timer - timers);
    expired_count[last_expired]++;
}

static void start(void)
{
    for (unsigned i = 0; i < TIMERS; i++) {
        timers[i].expired = count;
    }
    timer_set_hardware(&now_ns, set_hardware);
    ck_assert_uint_eq(hardware_ns, UINT64_MAX);
}

START_TEST(time_is_what_the_hardware_shows)
{
    ck_assert_uint_eq(time_now_ns(), 0);
    start();
    now_ns = 5;
    ck_assert_uint_eq(time_now_ns(), 5);
}
END_TEST

START_TEST(the_hardware_knows_the_first_deadline)
{
    start();
    timer_arm(&timers[0], 300);
    ck_assert_uint_eq(hardware_ns, 300);
    timer_arm(&timers[1], 200);
    ck_assert_uint_eq(hardware_ns, 200);
    timer_arm(&timers[2], 250);
    ck_assert_uint_eq(hardware_ns, 200);
    timer_cancel(&timers[1]);
    ck_assert_uint_eq(hardware_ns, 250);
    timer_arm(&timers[2], 400);
    ck_assert_uint_eq(hardware_ns, 300);
    timer_cancel(&timers[0]);
    timer_cancel(&timers[2]);
    timer_cancel(&timers[2]);
    ck_assert_uint_eq(hardware_ns, UINT64_MAX);
}
END_TEST

START_TEST(timers_armed_before_the_hardware_is_there_count)
{
    timers[0].expired = count;
    timer_arm(&timers[0], 0);
    timer_set_hardware(&now_ns, set_hardware);
    ck_assert_uint_eq(hardware_ns, 0);
    timer_interrupt();
    ck_assert_uint_eq(expired_count[0], 1);
    ck_assert_uint_eq(hardware_ns, UINT64_MAX);
}
END_TEST

START_TEST(an_interrupt_takes_all_that_is_due)
{
    start();
    timer_arm(&timers[0], 100);
    timer_arm(&timers[1], 50);
    timer_arm(&timers[2], 101);
    now_ns = 100;
    timer_interrupt();
    ck_assert_uint_eq(expired_count[0], 1);
    ck_assert_uint_eq(expired_count[1], 1);
    ck_assert_uint_eq(expired_count[2], 0);
    ck_assert_uint_eq(last_expired, 0);
    ck_assert_uint_eq(hardware_ns, 101);
}
END_TEST

START_TEST(equal_deadlines_expire_in_order)
{
    start();
    timer_arm(&timers[3], 10);
    timer_arm(&timers[1], 10);
    timer_arm(&timers[2], 10);
    now_ns = 10;
    timer_interrupt();
    ck_assert_uint_eq(last_expired, 2);
}
END_TEST

START_TEST(a_spurious_interrupt_arms_the_hardware_again)
{
    unsigned writes;

    start();
    timer_arm(&timers[0], 100);
    writes = hardware_writes;
    now_ns = 99;
    timer_interrupt();
    ck_assert_uint_eq(expired_count[0], 0);
    ck_assert_uint_eq(hardware_writes, writes + 1);
    ck_assert_uint_eq(hardware_ns, 100);
}
END_TEST

static uint64_t earliest(void)
{
    uint64_t first = UINT64_MAX;

    for (unsigned i = 0; i < TIMERS; i++) {
        if (timers[i].armed && timers[i].deadline_ns < first) {
            first = timers[i].deadline_ns;
        }
    }
    return first;
}

START_TEST(agrees_with_a_search_for_the_earliest)
{
    uint64_t seed = 1;

    start();
    for (unsigned step = 0; step < STEPS; step++) {
        struct timer *timer = &timers[suite_random(&seed) % TIMERS];

        switch (suite_random(&seed) % 4) {
        case 0:
            timer_cancel(timer);
            suite_check(!timer->armed);
            break;
        case 1:
            now_ns += suite_random(&seed) % 50;
            timer_interrupt();
            suite_check(earliest() > now_ns);
            break;
        default:
            timer_arm(timer, now_ns + suite_random(&seed) % 100);
            suite_check(timer->armed);
        }
        suite_check(hardware_ns == earliest());
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        time_is_what_the_hardware_shows,
        the_hardware_knows_the_first_deadline,
        timers_armed_before_the_hardware_is_there_count,
        an_interrupt_takes_all_that_is_due,
        equal_deadlines_expire_in_order,
        a_spurious_interrupt_arms_the_hardware_again,
        agrees_with_a_search_for_the_earliest,
    };

    return suite_run("timer", tests, SUITE_COUNT(tests));
}
