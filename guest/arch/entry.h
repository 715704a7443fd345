/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What entry.S and C agree on: offsets in struct frame, and how far from user
 * mode the counters are read.
 *
 * A read of a counter counts the instruction that reads. So the entry path
 * reads too much by the instructions from the trap to the read, itself
 * included, and the exit path too little by those from behind the read to
 * sret, sret included. proc/trap.c corrects both; the test program
 * guest/user/exact.c checks that nothing is left over.
 */
#ifndef ARCH_ENTRY_H
#define ARCH_ENTRY_H

#define FRAME_X(n)              ((n) * 8)
#define FRAME_CAUSE             256
#define FRAME_TVAL              264
#define FRAME_TIME              272
#define FRAME_INSTRET           280
#define FRAME_RESUME_TIME       288
#define FRAME_RESUME_INSTRET    296
#define FRAME_BYTES             304

#define ENTRY_TIME_INSNS        4
#define ENTRY_INSTRET_INSNS     6
#define EXIT_TIME_INSNS         6
#define EXIT_INSTRET_INSNS      4

#ifndef __ASSEMBLER__

#include "arch/frame.h"

/* Enters user mode with the state in frame, which the next trap fills again.
 * It must be the first member of a thread. */
void user_enter(struct frame *frame) __attribute__((noreturn));
/* Where every trap from user mode arrives, on an empty stack: proc/trap.c. */
void user_trap(struct frame *frame) __attribute__((noreturn));

#endif
#endif
