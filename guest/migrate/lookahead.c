/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interpreter of lookahead.h: fetching, and full instructions. It runs while
 * a process is frozen, so each instruction is decoded and carried out in one go.
 * The RISC-V Instruction Set Manual, volume I, RV64GC.
 *
 * Invariant: x[0] is known and zero.
 */
#include <stddef.h>

#include "lib/string.h"
#include "migrate/lookahead_internal.h"
#include "mm/page.h"

#define A0          10u
#define LENGTH      4u
#define CALL        0x73u
#define NO_PAGE     (UINT64_MAX - PAGE_MASK)    /* no user's */

typedef uint16_t __attribute__((may_alias)) half;

static unsigned rd_of(uint32_t w)
{
    return look_field(w, 7, 5, 0);
}

static unsigned rs1_of(uint32_t w)
{
    return look_field(w, 15, 5, 0);
}

static unsigned rs2_of(uint32_t w)
{
    return look_field(w, 20, 5, 0);
}

static unsigned funct3(uint32_t w)
{
    return look_field(w, 12, 3, 0);
}

static int64_t imm_i(uint32_t w)
{
    return (int32_t)w >> 20;
}

static int64_t imm_s(uint32_t w)
{
    return look_signed(look_field(w, 25, 7, 5) | look_field(w, 7, 5, 0), 12);
}

static int64_t imm_b(uint32_t w)
{
    return look_signed(look_field(w, 31, 1, 12) | look_field(w, 7, 1, 11) |
                       look_field(w, 25, 6, 5) | look_field(w, 8, 4, 1), 13);
}

static int64_t imm_u(uint32_t w)
{
    return (int32_t)(w & 0xfffff000u);
}

static int64_t imm_j(uint32_t w)
{
    return look_signed(look_field(w, 31, 1, 20) | look_field(w, 12, 8, 12) |
                       look_field(w, 20, 1, 11) | look_field(w, 21, 10, 1),
                       21);
}

/* Not decoded, or it traps. */
static enum lookahead_step end(struct lookahead *look, uint32_t w)
{
    (void)look;
    (void)w;
    return LOOKAHEAD_END;
}

static enum lookahead_step nothing(struct lookahead *look, uint32_t w)
{
    (void)look;
    (void)w;
    return LOOKAHEAD_ON;
}

static enum lookahead_step load(struct lookahead *look, uint32_t w)
{
    unsigned width = funct3(w);

    return width == 7 ? LOOKAHEAD_END
           : look_load(look, rd_of(w), rs1_of(w), imm_i(w), width & 3,
                       width < 4);
}

static enum lookahead_step store(struct lookahead *look, uint32_t w)
{
    return funct3(w) > LOOK_DWORD ? LOOKAHEAD_END
           : look_store(look, rs2_of(w), rs1_of(w), imm_s(w), funct3(w));
}

static bool is_fp_size(uint32_t w)
{
    return funct3(w) == LOOK_WORD || funct3(w) == LOOK_DWORD;
}

static enum lookahead_step load_fp(struct lookahead *look, uint32_t w)
{
    return is_fp_size(w) ? look_load_fp(look, rs1_of(w), imm_i(w))
                         : LOOKAHEAD_END;
}

static enum lookahead_step store_fp(struct lookahead *look, uint32_t w)
{
    return is_fp_size(w)
               ? look_store_fp(look, rs1_of(w), imm_s(w), funct3(w))
               : LOOKAHEAD_END;
}

/* Of an extension that is not followed. */
static enum lookahead_step other(struct lookahead *look, uint32_t w)
{
    look_forget(look, rd_of(w));
    return LOOKAHEAD_ON;
}

static enum lookahead_step imm(struct lookahead *look, uint32_t w)
{
    unsigned op = funct3(w);
    uint64_t b = (uint64_t)imm_i(w);

    if (op == 1 || op == 5) {
        uint32_t variant = look_field(w, 26, 6, 0);

        b &= 63;
        op |= variant == 0x10 && op == 5 ? LOOK_SECOND : 0;
        if (variant != 0 && !(op & LOOK_SECOND)) {
            return other(look, w);
        }
    }
    look_set(look, rd_of(w), look_compute(op, look->x[rs1_of(w)], b),
             rs1_of(w), rs1_of(w));
    return LOOKAHEAD_ON;
}

static enum lookahead_step imm_32(struct lookahead *look, uint32_t w)
{
    unsigned op = funct3(w);
    uint64_t b = (uint64_t)imm_i(w);

    if (op != 0) {
        uint32_t variant = look_field(w, 25, 7, 0);

        b &= 31;
        op |= variant == 0x20 && op == 5 ? LOOK_SECOND : 0;
        if ((variant != 0 && !(op & LOOK_SECOND)) ||
            (funct3(w) != 1 && funct3(w) != 5)) {
            return other(look, w);
        }
    }
    look_set(look, rd_of(w), look_compute(op | LOOK_32, look->x[rs1_of(w)], b),
             rs1_of(w), rs1_of(w));
    return LOOKAHEAD_ON;
}

/* What funct7 makes of an operation; false: another extension's. */
static bool add_variant(uint32_t variant, bool is_32, unsigned *op)
{
    bool two = *op == 0 || *op == 5;

    switch (variant) {
    case 0:
        return !is_32 || two || *op == 1;
    case 1:
        *op |= LOOK_MULDIV;
        return !is_32 || *op == LOOK_MULDIV || (*op & 4) != 0;
    case 0x20:
        *op |= LOOK_SECOND;
        return two;
    default:
        return false;
    }
}

static enum lookahead_step registers(struct lookahead *look, uint32_t w)
{
    bool is_32 = look_field(w, 3, 1, 0);
    unsigned op = funct3(w);
    unsigned rs1 = rs1_of(w);
    unsigned rs2 = rs2_of(w);

    if (!add_variant(look_field(w, 25, 7, 0), is_32, &op)) {
        return other(look, w);
    }
    op |= is_32 ? LOOK_32 : 0;
    look_set(look, rd_of(w), look_compute(op, look->x[rs1], look->x[rs2]), rs1,
             rs2);
    return LOOKAHEAD_ON;
}

static enum lookahead_step lui(struct lookahead *look, uint32_t w)
{
    look_set(look, rd_of(w), (uint64_t)imm_u(w), 0, 0);
    return LOOKAHEAD_ON;
}

static enum lookahead_step auipc(struct lookahead *look, uint32_t w)
{
    look_set(look, rd_of(w), look->pc - LENGTH + (uint64_t)imm_u(w), 0, 0);
    return LOOKAHEAD_ON;
}

static bool is_taken(unsigned condition, uint64_t a, uint64_t b)
{
    switch (condition) {
    case 0:
        return a == b;
    case 1:
        return a != b;
    case 4:
        return (int64_t)a < (int64_t)b;
    case 5:
        return (int64_t)a >= (int64_t)b;
    case 6:
        return a < b;
    default:
        return a >= b;
    }
}

static enum lookahead_step branch(struct lookahead *look, uint32_t w)
{
    unsigned rs1 = rs1_of(w);
    unsigned rs2 = rs2_of(w);
    bool known = lookahead_knows(look, rs1) && lookahead_knows(look, rs2);

    if (funct3(w) == 2 || funct3(w) == 3) {
        return LOOKAHEAD_END;
    }
    return look_branch(look,
                       known && is_taken(funct3(w), look->x[rs1],
                                         look->x[rs2]),
                       look->pc - LENGTH + (uint64_t)imm_b(w));
}

static enum lookahead_step jal(struct lookahead *look, uint32_t w)
{
    uint64_t to = look->pc - LENGTH + (uint64_t)imm_j(w);

    look_set(look, rd_of(w), look->pc, 0, 0);
    look->pc = to;
    return LOOKAHEAD_ON;
}

static enum lookahead_step jalr(struct lookahead *look, uint32_t w)
{
    uint64_t to = (look->x[rs1_of(w)] + (uint64_t)imm_i(w)) & ~1ull;

    if (!lookahead_knows(look, rs1_of(w)) || funct3(w) != 0) {
        return LOOKAHEAD_END;
    }
    look_set(look, rd_of(w), look->pc, 0, 0);
    look->pc = to;
    return LOOKAHEAD_ON;
}

static enum lookahead_step system(struct lookahead *look, uint32_t w)
{
    if (w == CALL) {
        look_forget(look, A0);
        return LOOKAHEAD_CALL;
    }
    return funct3(w) == 0 ? LOOKAHEAD_END : other(look, w);
}

/* Comparisons, conversions and moves have integer results. */
static enum lookahead_step compute_fp(struct lookahead *look, uint32_t w)
{
    uint32_t funct5 = look_field(w, 27, 5, 0);

    return funct5 == 0x14 || funct5 == 0x18 || funct5 == 0x1c
               ? other(look, w) : LOOKAHEAD_ON;
}

/* By bits 6..2. */
static lookahead_op *const operations[32] = {
    load, load_fp, end, nothing, imm, auipc, imm_32, end,
    store, store_fp, end, look_atomic, registers, lui, registers, end,
    nothing, nothing, nothing, nothing, compute_fp, end, end, end,
    branch, jalr, end, jal, system, end, end, end,
};

void lookahead_start(struct lookahead *look, const uint64_t *x, uint64_t pc,
                     const uint8_t *(*page)(void *context, uint64_t index),
                     void *context)
{
    memcpy(look->x, x, sizeof(look->x));
    look->x[0] = 0;
    look->unknown = 0;
    look->is_over = pc % sizeof(half) != 0;
    look->pc = pc;
    look->page = page;
    look->context = context;
    look->code = NULL;
    look->code_start = NO_PAGE;
    look_memory_start(look);
}

/* The 16 bits at `pc`, which are in another page than the last; false: they are
 * not here. */
static bool fetch_half(struct lookahead *look, uint64_t pc, uint32_t *bits)
{
    look->code_start = pc & ~PAGE_MASK;
    look->code = look->page(look->context, pc >> PAGE_SHIFT);
    if (look->code == NULL) {
        look->code_start = NO_PAGE;
        return false;
    }
    *bits = *(const half *)(look->code + (pc & PAGE_MASK));
    return true;
}

/* The same for 32 bits that lie in two pages, or for a compressed instruction
 * at the end of one. */
__attribute__((noinline))
static bool fetch_slowly(struct lookahead *look, uint32_t *w)
{
    uint32_t upper;

    if (!fetch_half(look, look->pc, w)) {
        return false;
    }
    if ((*w & 3) == 3) {
        if (!fetch_half(look, look->pc + sizeof(half), &upper)) {
            return false;
        }
        *w |= upper << 16;
    }
    return true;
}

/* One loop, not a function per step: what a call saves and restores would be half
 * of what an instruction costs. */
enum lookahead_step lookahead_run(struct lookahead *look, uint32_t *left)
{
    enum lookahead_step step = LOOKAHEAD_ON;

    while (step == LOOKAHEAD_ON && *left > 0) {
        uint64_t offset = look->pc - look->code_start;
        uint32_t w;

        --*left;
        if (look->is_over) {
            return LOOKAHEAD_END;
        }
        if (offset <= PAGE_SIZE - LENGTH) {
            const half *code = (const half *)(look->code + offset);

            w = code[0] | (uint32_t)code[1] << 16;
        } else if (!fetch_slowly(look, &w)) {
            return LOOKAHEAD_END;
        }
        if ((w & 3) != 3) {
            look->pc += sizeof(half);
            w &= 0xffff;
            step = look_compressed[(w & 3) << 3 | w >> 13](look, w);
        } else {
            look->pc += LENGTH;
            step = operations[look_field(w, 2, 5, 0)](look, w);
        }
    }
    return step;
}
