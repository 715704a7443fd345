/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed instructions of the interpreter.
 * The RISC-V Instruction Set Manual, volume I, extension C for RV64.
 */
#include <stddef.h>

#include "migrate/lookahead_internal.h"

#define RA      1u
#define SP      2u
#define LENGTH  2u

/* Registers: one of all, or one of the eight that three bits can name. */
static unsigned full(uint32_t w)
{
    return look_field(w, 7, 5, 0);
}

static unsigned upper(uint32_t w)
{
    return 8 + look_field(w, 7, 3, 0);
}

static unsigned lower(uint32_t w)
{
    return 8 + look_field(w, 2, 3, 0);
}

static unsigned source(uint32_t w)
{
    return look_field(w, 2, 5, 0);
}

/* Immediates by the formats that share them. */
static int64_t imm_6(uint32_t w)
{
    return look_signed(look_field(w, 12, 1, 5) | look_field(w, 2, 5, 0), 6);
}

static unsigned shift_6(uint32_t w)
{
    return look_field(w, 12, 1, 5) | look_field(w, 2, 5, 0);
}

static int64_t offset_word(uint32_t w)
{
    return look_field(w, 10, 3, 3) | look_field(w, 6, 1, 2) |
           look_field(w, 5, 1, 6);
}

static int64_t offset_dword(uint32_t w)
{
    return look_field(w, 10, 3, 3) | look_field(w, 5, 2, 6);
}

static int64_t stack_load_dword(uint32_t w)
{
    return look_field(w, 12, 1, 5) | look_field(w, 5, 2, 3) |
           look_field(w, 2, 3, 6);
}

static int64_t stack_store_dword(uint32_t w)
{
    return look_field(w, 10, 3, 3) | look_field(w, 7, 3, 6);
}

static enum lookahead_step end(struct lookahead *look, uint32_t w)
{
    (void)look;
    (void)w;
    return LOOKAHEAD_END;
}

static enum lookahead_step add_imm(struct lookahead *look, unsigned rd,
                                   unsigned rs1, int64_t imm)
{
    look_set(look, rd, look->x[rs1] + (uint64_t)imm, rs1, rs1);
    return LOOKAHEAD_ON;
}

static enum lookahead_step compute(struct lookahead *look, unsigned op,
                                   unsigned rd, unsigned rs2)
{
    look_set(look, rd, look_compute(op, look->x[rd], look->x[rs2]), rd, rs2);
    return LOOKAHEAD_ON;
}

static enum lookahead_step compute_imm(struct lookahead *look, unsigned op,
                                       unsigned rd, int64_t imm)
{
    look_set(look, rd, look_compute(op, look->x[rd], (uint64_t)imm), rd, rd);
    return LOOKAHEAD_ON;
}

/* -- quadrant 0 -- */

static enum lookahead_step addi4spn(struct lookahead *look, uint32_t w)
{
    uint32_t imm = look_field(w, 11, 2, 4) | look_field(w, 7, 4, 6) |
                   look_field(w, 6, 1, 2) | look_field(w, 5, 1, 3);

    return imm == 0 ? LOOKAHEAD_END : add_imm(look, lower(w), SP, imm);
}

static enum lookahead_step fld(struct lookahead *look, uint32_t w)
{
    return look_load_fp(look, upper(w), offset_dword(w));
}

static enum lookahead_step lw(struct lookahead *look, uint32_t w)
{
    return look_load(look, lower(w), upper(w), offset_word(w), LOOK_WORD,
                     true);
}

static enum lookahead_step ld(struct lookahead *look, uint32_t w)
{
    return look_load(look, lower(w), upper(w), offset_dword(w), LOOK_DWORD,
                     true);
}

static enum lookahead_step fsd(struct lookahead *look, uint32_t w)
{
    return look_store_fp(look, upper(w), offset_dword(w), LOOK_DWORD);
}

static enum lookahead_step sw(struct lookahead *look, uint32_t w)
{
    return look_store(look, lower(w), upper(w), offset_word(w), LOOK_WORD);
}

static enum lookahead_step sd(struct lookahead *look, uint32_t w)
{
    return look_store(look, lower(w), upper(w), offset_dword(w), LOOK_DWORD);
}

/* -- quadrant 1 -- */

static enum lookahead_step addi(struct lookahead *look, uint32_t w)
{
    return add_imm(look, full(w), full(w), imm_6(w));
}

static enum lookahead_step addiw(struct lookahead *look, uint32_t w)
{
    return full(w) == 0 ? LOOKAHEAD_END
                        : compute_imm(look, LOOK_32, full(w), imm_6(w));
}

static enum lookahead_step li(struct lookahead *look, uint32_t w)
{
    return add_imm(look, full(w), 0, imm_6(w));
}

static enum lookahead_step lui(struct lookahead *look, uint32_t w)
{
    unsigned rd = full(w);

    if (shift_6(w) == 0) {
        return LOOKAHEAD_END;
    }
    if (rd == SP) {             /* c.addi16sp */
        return add_imm(look, SP, SP,
                       look_signed(look_field(w, 12, 1, 9) |
                                   look_field(w, 6, 1, 4) |
                                   look_field(w, 5, 1, 6) |
                                   look_field(w, 3, 2, 7) |
                                   look_field(w, 2, 1, 5), 10));
    }
    return add_imm(look, rd, 0, look_signed(look_field(w, 12, 1, 17) |
                                            look_field(w, 2, 5, 12), 18));
}

static enum lookahead_step arithmetic(struct lookahead *look, uint32_t w)
{
    static const uint8_t ops[6] = {
        LOOK_SECOND, 4, 6, 7, LOOK_SECOND | LOOK_32, LOOK_32,
    };
    uint32_t which = look_field(w, 12, 1, 2) | look_field(w, 5, 2, 0);

    switch (look_field(w, 10, 2, 0)) {
    case 0:
        return compute_imm(look, 5, upper(w), shift_6(w));
    case 1:
        return compute_imm(look, 5 | LOOK_SECOND, upper(w), shift_6(w));
    case 2:
        return compute_imm(look, 7, upper(w), imm_6(w));
    default:
        return which >= sizeof(ops)
                   ? LOOKAHEAD_END
                   : compute(look, ops[which], upper(w), lower(w));
    }
}

static enum lookahead_step jump(struct lookahead *look, uint32_t w)
{
    look->pc += (uint64_t)look_signed(look_field(w, 12, 1, 11) |
                                      look_field(w, 11, 1, 4) |
                                      look_field(w, 9, 2, 8) |
                                      look_field(w, 8, 1, 10) |
                                      look_field(w, 7, 1, 6) |
                                      look_field(w, 6, 1, 7) |
                                      look_field(w, 3, 3, 1) |
                                      look_field(w, 2, 1, 5), 12) - LENGTH;
    return LOOKAHEAD_ON;
}

static enum lookahead_step branch(struct lookahead *look, uint32_t w,
                                  bool on_zero)
{
    int64_t imm = look_signed(look_field(w, 12, 1, 8) |
                              look_field(w, 10, 2, 3) |
                              look_field(w, 5, 2, 6) | look_field(w, 3, 2, 1) |
                              look_field(w, 2, 1, 5), 9);
    bool taken = (look->x[upper(w)] == 0) == on_zero &&
                 lookahead_knows(look, upper(w));

    return look_branch(look, taken, look->pc - LENGTH + (uint64_t)imm);
}

static enum lookahead_step beqz(struct lookahead *look, uint32_t w)
{
    return branch(look, w, true);
}

static enum lookahead_step bnez(struct lookahead *look, uint32_t w)
{
    return branch(look, w, false);
}

/* -- quadrant 2 -- */

static enum lookahead_step slli(struct lookahead *look, uint32_t w)
{
    return compute_imm(look, 1, full(w), shift_6(w));
}

static enum lookahead_step fldsp(struct lookahead *look, uint32_t w)
{
    return look_load_fp(look, SP, stack_load_dword(w));
}

static enum lookahead_step lwsp(struct lookahead *look, uint32_t w)
{
    return full(w) == 0 ? LOOKAHEAD_END
           : look_load(look, full(w), SP, look_field(w, 12, 1, 5) |
                       look_field(w, 4, 3, 2) | look_field(w, 2, 2, 6),
                       LOOK_WORD, true);
}

static enum lookahead_step ldsp(struct lookahead *look, uint32_t w)
{
    return full(w) == 0 ? LOOKAHEAD_END
           : look_load(look, full(w), SP, stack_load_dword(w), LOOK_DWORD,
                       true);
}

/* c.jr, c.jalr, c.mv, c.add, c.ebreak share one opcode. */
static enum lookahead_step registers(struct lookahead *look, uint32_t w)
{
    unsigned rd = full(w);
    bool second = look_field(w, 12, 1, 0);
    uint64_t to = look->x[rd] & ~1ull;

    if (source(w) != 0) {
        return second ? compute(look, 0, rd, source(w))
                      : add_imm(look, rd, source(w), 0);
    }
    if (rd == 0 || !lookahead_knows(look, rd)) {
        return LOOKAHEAD_END;
    }
    if (second) {
        look_set(look, RA, look->pc, 0, 0);
    }
    look->pc = to;
    return LOOKAHEAD_ON;
}

static enum lookahead_step fsdsp(struct lookahead *look, uint32_t w)
{
    return look_store_fp(look, SP, stack_store_dword(w), LOOK_DWORD);
}

static enum lookahead_step swsp(struct lookahead *look, uint32_t w)
{
    return look_store(look, source(w), SP,
                      look_field(w, 9, 4, 2) | look_field(w, 7, 2, 6),
                      LOOK_WORD);
}

static enum lookahead_step sdsp(struct lookahead *look, uint32_t w)
{
    return look_store(look, source(w), SP, stack_store_dword(w), LOOK_DWORD);
}

lookahead_op *const look_compressed[24] = {
    addi4spn, fld, lw, ld, end, fsd, sw, sd,
    addi, addiw, li, lui, arithmetic, jump, beqz, bnez,
    slli, fldsp, lwsp, ldsp, registers, fsdsp, swsp, sdsp,
};
