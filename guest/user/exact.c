/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processor time is counted to the last cycle, whatever interrupts the process:
 * page faults, preemption, migration. A loop turn takes a fixed number of
 * cycles, so loops whose lengths differ by n turns must differ by exactly what
 * n turns take, but for the rounding to whole nanoseconds.
 *
 * What a cycle takes is in /proc/cpuinfo, and how many a turn takes is measured
 * with the cycle counter. Both are another matter on each node, so with a
 * second argument, the number of nodes, all is done on each of them in turn.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define NS_PER_S        1000000000ll
#define HZ_PER_MHZ      1000000ll
#define TURNS           20000l
#define PROBE_TURNS     500l
#define PROBES          10
#define WAIT_TURNS      100000
#define MHZ             "cpu MHz\t\t: "
#define STATUS          "/proc/self/status"

struct clock {
    int64_t hz;
    int64_t turn_cycles;
};

static int64_t read_ns(clockid_t clock)
{
    struct timespec now;

    CHECK(syscall(SYS_clock_gettime, clock, &now) == 0);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static uint64_t cycles(void)
{
    uint64_t value;

    __asm__ volatile("rdcycle %0" : "=r"(value) : : "memory");
    return value;
}

static inline void turn(long turns)
{
    __asm__ volatile("1: addi %0, %0, -1\n\t"
                     "bnez %0, 1b"
                     : "+r"(turns));
}

/* The time a loop takes, and a constant for the calls around it. */
static int64_t __attribute__((noinline)) loop_ns(long turns)
{
    int64_t start = read_ns(CLOCK_PROCESS_CPUTIME_ID);

    turn(turns);
    return read_ns(CLOCK_PROCESS_CPUTIME_ID) - start;
}

/* The same in cycles, at a time when nothing interrupts it. */
static uint64_t __attribute__((noinline)) loop_cycles(long turns)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < PROBES; i++) {
        uint64_t start = cycles();
        uint64_t took;

        turn(turns);
        took = cycles() - start;
        least = took < least ? took : least;
    }
    return least;
}

/* What stands behind `key` in a file of /proc. */
static const char *look_up(const char *path, const char *key)
{
    static char text[2048];
    int fd = open(path, O_RDONLY);
    ssize_t bytes = read(fd, text, sizeof(text) - 1);
    const char *at;

    CHECK(fd >= 0 && bytes > 0 && close(fd) == 0);
    text[bytes] = '\0';
    at = strstr(text, key);
    CHECK(at != NULL);
    return at + strlen(key);
}

/* A decimal number with six digits behind the point, without the point. */
static int64_t read_hz(void)
{
    char *point;
    long mhz = strtol(look_up("/proc/cpuinfo", MHZ), &point, 10);

    CHECK(mhz > 0 && *point == '.' && strspn(point + 1, "0123456789") == 6);
    return mhz * HZ_PER_MHZ + strtol(point + 1, NULL, 10);
}

static struct clock learn_clock(void)
{
    struct clock clock = { .hz = read_hz() };
    uint64_t probe = loop_cycles(2 * PROBE_TURNS) - loop_cycles(PROBE_TURNS);

    clock.turn_cycles = (int64_t)probe / PROBE_TURNS;
    CHECK(clock.turn_cycles >= 2);
    CHECK(clock.turn_cycles * PROBE_TURNS == (int64_t)probe);
    return clock;
}

/* The cycle counter and the clock of all nodes are one clock. */
static void check_one_clock(const struct clock *clock)
{
    int64_t before = read_ns(CLOCK_MONOTONIC);
    unsigned __int128 now = cycles();
    int64_t after = read_ns(CLOCK_MONOTONIC);
    int64_t ns = (int64_t)(now * NS_PER_S / (uint64_t)clock->hz);

    CHECK(before <= ns && ns <= after);
}

/* Four readings, each less than a nanosecond too low. */
static void check_length(const struct clock *clock, int64_t more_ns,
                         long more_turns)
{
    int64_t error = more_ns * clock->hz -
                    more_turns * clock->turn_cycles * NS_PER_S;

    CHECK(error > -2 * clock->hz && error < 2 * clock->hz);
}

static void check_loops(unsigned long turns)
{
    struct clock clock = learn_clock();
    int64_t once_ns;

    check_one_clock(&clock);
    (void)loop_ns(1);                   /* all pages are here from now on */
    once_ns = loop_ns(TURNS);
    for (unsigned long i = 1; i <= turns; i++) {
        long length = TURNS + (long)(mix(i) % TURNS);

        check_length(&clock, loop_ns(length) - once_ns, length - TURNS);
    }
}

/* While pages of the last move are still on their way, the process runs on
 * where it is and moves a little later. What it has used so far is neither lost
 * nor counted twice by that. */
static void move(unsigned long node)
{
    char text[16];
    int64_t used_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID);
    int64_t more_ns;
    int fd = open("/proc/self/goto", O_WRONLY);
    int length = snprintf(text, sizeof(text), "%lu", node);

    CHECK(fd >= 0);
    CHECK(write(fd, text, (size_t)length) == length);
    CHECK(close(fd) == 0);
    for (int i = 0; strtoul(look_up(STATUS, "Node:"), NULL, 10) != node; i++) {
        CHECK(i < WAIT_TURNS);
    }
    more_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID) - used_ns;
    CHECK(more_ns > 0 && more_ns < used_ns);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 200);
    unsigned long nodes = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;

    check_loops(turns);
    for (unsigned long i = 1; nodes > 1 && i <= nodes; i++) {
        move(i % nodes);
        check_loops(turns);
    }
    return pass("exact", turns);
}
