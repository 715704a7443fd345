/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user-visible processor state of a thread, and what a trap says.
 *
 * entry.S knows the offsets; the assertions below keep both in step.
 */
#ifndef ARCH_FRAME_H
#define ARCH_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
    REG_RA = 1, REG_SP = 2, REG_GP = 3, REG_TP = 4, REG_FP = 8,
    REG_A0 = 10, REG_A1 = 11, REG_A2 = 12, REG_A7 = 17,
};

/* Saved on every trap from user mode. */
struct frame {
    uint64_t x[32];             /* x[0] holds the pc */
    uint64_t cause;             /* scause */
    uint64_t tval;              /* stval */
    /* counters as entry.S reads them on its ways in and out: arch/clock.h
     * knows when the last and the first user instruction was */
    uint64_t cycles;
    uint64_t instret;
    uint64_t resume_cycles;
    uint64_t resume_instret;
};
_Static_assert(offsetof(struct frame, cause) == 256, "entry.S");
_Static_assert(offsetof(struct frame, resume_instret) == 296, "entry.S");

/* Saved when another thread gets the unit, and before a thread leaves. */
struct fp_state {
    uint64_t f[32];
    uint64_t fcsr;
};

#define FRAME_PC(frame) ((frame)->x[0])

#endif
