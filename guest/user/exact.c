/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions are counted to the last one, whatever interrupts the process:
 * page faults, preemption, migration. Processor time is user instructions
 * times a constant, so loops whose lengths differ by n turns must differ by
 * exactly n turns' worth of it.
 */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define NS_PER_S        1000000000ll
#define TURN_INSNS      2
#define TURNS           20000l

static int64_t used_ns(void)
{
    struct timespec now;

    CHECK(syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The time a loop takes, and a constant for the calls around it. */
static int64_t __attribute__((noinline)) loop_ns(long turns)
{
    int64_t start = used_ns();

    __asm__ volatile("1: addi %0, %0, -1\n\t"
                     "bnez %0, 1b"
                     : "+r"(turns));
    return used_ns() - start;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 200);
    int64_t once_ns = loop_ns(TURNS);
    int64_t more_ns = loop_ns(2 * TURNS) - once_ns;
    int64_t ns_per_insn = more_ns / (TURNS * TURN_INSNS);

    CHECK(ns_per_insn >= 1);
    CHECK(more_ns == TURNS * TURN_INSNS * ns_per_insn);
    for (unsigned long turn = 1; turn <= turns; turn++) {
        long length = TURNS + (long)(mix(turn) % TURNS);

        CHECK(loop_ns(length) - once_ns ==
              (length - TURNS) * TURN_INSNS * ns_per_insn);
    }
    return pass("exact", turns);
}
