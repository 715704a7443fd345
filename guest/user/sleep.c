/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sleeps end when they should: neither early, nor later than what a move may
 * take, and a chain of absolute deadlines does not drift.
 */
#include <time.h>

#include "check.h"

#define NS_PER_S        1000000000ll
#define SLEEP_NS        1500000ll
#define PERIOD_NS       2000000ll
/* a generous bound for moving in and fetching the pages that are needed */
#define LATE_NS         NS_PER_S

static int64_t now_ns(void)
{
    struct timespec now;

    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void check_end(int64_t should)
{
    int64_t is = now_ns();

    if (is < should || is > should + LATE_NS) {
        fail("woke %lld ns late", (long long)(is - should));
    }
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 12);
    int64_t deadline = now_ns();

    for (unsigned long turn = 0; turn < turns; turn++) {
        struct timespec time = { .tv_nsec = SLEEP_NS };
        int64_t start = now_ns();

        CHECK(nanosleep(&time, NULL) == 0);
        check_end(start + SLEEP_NS);

        /* the next multiple of the period, whatever has happened */
        while (deadline <= now_ns()) {
            deadline += PERIOD_NS;
        }
        time.tv_sec = deadline / NS_PER_S;
        time.tv_nsec = deadline % NS_PER_S;
        CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time,
                              NULL) == 0);
        check_end(deadline);
        /* a deadline that has passed is no sleep at all */
        CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time,
                              NULL) == 0);
    }
    return pass("sleep", turns);
}
