/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What instructions cost, in cycles, as measured.
 *
 * For each class some of its instructions run between reads of mcycle and
 * minstret. They must have been counted as what they are, and their cycles be
 * a multiple of that.
 */
#include "costs.h"

#include "bare.h"

struct elapsed {
    uint64_t cycles;
    uint64_t insns;
};

/* From measure.S. */
typedef struct elapsed measure_function(void *memory);
measure_function measure_nothing, measure_alu, measure_branch, measure_jump,
    measure_load, measure_store, measure_mul, measure_div, measure_fp_load,
    measure_fp_store, measure_fp_move, measure_fp_add, measure_fp_mul,
    measure_fp_fma, measure_fp_div, measure_fp_sqrt, measure_atomic,
    measure_csr, measure_fence, measure_system;

/* 'alu' is how many of the instructions are in class alu all the same. */
static const struct {
    const char *name;
    measure_function *measure;
    uint64_t insns;
    uint64_t alu;
} classes[COST_CLASSES] = {
    [ALU]      = { "alu", measure_alu, 16, 0 },
    [BRANCH]   = { "branch", measure_branch, 6, 0 },
    [JUMP]     = { "jump", measure_jump, 5, 4 },
    [LOAD]     = { "load", measure_load, 8, 0 },
    [STORE]    = { "store", measure_store, 8, 0 },
    [MUL]      = { "mul", measure_mul, 3, 0 },
    [DIV]      = { "div", measure_div, 4, 0 },
    [FP_LOAD]  = { "fp-load", measure_fp_load, 4, 0 },
    [FP_STORE] = { "fp-store", measure_fp_store, 4, 0 },
    [FP_MOVE]  = { "fp-move", measure_fp_move, 7, 0 },
    [FP_ADD]   = { "fp-add", measure_fp_add, 2, 0 },
    [FP_MUL]   = { "fp-mul", measure_fp_mul, 2, 0 },
    [FP_FMA]   = { "fp-fma", measure_fp_fma, 4, 0 },
    [FP_DIV]   = { "fp-div", measure_fp_div, 2, 0 },
    [FP_SQRT]  = { "fp-sqrt", measure_fp_sqrt, 2, 0 },
    [ATOMIC]   = { "atomic", measure_atomic, 4, 0 },
    [CSR]      = { "csr", measure_csr, 3, 0 },
    [FENCE]    = { "fence", measure_fence, 3, 0 },
    [SYSTEM]   = { "system", measure_system, 2, 0 },
};

uint64_t costs[COST_CLASSES];

void costs_measure(void)
{
    static uint64_t memory[2];
    struct elapsed frame, elapsed;
    uint64_t cycles;

    for (int i = 0; i < COST_CLASSES; i++) {
        frame = measure_nothing(memory);
        expect("instructions between counters", frame.insns, 2);
        elapsed = classes[i].measure(memory);
        expect(classes[i].name, elapsed.insns - frame.insns,
               classes[i].insns + classes[i].alu);
        cycles = elapsed.cycles - frame.cycles - classes[i].alu * costs[ALU];
        costs[i] = cycles / classes[i].insns;
        expect(classes[i].name, costs[i] * classes[i].insns, cycles);

        print(i > 0 ? "+" : "");
        print(classes[i].name);
        print(":");
        print_decimal(costs[i]);
    }
    /* Two reads of counters lie between two reads of mcycle. */
    expect("reading a counter", 2 * costs[CSR], measure_nothing(memory).cycles);
}
