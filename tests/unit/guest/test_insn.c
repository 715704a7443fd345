/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instruction decoder: each kind and each immediate of RV64GC that it
 * knows, as the assembler encodes it, at the ends of its range.
 */
#include "migrate/insn.h"

#include <stdbool.h>

#include "tests/unit/guest/suite.h"

struct sample {
    const char *text;
    uint32_t word;
    struct insn insn;
};

#define MEM(b, d, r, i)     { INSN_MEMORY, b, d, r, 0, 0, i }
#define ADDI(b, d, r, i)    { INSN_ADD_IMM, b, d, r, 0, 0, i }
#define OTHER(b, d)         { INSN_OTHER, b, d, 0, 0, 0, 0 }
#define BRANCH(b, c, r, s, i) { INSN_BRANCH, b, 0, r, s, c, i }

static const struct sample samples[] = {
    { "lw a0,-4(a1)", 0xffc5a503, MEM(4, 10, 11, -4) },
    { "ld s1,2040(s2)", 0x7f893483, MEM(4, 9, 18, 2040) },
    { "lbu t0,0(t1)", 0x00034283, MEM(4, 5, 6, 0) },
    { "sd a2,-2048(a3)", 0x80c6b023, MEM(4, 0, 13, -2048) },
    { "sb zero,5(a4)", 0x000702a3, MEM(4, 0, 14, 5) },
    { "amoadd.d a0,a1,(a2)", 0x00b6352f, MEM(4, 10, 12, 0) },
    { "lr.w a0,(a1)", 0x1005a52f, MEM(4, 10, 11, 0) },
    { "sc.d a3,a4,(a5)", 0x18e7b6af, MEM(4, 13, 15, 0) },
    { "addi a0,a1,-7", 0xff958513, ADDI(4, 10, 11, -7) },
    { "xori a0,a1,3", 0x0035c513, OTHER(4, 10) },
    { "lui a5,0x12345", 0x123457b7, ADDI(4, 15, 0, 0x12345000) },
    { "auipc t0,0x1", 0x00001297, { INSN_PC_ADD, 4, 5, 0, 0, 0, 0x1000 } },
    { "add a0,a1,a2", 0x00c58533, { INSN_ADD, 4, 10, 11, 12, 0, 0 } },
    { "sub a0,a1,a2", 0x40c58533, OTHER(4, 10) },
    { "mul a0,a1,a2", 0x02c58533, OTHER(4, 10) },
    { "beq a0,a1,.+4094", 0x7eb50fe3, BRANCH(4, INSN_EQ, 10, 11, 4094) },
    { "bltu a0,a1,.-4", 0xfeb56ee3, BRANCH(4, INSN_LTU, 10, 11, -4) },
    { "jal ra,.+2040", 0x7f8000ef, { INSN_JUMP, 4, 1, 0, 0, 0, 2040 } },
    { "jalr ra,12(a5)", 0x00c780e7,
      { INSN_JUMP_REGISTER, 4, 1, 15, 0, 0, 12 } },
    { "ecall", 0x00000073, OTHER(4, 10) },
    { "rdcycle a3", 0xc00026f3, OTHER(4, 13) },
    { "fence", 0x0ff0000f, OTHER(4, 0) },
    { "addiw a0,a1,1", 0x0015851b, OTHER(4, 10) },
    { "fmadd.d fa0,fa1,fa2,fa3", 0x6ac5f543, OTHER(4, 0) },
    { "fcvt.l.d a0,fa0", 0xc2257553, OTHER(4, 10) },
    { "c.lui a5,0xfffff", 0x77fd, ADDI(2, 15, 0, -4096) },
    { "c.addi4spn a0,sp,1020", 0x1fe8, ADDI(2, 10, 2, 1020) },
    { "c.lw a0,124(a1)", 0x5de8, MEM(2, 10, 11, 124) },
    { "c.ld a2,248(a3)", 0x7ef0, MEM(2, 12, 13, 248) },
    { "c.fld fa0,64(s0)", 0x2028, MEM(2, 0, 8, 64) },
    { "c.sw a4,4(a5)", 0xc3d8, MEM(2, 0, 15, 4) },
    { "c.sd s1,8(s0)", 0xe404, MEM(2, 0, 8, 8) },
    { "c.fsd fa1,128(a0)", 0xa14c, MEM(2, 0, 10, 128) },
    { "c.addi a0,-32", 0x1501, ADDI(2, 10, 10, -32) },
    { "c.nop", 0x0001, ADDI(2, 0, 0, 0) },
    { "c.addiw a1,31", 0x25fd, OTHER(2, 11) },
    { "c.li a2,-1", 0x567d, ADDI(2, 12, 0, -1) },
    { "c.lui a3,0x1f", 0x66fd, ADDI(2, 13, 0, 0x1f000) },
    { "c.lui a3,0xfffe0", 0x7681, ADDI(2, 13, 0, -0x20000) },
    { "c.addi16sp sp,-512", 0x7101, ADDI(2, 2, 2, -512) },
    { "c.addi16sp sp,496", 0x617d, ADDI(2, 2, 2, 496) },
    { "c.srli a0,3", 0x810d, OTHER(2, 10) },
    { "c.sub a0,a1", 0x8d0d, OTHER(2, 10) },
    { "c.j .+2046", 0xaffd, { INSN_JUMP, 2, 0, 0, 0, 0, 2046 } },
    { "c.j .-2002", 0xb03d, { INSN_JUMP, 2, 0, 0, 0, 0, -2002 } },
    { "c.beqz a0,.+246", 0xc97d, BRANCH(2, INSN_EQ, 10, 0, 246) },
    { "c.bnez s1,.-6", 0xfced, BRANCH(2, INSN_NE, 9, 0, -6) },
    { "c.slli a5,4", 0x0792, OTHER(2, 15) },
    { "c.fldsp fa0,504(sp)", 0x357e, MEM(2, 0, 2, 504) },
    { "c.lwsp a0,252(sp)", 0x557e, MEM(2, 10, 2, 252) },
    { "c.ldsp a1,504(sp)", 0x75fe, MEM(2, 11, 2, 504) },
    { "c.jr a5", 0x8782, { INSN_JUMP_REGISTER, 2, 0, 15, 0, 0, 0 } },
    { "c.jalr a5", 0x9782, { INSN_JUMP_REGISTER, 2, 1, 15, 0, 0, 0 } },
    { "c.mv a0,a1", 0x852e, { INSN_ADD, 2, 10, 0, 11, 0, 0 } },
    { "c.add a0,a1", 0x952e, { INSN_ADD, 2, 10, 10, 11, 0, 0 } },
    { "c.swsp a0,252(sp)", 0xdfaa, MEM(2, 0, 2, 252) },
    { "c.sdsp a1,504(sp)", 0xffae, MEM(2, 0, 2, 504) },
    { "c.fsdsp fa1,8(sp)", 0xa42e, MEM(2, 0, 2, 8) },
    { "c.ebreak", 0x9002, { INSN_END, 2, 0, 0, 0, 0, 0 } },
    { "illegal zeroes", 0x0000, { INSN_END, 2, 0, 0, 0, 0, 0 } },
};

static struct insn decode(uint32_t word)
{
    uint8_t bytes[4];

    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(word >> 8 * i);
    }
    return insn_decode(bytes, (word & 3) == 3 ? 4 : 2);
}

static bool uses_rs1(const struct insn *insn)
{
    return insn->kind != INSN_OTHER && insn->kind != INSN_PC_ADD &&
           insn->kind != INSN_JUMP && insn->kind != INSN_END;
}

static bool uses_imm(const struct insn *insn)
{
    return insn->kind != INSN_OTHER && insn->kind != INSN_ADD &&
           insn->kind != INSN_END;
}

static bool uses_rd(const struct insn *insn)
{
    return insn->kind != INSN_BRANCH && insn->kind != INSN_END;
}

static void check_sample(const struct sample *sample)
{
    struct insn insn = decode(sample->word);
    const struct insn *want = &sample->insn;

    ck_assert_msg(insn.kind == want->kind, "%s: kind %d", sample->text,
                  insn.kind);
    ck_assert_msg(insn.bytes == want->bytes, "%s: bytes", sample->text);
    if (uses_rd(want)) {
        ck_assert_msg(insn.rd == want->rd, "%s: rd %d", sample->text, insn.rd);
    }
    if (uses_rs1(want)) {
        ck_assert_msg(insn.rs1 == want->rs1, "%s: rs1", sample->text);
    }
    if (uses_imm(want)) {
        ck_assert_msg(insn.imm == want->imm, "%s: imm %ld", sample->text,
                      (long)insn.imm);
    }
    if (want->kind == INSN_ADD || want->kind == INSN_BRANCH) {
        ck_assert_msg(insn.rs2 == want->rs2, "%s: rs2", sample->text);
    }
    if (want->kind == INSN_BRANCH) {
        ck_assert_msg(insn.condition == want->condition, "%s", sample->text);
    }
}

START_TEST(decodes_what_the_assembler_encodes)
{
    for (size_t i = 0; i < SUITE_COUNT(samples); i++) {
        check_sample(&samples[i]);
    }
}
END_TEST

/* Every encoding decodes to something in range, from exactly its own bytes. */
START_TEST(every_half_word)
{
    for (uint32_t word = 0; word < 0x10000; word++) {
        struct insn insn = decode(word | 0xa5a50000u);

        ck_assert(insn.bytes == 2 || insn.bytes == 4);
        ck_assert(insn.rd < 32 && insn.rs1 < 32 && insn.rs2 < 32);
        ck_assert(insn.imm % 2 == 0 || insn.kind != INSN_JUMP);
    }
}
END_TEST

START_TEST(cut_off)
{
    const uint8_t full[] = { 0x03, 0xa5, 0xc5, 0xff };

    ck_assert_int_eq(insn_decode(full, 4).kind, INSN_MEMORY);
    ck_assert_int_eq(insn_decode(full, 3).kind, INSN_END);
    ck_assert_int_eq(insn_decode(full, 2).kind, INSN_END);
    ck_assert_int_eq(insn_decode(full, 1).kind, INSN_END);
    ck_assert_int_eq(insn_decode(full, 0).kind, INSN_END);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        decodes_what_the_assembler_encodes,
        every_half_word,
        cut_off,
    };

    return suite_run("insn", tests, SUITE_COUNT(tests));
}
