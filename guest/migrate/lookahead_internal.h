/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the interpreter share: full instructions (lookahead.c),
 * compressed ones, and memory.
 */
#ifndef MIGRATE_LOOKAHEAD_INTERNAL_H
#define MIGRATE_LOOKAHEAD_INTERNAL_H

#include "migrate/lookahead.h"

/* Sizes of memory, as log2 of the bytes. */
enum { LOOK_BYTE, LOOK_HALF, LOOK_WORD, LOOK_DWORD };

/* An operation: funct3 as in the encoding of OP, and these. */
#define LOOK_SECOND 8u          /* sub, sra */
#define LOOK_MULDIV 16u
#define LOOK_32     32u         /* on 32 bits, the result sign-extended */

/* Carries out instruction w, behind which pc is already. */
typedef enum lookahead_step lookahead_op(struct lookahead *look, uint32_t w);

/* `count` bits of w from bit `from` on, moved to bit `to`. */
static inline uint32_t look_field(uint32_t w, unsigned from, unsigned count,
                                  unsigned to)
{
    return ((w >> from) & ((1u << count) - 1)) << to;
}

static inline int64_t look_signed(uint32_t value, unsigned bits)
{
    return (int32_t)(value << (32 - bits)) >> (32 - bits);
}

/* rd gets a value that is known if the registers a and b are. */
static inline void look_set(struct lookahead *look, unsigned rd, uint64_t value,
                            unsigned a, unsigned b)
{
    look->x[rd] = value;
    look->x[0] = 0;
    if (look->unknown != 0) {
        uint32_t lost = (look->unknown >> a | look->unknown >> b) & 1;

        look->unknown = (look->unknown & ~(1u << rd)) | lost << rd;
        look->unknown &= ~1u;
    }
}

static inline void look_forget(struct lookahead *look, unsigned rd)
{
    look->unknown = (look->unknown | 1u << rd) & ~1u;
}

/* To pc if it is so; a branch on something unknown is taken not to branch: what
 * follows is likely to touch the same data as the loop or the arm it leads to. */
static inline enum lookahead_step look_branch(struct lookahead *look,
                                              bool taken, uint64_t pc)
{
    if (taken) {
        look->pc = pc;
    }
    return LOOKAHEAD_ON;
}

/* -- lookahead_compute.c -- */
uint64_t look_compute_rare(unsigned op, uint64_t a, uint64_t b);

/* Most of what programs compute are sums. */
static inline uint64_t look_compute(unsigned op, uint64_t a, uint64_t b)
{
    return op == 0 ? a + b : look_compute_rare(op, a, b);
}

/* -- lookahead_memory.c: accesses at x[rs1] + imm -- */
void look_memory_start(struct lookahead *look);
enum lookahead_step look_load(struct lookahead *look, unsigned rd, unsigned rs1,
                              int64_t imm, unsigned size, bool is_signed);
enum lookahead_step look_store(struct lookahead *look, unsigned rs2,
                               unsigned rs1, int64_t imm, unsigned size);
/* Floating-point registers: their values are not kept. */
enum lookahead_step look_load_fp(struct lookahead *look, unsigned rs1,
                                 int64_t imm);
enum lookahead_step look_store_fp(struct lookahead *look, unsigned rs1,
                                  int64_t imm, unsigned size);
lookahead_op look_atomic;

/* By quadrant << 3 | funct3. */
extern lookahead_op *const look_compressed[24];

#endif
