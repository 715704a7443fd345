/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What instructions cost, in cycles, as measured.
 */
#ifndef TESTS_QEMU_COSTS_H
#define TESTS_QEMU_COSTS_H

/* The classes, in the order in which they are printed. */
#define ALU          0
#define BRANCH       1
#define JUMP         2
#define LOAD         3
#define STORE        4
#define MUL          5
#define DIV          6
#define FP_LOAD      7
#define FP_STORE     8
#define FP_MOVE      9
#define FP_ADD       10
#define FP_MUL       11
#define FP_FMA       12
#define FP_DIV       13
#define FP_SQRT      14
#define ATOMIC       15
#define CSR          16
#define FENCE        17
#define SYSTEM       18
#define COST_CLASSES 19

#ifndef __ASSEMBLER__

#include <stdint.h>

extern uint64_t costs[COST_CLASSES];

/* Fills in costs[] and prints it; fails if a class has no one cost. */
void costs_measure(void);

#endif

#endif
