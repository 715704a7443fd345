/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one RISC-V instruction does to addresses: as much of RV64GC as is
 * needed to tell which memory the next few instructions will touch.
 */
#ifndef MIGRATE_INSN_H
#define MIGRATE_INSN_H

#include <stddef.h>
#include <stdint.h>

enum insn_kind {
    INSN_OTHER,                 /* rd, if not 0, becomes something unknown */
    INSN_MEMORY,                /* accesses x[rs1] + imm; rd as above */
    INSN_ADD_IMM,               /* rd = x[rs1] + imm */
    INSN_ADD,                   /* rd = x[rs1] + x[rs2] */
    INSN_PC_ADD,                /* rd = pc + imm */
    INSN_BRANCH,                /* if x[rs1] `condition` x[rs2]: to pc + imm */
    INSN_JUMP,                  /* to pc + imm; rd = pc + bytes */
    INSN_JUMP_REGISTER,         /* to x[rs1] + imm; rd = pc + bytes */
    INSN_END,                   /* not decoded: nothing is known behind it */
};

/* As funct3 of the branches encodes them. */
enum insn_condition {
    INSN_EQ = 0, INSN_NE = 1, INSN_LT = 4, INSN_GE = 5,
    INSN_LTU = 6, INSN_GEU = 7,
};

struct insn {
    enum insn_kind kind;
    uint8_t bytes;              /* 2 or 4 */
    uint8_t rd;
    uint8_t rs1;
    uint8_t rs2;
    uint8_t condition;
    int64_t imm;
};

/* Decodes the instruction at the start of `code`; INSN_END if `left` bytes do
 * not hold it all. The RISC-V Instruction Set Manual, volume I, RV64GC. */
struct insn insn_decode(const uint8_t *code, size_t left);

#endif
