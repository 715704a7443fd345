/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decoder for insn.h. Compressed instructions are turned into the same few
 * kinds as full ones; everything that only computes is INSN_OTHER.
 */
#include "migrate/insn.h"

#define SP  2u
#define RA  1u
#define A0  10u

/* Major opcodes, bits 6..2 of a full instruction. */
enum {
    OP_LOAD = 0x00, OP_LOAD_FP = 0x01, OP_FENCE = 0x03, OP_IMM = 0x04,
    OP_AUIPC = 0x05, OP_IMM_32 = 0x06, OP_STORE = 0x08, OP_STORE_FP = 0x09,
    OP_AMO = 0x0b, OP_REG = 0x0c, OP_LUI = 0x0d, OP_REG_32 = 0x0e,
    OP_MADD = 0x10, OP_MSUB = 0x11, OP_NMSUB = 0x12, OP_NMADD = 0x13,
    OP_FP = 0x14, OP_BRANCH = 0x18, OP_JALR = 0x19, OP_JAL = 0x1b,
    OP_SYSTEM = 0x1c,
};

/* `count` bits of w from bit `from` on, moved to bit `to`. */
static uint32_t field(uint32_t w, unsigned from, unsigned count, unsigned to)
{
    return ((w >> from) & ((1u << count) - 1)) << to;
}

static int64_t sign_extend(uint32_t value, unsigned bits)
{
    uint32_t sign = 1u << (bits - 1);

    return (int64_t)(value ^ sign) - (int64_t)sign;
}

static int64_t imm_i(uint32_t w)
{
    return sign_extend(field(w, 20, 12, 0), 12);
}

static int64_t imm_s(uint32_t w)
{
    return sign_extend(field(w, 25, 7, 5) | field(w, 7, 5, 0), 12);
}

static int64_t imm_b(uint32_t w)
{
    return sign_extend(field(w, 31, 1, 12) | field(w, 7, 1, 11) |
                       field(w, 25, 6, 5) | field(w, 8, 4, 1), 13);
}

static int64_t imm_u(uint32_t w)
{
    return (int32_t)(w & 0xfffff000u);
}

static int64_t imm_j(uint32_t w)
{
    return sign_extend(field(w, 31, 1, 20) | field(w, 12, 8, 12) |
                       field(w, 20, 1, 11) | field(w, 21, 10, 1), 21);
}

static struct insn full_store(struct insn insn, uint32_t w)
{
    insn.kind = INSN_MEMORY;
    insn.rd = 0;
    insn.imm = imm_s(w);
    return insn;
}

static struct insn full_add(struct insn insn, uint32_t w)
{
    /* add has funct7 and funct3 of zero. */
    insn.kind = field(w, 25, 7, 0) == 0 && field(w, 12, 3, 0) == 0
                ? INSN_ADD : INSN_OTHER;
    return insn;
}

static struct insn full_system(struct insn insn, uint32_t w)
{
    /* A system call leaves its result in a0. */
    insn.rd = w == 0x73 ? A0 : insn.rd;
    return insn;
}

static struct insn full_jump(struct insn insn, uint32_t w, uint32_t opcode)
{
    if (opcode == OP_JAL) {
        insn.kind = INSN_JUMP;
        insn.imm = imm_j(w);
    } else if (opcode == OP_JALR) {
        insn.kind = INSN_JUMP_REGISTER;
        insn.imm = imm_i(w);
    } else {
        insn.kind = INSN_BRANCH;
        insn.condition = (uint8_t)field(w, 12, 3, 0);
        insn.imm = imm_b(w);
    }
    return insn;
}

static struct insn decode_full(uint32_t w)
{
    uint32_t opcode = field(w, 2, 5, 0);
    struct insn insn = {
        .kind = INSN_OTHER,
        .bytes = 4,
        .rd = (uint8_t)field(w, 7, 5, 0),
        .rs1 = (uint8_t)field(w, 15, 5, 0),
        .rs2 = (uint8_t)field(w, 20, 5, 0),
    };

    switch (opcode) {
    case OP_LOAD_FP:
        insn.rd = 0;
        /* fallthrough */
    case OP_LOAD:
        insn.kind = INSN_MEMORY;
        insn.imm = imm_i(w);
        return insn;
    case OP_STORE:
    case OP_STORE_FP:
        return full_store(insn, w);
    case OP_AMO:
        insn.kind = INSN_MEMORY;
        return insn;
    case OP_IMM:
        insn.kind = field(w, 12, 3, 0) == 0 ? INSN_ADD_IMM : INSN_OTHER;
        insn.imm = imm_i(w);
        return insn;
    case OP_LUI:
        insn.kind = INSN_ADD_IMM;
        insn.rs1 = 0;
        insn.imm = imm_u(w);
        return insn;
    case OP_AUIPC:
        insn.kind = INSN_PC_ADD;
        insn.imm = imm_u(w);
        return insn;
    case OP_REG:
        return full_add(insn, w);
    case OP_SYSTEM:
        return full_system(insn, w);
    case OP_BRANCH:
    case OP_JAL:
    case OP_JALR:
        return full_jump(insn, w, opcode);
    case OP_FENCE:
        insn.rd = 0;
        return insn;
    case OP_IMM_32:
    case OP_REG_32:
    case OP_FP:
        return insn;
    case OP_MADD:
    case OP_MSUB:
    case OP_NMSUB:
    case OP_NMADD:
        insn.rd = 0;
        return insn;
    default:
        insn.kind = INSN_END;
        return insn;
    }
}

/* The eight registers that three bits can name. */
static uint8_t small(uint32_t w, unsigned from)
{
    return (uint8_t)(8 + field(w, from, 3, 0));
}

static struct insn memory(uint32_t rd, uint32_t rs1, uint32_t imm)
{
    return (struct insn){ .kind = INSN_MEMORY, .bytes = 2, .rd = (uint8_t)rd,
                          .rs1 = (uint8_t)rs1, .imm = imm };
}

static struct insn add_imm(uint32_t rd, uint32_t rs1, int64_t imm)
{
    return (struct insn){ .kind = INSN_ADD_IMM, .bytes = 2, .rd = (uint8_t)rd,
                          .rs1 = (uint8_t)rs1, .imm = imm };
}

static struct insn other(uint32_t rd)
{
    return (struct insn){ .kind = INSN_OTHER, .bytes = 2, .rd = (uint8_t)rd };
}

static struct insn end(void)
{
    return (struct insn){ .kind = INSN_END, .bytes = 2 };
}

static struct insn decode_quadrant0(uint32_t w)
{
    uint32_t word = field(w, 10, 3, 3) | field(w, 6, 1, 2) | field(w, 5, 1, 6);
    uint32_t dword = field(w, 10, 3, 3) | field(w, 5, 2, 6);

    switch (field(w, 13, 3, 0)) {
    case 0:                     /* c.addi4spn; all zeroes is illegal */
        return w == 0 ? end()
               : add_imm(small(w, 2), SP,
                         field(w, 11, 2, 4) | field(w, 7, 4, 6) |
                         field(w, 6, 1, 2) | field(w, 5, 1, 3));
    case 2:                     /* c.lw */
        return memory(small(w, 2), small(w, 7), word);
    case 3:                     /* c.ld */
        return memory(small(w, 2), small(w, 7), dword);
    case 1:                     /* c.fld */
    case 5:                     /* c.fsd */
    case 7:                     /* c.sd */
        return memory(0, small(w, 7), dword);
    case 6:                     /* c.sw */
        return memory(0, small(w, 7), word);
    default:
        return end();
    }
}

static struct insn decode_lui_or_sp(uint32_t w)
{
    uint32_t rd = field(w, 7, 5, 0);

    if (rd == SP) {
        return add_imm(SP, SP, sign_extend(field(w, 12, 1, 9) |
                                           field(w, 6, 1, 4) |
                                           field(w, 5, 1, 6) |
                                           field(w, 3, 2, 7) |
                                           field(w, 2, 1, 5), 10));
    }
    return add_imm(rd, 0, sign_extend(field(w, 12, 1, 17) |
                                      field(w, 2, 5, 12), 18));
}

static struct insn compressed_branch(uint32_t w, enum insn_condition condition)
{
    return (struct insn){
        .kind = INSN_BRANCH,
        .bytes = 2,
        .rs1 = small(w, 7),
        .condition = (uint8_t)condition,
        .imm = sign_extend(field(w, 12, 1, 8) | field(w, 10, 2, 3) |
                           field(w, 5, 2, 6) | field(w, 3, 2, 1) |
                           field(w, 2, 1, 5), 9),
    };
}

static struct insn compressed_jump(uint32_t w)
{
    return (struct insn){
        .kind = INSN_JUMP,
        .bytes = 2,
        .imm = sign_extend(field(w, 12, 1, 11) | field(w, 11, 1, 4) |
                           field(w, 9, 2, 8) | field(w, 8, 1, 10) |
                           field(w, 7, 1, 6) | field(w, 6, 1, 7) |
                           field(w, 3, 3, 1) | field(w, 2, 1, 5), 12),
    };
}

static struct insn decode_quadrant1(uint32_t w)
{
    uint32_t rd = field(w, 7, 5, 0);
    int64_t imm = sign_extend(field(w, 12, 1, 5) | field(w, 2, 5, 0), 6);

    switch (field(w, 13, 3, 0)) {
    case 0:                     /* c.addi, c.nop */
        return add_imm(rd, rd, imm);
    case 1:                     /* c.addiw */
        return other(rd);
    case 2:                     /* c.li */
        return add_imm(rd, 0, imm);
    case 3:
        return decode_lui_or_sp(w);
    case 4:                     /* shifts, and, or, xor, sub, addw ... */
        return other(small(w, 7));
    case 5:
        return compressed_jump(w);
    case 6:
        return compressed_branch(w, INSN_EQ);
    default:
        return compressed_branch(w, INSN_NE);
    }
}

/* c.jr, c.jalr, c.mv, c.add, c.ebreak share one opcode. */
static struct insn decode_register(uint32_t w)
{
    uint8_t rd = (uint8_t)field(w, 7, 5, 0);
    uint8_t rs2 = (uint8_t)field(w, 2, 5, 0);
    uint32_t second = field(w, 12, 1, 0);

    if (rs2 != 0) {
        return (struct insn){ .kind = INSN_ADD, .bytes = 2, .rd = rd,
                              .rs1 = second ? rd : 0, .rs2 = rs2 };
    }
    if (rd == 0) {
        return end();
    }
    return (struct insn){ .kind = INSN_JUMP_REGISTER, .bytes = 2,
                          .rd = second ? RA : 0, .rs1 = rd };
}

static struct insn decode_quadrant2(uint32_t w)
{
    uint32_t rd = field(w, 7, 5, 0);
    uint32_t dword = field(w, 12, 1, 5) | field(w, 5, 2, 3) |
                     field(w, 2, 3, 6);

    switch (field(w, 13, 3, 0)) {
    case 0:                     /* c.slli */
        return other(rd);
    case 1:                     /* c.fldsp */
        return memory(0, SP, dword);
    case 2:                     /* c.lwsp */
        return memory(rd, SP, field(w, 12, 1, 5) | field(w, 4, 3, 2) |
                              field(w, 2, 2, 6));
    case 3:                     /* c.ldsp */
        return memory(rd, SP, dword);
    case 4:
        return decode_register(w);
    case 6:                     /* c.swsp */
        return memory(0, SP, field(w, 9, 4, 2) | field(w, 7, 2, 6));
    default:                    /* c.fsdsp, c.sdsp */
        return memory(0, SP, field(w, 10, 3, 3) | field(w, 7, 3, 6));
    }
}

struct insn insn_decode(const uint8_t *code, size_t left)
{
    uint32_t w;

    if (left < 2) {
        return end();
    }
    w = code[0] | (uint32_t)code[1] << 8;
    switch (w & 3) {
    case 0:
        return decode_quadrant0(w);
    case 1:
        return decode_quadrant1(w);
    case 2:
        return decode_quadrant2(w);
    default:
        if (left < 4) {
            return end();
        }
        w |= (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
        return decode_full(w);
    }
}
