/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cycle counter: what its cycles are in nanoseconds, and what the way
 * between user mode and the kernel costs of them.
 *
 * A cycle takes num / den ns, and an instruction as many cycles as its class
 * costs on this machine. Both differ from node to node. So what is measured
 * is kept in cycles, and whoever wants to know nanoseconds converts them: the
 * device does it for the records of a trace.
 */
#ifndef ARCH_CLOCK_H
#define ARCH_CLOCK_H

#include <stdint.h>

#include "arch/entry.h"

/* A point in the life of a node: both counters. */
struct instant {
    uint64_t cycles;
    uint64_t instret;
};

/* From trap_entry to its reading of the counter, that included, and from
 * behind the reading in user_enter to sret, that included. Constant. */
extern uint64_t clock_entry_cycles;
extern uint64_t clock_exit_cycles;

/* Measures what instructions cost; before the first user_enter. */
void clock_measure(void);
/* A cycle takes num / den ns; neither is 0. */
void clock_set_rate(uint32_t num, uint32_t den);

uint32_t clock_num(void);
uint32_t clock_den(void);
/* The rate, rounded to a whole number. */
uint64_t clock_hz(void);

/* -- divisions: not for a critical path -- */

/* The exact time at which the counter reached `cycles`, rounded down. */
uint64_t clock_ns(uint64_t cycles);
/* What so many instructions take at most, if none of them multiplies,
 * divides, is atomic, or uses floating point. */
uint64_t clock_insns_ns(uint32_t insns);

/* Now: behind the first of the two instructions. */
static inline struct instant instant_now(void)
{
    struct instant now;

    __asm__ volatile("rdcycle %0\n\trdinstret %1"
                     : "=r"(now.cycles), "=r"(now.instret));
    now.instret -= 1;
    return now;
}

/* Behind the last user instruction before the trap that frame is of. */
static inline struct instant instant_left(const struct frame *frame)
{
    return (struct instant){
        frame->cycles - clock_entry_cycles,
        frame->instret - ENTRY_INSTRET_INSNS,
    };
}

/* Before the first user instruction of the stay that the trap ended. */
static inline struct instant instant_entered(const struct frame *frame)
{
    return (struct instant){
        frame->resume_cycles + clock_exit_cycles,
        frame->resume_instret + EXIT_INSTRET_INSNS,
    };
}

/* What has to be done for the thread begins now, not at its last trap. */
static inline void instant_set_left(struct frame *frame, struct instant left)
{
    frame->cycles = left.cycles + clock_entry_cycles;
    frame->instret = left.instret + ENTRY_INSTRET_INSNS;
}

#endif
