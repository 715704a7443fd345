/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interpreter of the next instructions: what each full instruction does,
 * and code that is noise. Memory is in test_lookahead_memory.c.
 */
#include "migrate/lookahead.h"

#include <string.h>

#include "tests/unit/guest/suite.h"

#define CODE    0x10000ull
#define DATA    0x20000ull      /* two pages, then one that is not there */
#define PAGE    4096u
#define A       0xfffffffe80000005ull
#define B       3ull
#define MIN64   (1ull << 63)

static uint8_t code[PAGE] __attribute__((aligned(8)));
static uint8_t data[2 * PAGE] __attribute__((aligned(8)));
static struct lookahead look;

static const uint8_t *page(void *context, uint64_t index)
{
    (void)context;
    return index == CODE / PAGE ? code :
           index - DATA / PAGE < 2 ? data + (index - DATA / PAGE) * PAGE : NULL;
}

static void put(size_t at, uint32_t w)
{
    memcpy(code + at, &w, sizeof(w));
}

static void start(uint64_t a, uint64_t b)
{
    uint64_t x[32] = { [0] = 99, [2] = DATA + PAGE, [11] = a, [12] = b };

    lookahead_start(&look, x, CODE, page, NULL);
}

/* What a0 is after an instruction on a1 and a2. */
struct result {
    const char *text;
    uint32_t w;
    uint64_t a;
    uint64_t b;
    uint64_t a0;
};

static const struct result results[] = {
    { "addi a0,a1,-7", 0xff958513, A, 0, A - 7 },
    { "slti a0,a1,5", 0x0055a513, A, 0, 1 },
    { "sltiu a0,a1,-1", 0xfff5b513, A, 0, 1 },
    { "xori a0,a1,-1", 0xfff5c513, A, 0, ~A },
    { "ori a0,a1,8", 0x0085e513, A, 0, A | 8 },
    { "andi a0,a1,-4", 0xffc5f513, A, 0, A & ~3ull },
    { "slli a0,a1,63", 0x03f59513, A, 0, MIN64 },
    { "srli a0,a1,60", 0x03c5d513, A, 0, 15 },
    { "srai a0,a1,60", 0x43c5d513, A, 0, UINT64_MAX },
    { "addiw a0,a1,1", 0x0015851b, 0x17fffffffull, 0, 0xffffffff80000000ull },
    { "slliw a0,a1,31", 0x01f5951b, A, 0, 0xffffffff80000000ull },
    { "srliw a0,a1,4", 0x0045d51b, A, 0, 0x08000000 },
    { "sraiw a0,a1,4", 0x4045d51b, A, 0, 0xfffffffff8000000ull },
    { "add a0,a1,a2", 0x00c58533, A, B, A + B },
    { "sub a0,a1,a2", 0x40c58533, A, B, A - B },
    { "sll a0,a1,a2", 0x00c59533, A, 65, A << 1 },
    { "slt a0,a1,a2", 0x00c5a533, A, B, 1 },
    { "sltu a0,a1,a2", 0x00c5b533, A, B, 0 },
    { "xor a0,a1,a2", 0x00c5c533, A, B, A ^ B },
    { "srl a0,a1,a2", 0x00c5d533, A, 60, 15 },
    { "sra a0,a1,a2", 0x40c5d533, A, 60, UINT64_MAX },
    { "or a0,a1,a2", 0x00c5e533, A, 8, A | 8 },
    { "and a0,a1,a2", 0x00c5f533, A, 6, 4 },
    { "addw a0,a1,a2", 0x00c5853b, A, B, 0xffffffff80000008ull },
    { "subw a0,a1,a2", 0x40c5853b, A, 6, 0x7fffffff },
    { "sllw a0,a1,a2", 0x00c5953b, A, 33, 10 },
    { "srlw a0,a1,a2", 0x00c5d53b, A, 4, 0x08000000 },
    { "sraw a0,a1,a2", 0x40c5d53b, A, 4, 0xfffffffff8000000ull },
    { "mul a0,a1,a2", 0x02c58533, A, B, A * 3 },
    { "mulh a0,a1,a2", 0x02c59533, A, B, UINT64_MAX },
    { "mulhsu a0,a1,a2", 0x02c5a533, UINT64_MAX, UINT64_MAX, UINT64_MAX },
    { "mulhu a0,a1,a2", 0x02c5b533, A, B, 2 },
    { "div a0,a1,a2", 0x02c5c533, (uint64_t)-7, 2, (uint64_t)-3 },
    { "div by 0", 0x02c5c533, A, 0, UINT64_MAX },
    { "div overflow", 0x02c5c533, MIN64, UINT64_MAX, MIN64 },
    { "divu a0,a1,a2", 0x02c5d533, A, 2, A / 2 },
    { "divu by 0", 0x02c5d533, A, 0, UINT64_MAX },
    { "rem a0,a1,a2", 0x02c5e533, (uint64_t)-7, 2, UINT64_MAX },
    { "rem by 0", 0x02c5e533, A, 0, A },
    { "rem overflow", 0x02c5e533, MIN64, UINT64_MAX, 0 },
    { "remu a0,a1,a2", 0x02c5f533, A, 4, 1 },
    { "remu by 0", 0x02c5f533, A, 0, A },
    { "mulw a0,a1,a2", 0x02c5853b, A, B, 0xffffffff8000000full },
    { "divw a0,a1,a2", 0x02c5c53b, 0x80000000, UINT64_MAX,
      0xffffffff80000000ull },
    { "divuw a0,a1,a2", 0x02c5d53b, A, 0, UINT64_MAX },
    { "remw a0,a1,a2", 0x02c5e53b, (uint64_t)-7, 2, UINT64_MAX },
    { "remuw a0,a1,a2", 0x02c5f53b, A, 0, 0xffffffff80000005ull },
    { "lui a0,0x80000", 0x80000537, 0, 0, 0xffffffff80000000ull },
    { "auipc a0,0xfffff", 0xfffff517, 0, 0, CODE - PAGE },
    { "jal a0,.+4", 0x0040056f, 0, 0, CODE + 4 },
};

START_TEST(computes)
{
    for (size_t i = 0; i < SUITE_COUNT(results); i++) {
        const struct result *r = &results[i];

        put(0, r->w);
        start(r->a, r->b);
        ck_assert_msg(lookahead_step(&look) == LOOKAHEAD_ON &&
                      look.x[10] == r->a0 && look.unknown == 0 &&
                      look.pc == CODE + 4 && look.x[0] == 0,
                      "%s: %lx", r->text, (unsigned long)look.x[10]);
    }
}
END_TEST

/* beq a1,a2,.+4094 with every condition, and values at the ends. */
START_TEST(branches)
{
    static const uint64_t values[] = { 0, 1, MIN64, MIN64 - 1, UINT64_MAX };

    for (uint32_t condition = 0; condition < 8; condition++) {
        put(0, 0x7ec58fe3 | condition << 12);
        for (unsigned i = 0; i < 25; i++) {
            uint64_t a = values[i / 5], b = values[i % 5];
            const bool taken[8] = {
                a == b, a != b, false, false, (int64_t)a < (int64_t)b,
                (int64_t)a >= (int64_t)b, a < b, a >= b,
            };

            start(a, b);
            if (condition == 2 || condition == 3) {
                ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_END);
                continue;
            }
            ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ON);
            ck_assert_uint_eq(look.pc, CODE + (taken[condition] ? 4094 : 4));
            start(a, b);
            look.unknown = 1u << 12;            /* then it is not followed */
            ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ON);
            ck_assert_uint_eq(look.pc, CODE + 4);
        }
    }
}
END_TEST

static enum lookahead_step step_on(uint32_t w, uint64_t a, uint64_t b)
{
    put(0, w);
    start(a, b);
    return lookahead_step(&look);
}

START_TEST(jumps)
{
    ck_assert_int_eq(step_on(0x00d580e7, CODE + 100, 0), LOOKAHEAD_ON);
    ck_assert_uint_eq(look.pc, CODE + 112);     /* jalr 13(a1), bit 0 is cut */
    ck_assert_uint_eq(look.x[1], CODE + 4);
    ck_assert_int_eq(step_on(0x000585e7, CODE + 100, 0), LOOKAHEAD_ON);
    ck_assert_uint_eq(look.pc, CODE + 100);     /* jalr a1,(a1) */
    put(0, 0x000580e7);
    start(CODE, 0);
    look.unknown = 1u << 11;
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_END);
}
END_TEST

/* What is not known stays so until it is overwritten. */
START_TEST(unknown_values)
{
    static const uint32_t makers[] = {
        0xc00026f3,             /* rdcycle a3 */
        0xc22576d3,             /* fcvt.l.d a3,fa0 */
        0xe20506d3,             /* fmv.x.d a3,fa0 */
        0xa2b526d3,             /* feq.d a3,fa0,fa1 */
        0x20b526b3,             /* sh1add a3,a0,a1: another extension */
        0x0ff67693,             /* andi a3,a2,255 of an unknown a2 */
        0x00c586b3,             /* add a3,a1,a2 */
    };

    for (size_t i = 0; i < SUITE_COUNT(makers); i++) {
        put(0, makers[i]);
        put(4, 0x00068513);     /* mv a0,a3 */
        put(8, 0x00d6b023);     /* sd a3,0(a3): nobody knows where */
        put(12, 0x0006b583);    /* ld a1,0(a3) */
        put(16, 0x00100693);    /* li a3,1 */
        start(A, B);
        look.unknown = 1u << 12;
        for (unsigned n = 0; n < 4; n++) {
            ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ON);
        }
        ck_assert_uint_eq(look.unknown, 1u << 10 | 1u << 11 | 1u << 12 |
                                        1u << 13);
        ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ON);
        ck_assert(lookahead_knows(&look, 13));
        ck_assert_uint_eq(look.x[13], 1);
    }
    /* No integer register has to do with these: fmadd, fadd, fcvt.d.l, fence */
    ck_assert_int_eq(step_on(0x6ac5f543, 0, 0), LOOKAHEAD_ON);
    ck_assert_int_eq(look.unknown, 0);
    ck_assert_int_eq(step_on(0x02b57553, 0, 0), LOOKAHEAD_ON);
    ck_assert_int_eq(look.unknown, 0);
    ck_assert_int_eq(step_on(0xd2257553, 0, 0), LOOKAHEAD_ON);
    ck_assert_int_eq(look.unknown, 0);
    ck_assert_int_eq(step_on(0x0ff0000f, 0, 0), LOOKAHEAD_ON);
    ck_assert_int_eq(look.unknown, 0);
}
END_TEST

START_TEST(traps_end_it)
{
    static const uint32_t words[] = {
        0x00000000, 0xffffffff, 0x00100073 /* ebreak */,
        0x10500073 /* wfi */, 0x0000f503 /* load of no width */,
        0x0000e023 /* store of none */, 0x0000006b, 0x00005507,
    };

    for (size_t i = 0; i < SUITE_COUNT(words); i++) {
        ck_assert_int_eq(step_on(words[i], DATA, DATA), LOOKAHEAD_END);
    }
    put(0, 0x00000073);
    start(A, B);
    look.x[10] = 7;
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_CALL);
    ck_assert_uint_eq(look.unknown, 1u << 10);
    ck_assert_uint_eq(look.x[10], 7);
    ck_assert_uint_eq(look.pc, CODE + 4);
    /* code that is not here, or half of it */
    start(A, B);
    look.pc = DATA + 2 * PAGE;
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_END);
    start(A, B);
    look.pc = CODE + PAGE - 2;
    code[PAGE - 2] = 3;
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_END);
    lookahead_start(&look, look.x, CODE + 1, page, NULL);
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_END);
}
END_TEST

START_TEST(noise)
{
    uint64_t seed = 1;

    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < 64; i++) {
            put(suite_random(&seed) % (PAGE - 4), (uint32_t)suite_random(&seed));
        }
        start(suite_random(&seed), DATA + suite_random(&seed) % (3 * PAGE));
        look.pc = CODE + suite_random(&seed) % PAGE / 2 * 2;
        for (unsigned n = 0; n < 64; n++) {
            if (lookahead_step(&look) == LOOKAHEAD_END) {
                break;
            }
            suite_check(look.x[0] == 0 && !(look.unknown & 1));
        }
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        computes, branches, jumps, unknown_values, traps_end_it,
        noise,
    };

    return suite_run("lookahead", tests, SUITE_COUNT(tests));
}
