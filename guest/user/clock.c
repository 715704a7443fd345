/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time never runs backwards and never jumps, on all clocks and wherever the
 * process runs; identity and processor time come along.
 */
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define NS_PER_S        1000000000ll
#define NS_PER_US       1000
#define JUMP_NS         NS_PER_S
#define EPOCH_S         1577836800      /* 2020-01-01 00:00:00 UTC */

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;

    CHECK(clock_gettime(clock, &now) == 0);
    CHECK(now.tv_nsec >= 0 && now.tv_nsec < NS_PER_S);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t used_ns(void)
{
    struct rusage usage;

    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_utime.tv_sec * NS_PER_S +
           usage.ru_utime.tv_usec * NS_PER_US;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 3000);
    int64_t last = read_clock(CLOCK_MONOTONIC);
    int64_t last_used = used_ns();
    pid_t pid = getpid();
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        int64_t monotonic = read_clock(CLOCK_MONOTONIC);
        int64_t real = read_clock(CLOCK_REALTIME);
        int64_t used = used_ns();
        struct timeval tv;

        CHECK(monotonic > last && monotonic < last + JUMP_NS);
        CHECK(real - EPOCH_S * NS_PER_S > monotonic);
        CHECK(real - EPOCH_S * NS_PER_S < monotonic + JUMP_NS);
        CHECK(gettimeofday(&tv, NULL) == 0);
        CHECK(tv.tv_sec * NS_PER_S + (tv.tv_usec + 1) * NS_PER_US > real);
        CHECK(used >= last_used && used <= monotonic);
        CHECK(getpid() == pid);
        last = monotonic;
        last_used = used;
        for (int i = 0; i < 50; i++) {
            sum = mix(sum);
        }
    }
    return pass("clock", sum);
}
