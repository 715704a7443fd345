/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Alarms ring on time wherever the process is: a periodic one that interrupts
 * work, one that ends a pause, one that is taken back.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define PERIOD_US       1000
/* So long that it cannot ring before it is waited for, moves and all. */
#define ONCE_US         200000
#define RINGS           20
#define NS_PER_S        1000000000ll
#define LATE_NS         NS_PER_S    /* what moving may take, generously */

static volatile sig_atomic_t rings;

static void on_alarm(int signal)
{
    CHECK(signal == SIGALRM);
    rings = rings + 1;
}

static int64_t now_ns(void)
{
    struct timespec now;

    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void set_timer(long value_us, long interval_us)
{
    const struct itimerval timer = {
        .it_value = { .tv_usec = value_us },
        .it_interval = { .tv_usec = interval_us },
    };

    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static uint64_t work_until(sig_atomic_t wanted)
{
    uint64_t sum = 0;

    while (rings < wanted) {
        for (int i = 0; i < 1000; i++) {
            sum = mix(sum);
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 2);
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    for (unsigned long turn = 0; turn < turns; turn++) {
        struct timespec time = { .tv_sec = 100 };
        struct itimerval left;
        int64_t start;

        rings = 0;
        set_timer(PERIOD_US, PERIOD_US);
        (void)work_until(RINGS);
        set_timer(0, 0);
        CHECK(getitimer(ITIMER_REAL, &left) == 0);
        CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);

        rings = 0;
        start = now_ns();
        set_timer(ONCE_US, 0);
        CHECK(pause() == -1 && errno == EINTR && rings == 1);
        CHECK(now_ns() >= start + ONCE_US * 1000ll &&
              now_ns() < start + LATE_NS);

        set_timer(ONCE_US, 0);
        CHECK(nanosleep(&time, &time) == -1 && errno == EINTR && rings == 2);
        CHECK(time.tv_sec == 99 && time.tv_nsec > 0);
        CHECK(alarm(10) == 0 && alarm(0) == 10);
    }
    return pass("alarm", turns);
}
