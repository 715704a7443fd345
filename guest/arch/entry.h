/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What entry.S and C agree on: offsets in struct frame, and how far from user
 * mode the counters are read.
 *
 * A read of a counter counts the instruction that reads. So the entry path
 * reads too much by the instructions from the trap to the read, itself
 * included, and the exit path too little by those from behind the read to
 * sret, sret included. For instret these are constants; in cycles they are
 * measured at boot. arch/clock.h corrects both when somebody asks; the test
 * program guest/user/exact.c checks that nothing is left over.
 */
#ifndef ARCH_ENTRY_H
#define ARCH_ENTRY_H

#define FRAME_X(n)              ((n) * 8)
#define FRAME_CAUSE             256
#define FRAME_TVAL              264
#define FRAME_CYCLES            272
#define FRAME_INSTRET           280
#define FRAME_RESUME_CYCLES     288
#define FRAME_RESUME_INSTRET    296
#define FRAME_BYTES             304

#define ENTRY_INSTRET_INSNS     6
#define EXIT_INSTRET_INSNS      4

#ifndef __ASSEMBLER__

#include "arch/frame.h"

/* Enters user mode with the state in frame, which the next trap fills again.
 * It must be the first member of a thread. */
void user_enter(struct frame *frame) __attribute__((noreturn));
/* Where every trap from user mode arrives, on an empty stack: proc/trap.c. */
void user_trap(struct frame *frame) __attribute__((noreturn));

/* The cycles from a trap to the reading of the counter, and from the reading
 * back to user mode. Scratch memory; before the first user_enter. */
uint64_t entry_measure(struct frame *frame);
uint64_t exit_measure(struct frame *frame);

#endif
#endif
