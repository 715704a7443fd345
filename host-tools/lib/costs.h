/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What instructions cost, in cycles: the classes that the patched emulator
 * knows (hw/qemu/README.md) and the tables of costs that an experiment can
 * choose from (docs/specs/experiment.md, "Costs").
 */
#ifndef LIB_COSTS_H
#define LIB_COSTS_H

#include <stdint.h>

#define COST_MAX    127u

/* X(SYMBOL, name, cycles in the tables static and scalar, what is in it) */
#define COST_CLASSES(X) \
    X(ALU, "alu", 1, 1, "whatever is in no other class") \
    X(BRANCH, "branch", 1, 2, "conditional, taken or not") \
    X(JUMP, "jump", 1, 3, "direct and indirect, calls and returns") \
    X(LOAD, "load", 2, 2, "into an integer register") \
    X(STORE, "store", 1, 3, "from an integer register") \
    X(MUL, "mul", 4, 20, "integer multiplication") \
    X(DIV, "div", 33, 40, "integer division and remainder") \
    X(FP_LOAD, "fp-load", 2, 2, "into a floating-point register") \
    X(FP_STORE, "fp-store", 1, 3, "from a floating-point register") \
    X(FP_MOVE, "fp-move", 2, 4, "moves, signs, comparisons, conversions") \
    X(FP_ADD, "fp-add", 6, 5, "floating-point addition, subtraction") \
    X(FP_MUL, "fp-mul", 7, 7, "floating-point multiplication") \
    X(FP_FMA, "fp-fma", 7, 12, "fused multiplication and addition") \
    X(FP_DIV, "fp-div", 20, 40, "floating-point division") \
    X(FP_SQRT, "fp-sqrt", 25, 60, "square root") \
    X(ATOMIC, "atomic", 2, 6, "read-modify-write, load-reserved, store-cond.") \
    X(CSR, "csr", 3, 4, "access to a control register") \
    X(FENCE, "fence", 1, 4, "memory and instruction fences") \
    X(SYSTEM, "system", 1, 5, "system calls, trap returns, WFI, TLB flushes")

typedef enum {
#define X(symbol, name, static_cycles, scalar_cycles, doc) COST_##symbol,
    COST_CLASSES(X)
#undef X
    COST_CLASS_COUNT
} CostClass;

/* Of the tables, ended by NULL: "insn" is one cycle for each class. */
extern const char *const cost_tables[];

uint32_t cost_of(uint32_t table, CostClass cls);
const char *cost_class_name(CostClass cls);

/* The argument of the emulator's -icount cost=: "insn", or the classes that
 * do not cost 1 as "load:2+mul:4". */
char *cost_format(const uint32_t cycles[COST_CLASS_COUNT]);

/* The tables, for `godwit help experiment`. */
char *cost_help(void);

#endif
