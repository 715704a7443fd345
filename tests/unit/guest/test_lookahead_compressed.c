/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each of the 49,152 compressed instructions does what the full one does that
 * the manual says it stands for.
 */
#include <string.h>

#include "migrate/lookahead.h"
#include "tests/unit/guest/suite.h"

#define CODE    0x10000ull
#define DATA    0x20000ull
#define PAGE    4096u
#define ILLEGAL 0u

static uint8_t code[PAGE] __attribute__((aligned(8)));
static uint8_t data[PAGE] __attribute__((aligned(8)));

static const uint8_t *page(void *context, uint64_t index)
{
    (void)context;
    return index == CODE / PAGE ? code : index == DATA / PAGE ? data : NULL;
}

/* -- full instructions by their formats -- */

static uint32_t i_type(uint32_t opcode, uint32_t f3, uint32_t rd, uint32_t rs1,
                       uint32_t imm)
{
    return imm << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode;
}

static uint32_t s_type(uint32_t opcode, uint32_t f3, uint32_t rs1, uint32_t rs2,
                       uint32_t imm)
{
    return (imm >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 |
           (imm & 31) << 7 | opcode;
}

static uint32_t r_type(uint32_t opcode, uint32_t f3, uint32_t f7, uint32_t rd,
                       uint32_t rs1, uint32_t rs2)
{
    return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode;
}

static uint32_t b_type(uint32_t f3, uint32_t rs1, uint32_t imm)
{
    return (imm >> 12 & 1) << 31 | (imm >> 5 & 63) << 25 | rs1 << 15 |
           f3 << 12 | (imm >> 1 & 15) << 8 | (imm >> 11 & 1) << 7 | 0x63;
}

static uint32_t j_type(uint32_t imm)
{
    return (imm >> 20 & 1) << 31 | (imm >> 1 & 1023) << 21 |
           (imm >> 11 & 1) << 20 | (imm >> 12 & 255) << 12 | 0x6f;
}

/* An immediate from bits of c: `places` has, from bit `high` of c down, the
 * place of each bit; -1: it is no part of it. */
static uint32_t gather(uint32_t c, int high, const signed char *places,
                       size_t count)
{
    uint32_t imm = 0;

    for (size_t i = 0; i < count; i++) {
        if (places[i] >= 0) {
            imm |= (c >> (high - (int)i) & 1) << places[i];
        }
    }
    return imm;
}

#define GATHER(c, high, ...) \
    gather(c, high, (const signed char[]){ __VA_ARGS__ }, \
           sizeof((const signed char[]){ __VA_ARGS__ }))

static uint32_t extend(uint32_t imm, unsigned bits)
{
    return imm >> (bits - 1) & 1 ? imm | ~0u << bits : imm;
}

static uint32_t expand_0(uint32_t c)
{
    uint32_t low = 8 + (c >> 2 & 7), high = 8 + (c >> 7 & 7);
    uint32_t w = GATHER(c, 12, 5, 4, 3, -1, -1, -1, 2, 6);
    uint32_t d = GATHER(c, 12, 5, 4, 3, -1, -1, -1, 7, 6);
    uint32_t sp = GATHER(c, 12, 5, 4, 9, 8, 7, 6, 2, 3);

    switch (c >> 13) {
    case 0:
        return sp == 0 ? ILLEGAL : i_type(0x13, 0, low, 2, sp);
    case 1:
        return i_type(0x07, 3, low, high, d);
    case 2:
        return i_type(0x03, 2, low, high, w);
    case 3:
        return i_type(0x03, 3, low, high, d);
    case 5:
        return s_type(0x27, 3, high, low, d);
    case 6:
        return s_type(0x23, 2, high, low, w);
    case 7:
        return s_type(0x23, 3, high, low, d);
    default:
        return ILLEGAL;
    }
}

static uint32_t expand_arithmetic(uint32_t c, uint32_t imm)
{
    uint32_t rd = 8 + (c >> 7 & 7), rs2 = 8 + (c >> 2 & 7);
    bool word = c >> 12 & 1;

    switch (c >> 10 & 3) {
    case 0:
        return i_type(0x13, 5, rd, rd, imm & 63);
    case 1:
        return i_type(0x13, 5, rd, rd, (imm & 63) | 0x400);
    case 2:
        return i_type(0x13, 7, rd, rd, imm);
    default:
        break;
    }
    switch (c >> 5 & 3) {
    case 0:
        return r_type(word ? 0x3b : 0x33, 0, 0x20, rd, rd, rs2);
    case 1:
        return word ? r_type(0x3b, 0, 0, rd, rd, rs2)
                    : r_type(0x33, 4, 0, rd, rd, rs2);
    case 2:
        return word ? ILLEGAL : r_type(0x33, 6, 0, rd, rd, rs2);
    default:
        return word ? ILLEGAL : r_type(0x33, 7, 0, rd, rd, rs2);
    }
}

static uint32_t expand_1(uint32_t c)
{
    uint32_t rd = c >> 7 & 31, small = 8 + (c >> 7 & 7);
    uint32_t imm = extend(GATHER(c, 12, 5, -1, -1, -1, -1, -1, 4, 3, 2, 1, 0),
                          6);
    uint32_t j = GATHER(c, 12, 11, 4, 9, 8, 10, 6, 7, 3, 2, 1, 5);
    uint32_t b = GATHER(c, 12, 8, 4, 3, -1, -1, -1, 7, 6, 2, 1, 5);
    uint32_t sp = GATHER(c, 12, 9, -1, -1, -1, -1, -1, 4, 6, 8, 7, 5);

    switch (c >> 13) {
    case 0:
        return i_type(0x13, 0, rd, rd, imm);
    case 1:
        return rd == 0 ? ILLEGAL : i_type(0x1b, 0, rd, rd, imm);
    case 2:
        return i_type(0x13, 0, rd, 0, imm);
    case 3:
        return imm == 0 ? ILLEGAL :
               rd == 2 ? i_type(0x13, 0, 2, 2, extend(sp, 10))
                       : imm << 12 | rd << 7 | 0x37;
    case 4:
        return expand_arithmetic(c, imm);
    case 5:
        return j_type(extend(j, 12));
    case 6:
        return b_type(0, small, extend(b, 9));
    default:
        return b_type(1, small, extend(b, 9));
    }
}

static uint32_t expand_2(uint32_t c)
{
    uint32_t rd = c >> 7 & 31, rs2 = c >> 2 & 31;
    uint32_t lw = GATHER(c, 12, 5, -1, -1, -1, -1, -1, 4, 3, 2, 7, 6);
    uint32_t ld = GATHER(c, 12, 5, -1, -1, -1, -1, -1, 4, 3, 8, 7, 6);
    uint32_t sw = GATHER(c, 12, 5, 4, 3, 2, 7, 6);
    uint32_t sd = GATHER(c, 12, 5, 4, 3, 8, 7, 6);
    uint32_t shift = GATHER(c, 12, 5, -1, -1, -1, -1, -1, 4, 3, 2, 1, 0);
    bool second = c >> 12 & 1;

    switch (c >> 13) {
    case 0:
        return i_type(0x13, 1, rd, rd, shift);
    case 1:
        return i_type(0x07, 3, rd, 2, ld);
    case 2:
        return rd == 0 ? ILLEGAL : i_type(0x03, 2, rd, 2, lw);
    case 3:
        return rd == 0 ? ILLEGAL : i_type(0x03, 3, rd, 2, ld);
    case 4:
        return rs2 != 0 ? r_type(0x33, 0, 0, rd, second ? rd : 0, rs2) :
               rd != 0 ? i_type(0x67, 0, second, rd, 0) : ILLEGAL;
    case 5:
        return s_type(0x27, 3, 2, rs2, sd);
    case 6:
        return s_type(0x23, 2, 2, rs2, sw);
    default:
        return s_type(0x23, 3, 2, rs2, sd);
    }
}

static uint32_t expand(uint32_t c)
{
    return (c & 3) == 0 ? expand_0(c) : (c & 3) == 1 ? expand_1(c)
                                                     : expand_2(c);
}

static enum lookahead_step run(struct lookahead *look, uint32_t w,
                               const uint64_t *x, uint32_t unknown)
{
    memcpy(code, &w, sizeof(w));
    memset(look, 0, sizeof(*look));
    lookahead_start(look, x, CODE, page, NULL);
    look->unknown = unknown;
    return lookahead_step(look);
}

START_TEST(compressed_is_as_full)
{
    static struct lookahead a, b;
    uint64_t seed = 1;

    for (size_t i = 0; i < PAGE; i++) {
        data[i] = (uint8_t)suite_random(&seed);
    }
    for (uint32_t c = 0; c < 0x10000; c++) {
        uint64_t x[32];
        enum lookahead_step step;
        uint32_t unknown = c % 3 == 0 ? (uint32_t)suite_random(&seed) & ~1u : 0;

        for (unsigned r = 1; r < 32; r++) {
            x[r] = suite_random(&seed) % 4 == 0 ? suite_random(&seed) % 2
                   : DATA + suite_random(&seed) % (2 * PAGE);
        }
        x[0] = 0;
        if ((c & 3) == 3) {
            continue;
        }
        step = run(&a, c, x, unknown);
        suite_check(step == run(&b, expand(c), x, unknown));
        if (step == LOOKAHEAD_END) {
            continue;
        }
        /* What follows is two bytes nearer, and so is where it returns to. */
        a.pc = a.pc == CODE + 2 && b.pc == CODE + 4 ? b.pc : a.pc;
        a.x[1] += (c & 0xf07f) == 0x9002 ? 2 : 0;
        ck_assert_msg(memcmp(&a, &b, sizeof(a)) == 0, "%04x as %08x", c,
                      expand(c));
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = { compressed_is_as_full };

    return suite_run("lookahead_compressed", tests, SUITE_COUNT(tests));
}
