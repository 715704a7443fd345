/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interpreter's memory: loads and stores against a model of bytes, atomics,
 * and what ends it.
 */
#include "migrate/lookahead.h"

#include <string.h>

#include "tests/unit/guest/suite.h"

#define CODE    0x10000ull
#define DATA    0x20000ull      /* two pages, then one that is not there */
#define PAGE    4096u
#define A       0xfffffffe80000005ull
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

static enum lookahead_step step_on(uint32_t w, uint64_t a, uint64_t b)
{
    put(0, w);
    start(a, b);
    return lookahead_step(&look);
}

/* -- memory, byte by byte: its value, and whether it is known -- */

#define SPAN    160u            /* around the end of the page of DATA */
#define BASE    (DATA + PAGE - SPAN / 2)

static uint8_t bytes[SPAN];
static bool known[SPAN];

static uint64_t model_read(unsigned at, unsigned size, bool is_signed,
                           bool *all_known)
{
    uint64_t value = 0;

    *all_known = true;
    for (unsigned i = 0; i < 1u << size; i++) {
        value |= (uint64_t)bytes[at + i] << 8 * i;
        *all_known &= known[at + i];
    }
    if (is_signed && size < 3 && value >> ((8u << size) - 1) != 0) {
        value |= UINT64_MAX << (8u << size);
    }
    return value;
}

static void model_write(unsigned at, unsigned size, uint64_t value, bool is)
{
    for (unsigned i = 0; i < 1u << size; i++) {
        bytes[at + i] = (uint8_t)(value >> 8 * i);
        known[at + i] = is;
    }
}

static void one_access(uint64_t r)
{
    unsigned at = r % (SPAN - 8), width = r >> 8 & 7, size = width & 3;
    uint64_t value = r * 0x9e3779b97f4a7c15u;
    bool is_known = r >> 11 & 3, is;

    look.pc = CODE;
    look.x[11] = BASE + at;
    look.x[12] = value;
    look.unknown = is_known ? 0 : 1u << 12;
    if (r >> 13 & 1) {
        put(0, 0x00c58023 | size << 12);            /* s. a2,0(a1) */
        model_write(at, size, value, is_known);
        ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
    } else if (width != 7) {
        put(0, 0x00058503 | width << 12);           /* l. a0,0(a1) */
        value = model_read(at, size, width < 4, &is);
        ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
        ck_assert_int_eq(lookahead_knows(&look, 10), is);
        ck_assert_msg(!is || look.x[10] == value, "%u at %u: %lx not %lx",
                      width, at, (unsigned long)look.x[10],
                      (unsigned long)value);
    }
    ck_assert(r >> 13 & 1 || width == 7 || look.address == BASE + at);
}

START_TEST(memory_is_as_a_model_of_it)
{
    uint64_t seed = 5;

    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < SPAN; i++) {
            bytes[i] = (uint8_t)suite_random(&seed);
            known[i] = true;
        }
        memcpy(data + PAGE - SPAN / 2, bytes, SPAN);
        start(0, 0);
        for (unsigned n = 0; n < 60; n++) {
            one_access(suite_random(&seed));
            ck_assert(!look.is_over);
        }
    }
}
END_TEST

/* A page that is not here: nothing is known but what was stored. */
START_TEST(absent_memory)
{
    put(0, 0x00c5a023);         /* sw a2,0(a1) */
    put(4, 0x0005a503);         /* lw a0,0(a1) */
    put(8, 0x0005b503);         /* ld a0,0(a1) */
    start(DATA + 2 * PAGE, A);
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
    ck_assert(lookahead_knows(&look, 10));
    ck_assert_uint_eq(look.x[10], 0xffffffff80000005ull);
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
    ck_assert(!lookahead_knows(&look, 10));
}
END_TEST

START_TEST(too_many_stores_end_it)
{
    unsigned n = 0;

    put(0, 0x00c5b023);         /* sd a2,0(a1) */
    start(DATA, 1);
    while (lookahead_step(&look) == LOOKAHEAD_ACCESS) {
        look.pc = CODE;
        look.x[11] += 264;
        ck_assert_uint_lt(++n, LOOKAHEAD_CELLS + 1);
    }
    ck_assert_uint_ge(n, LOOKAHEAD_CELLS / 2);
}
END_TEST

START_TEST(floating_point_is_only_where_it_goes)
{
    ck_assert_int_eq(step_on(0x0085b507, DATA, 0), LOOKAHEAD_ACCESS);
    ck_assert_uint_eq(look.address, DATA + 8);          /* fld fa0,8(a1) */
    put(4, 0x0085b683);                                 /* ld a3,8(a1) */
    ck_assert_int_eq(step_on(0x00a5b427, DATA, 0), LOOKAHEAD_ACCESS);
    ck_assert_uint_eq(look.address, DATA + 8);          /* fsd fa0,8(a1) */
    ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
    ck_assert(!lookahead_knows(&look, 13));
}
END_TEST

/* amo*.{w,d} a0,a2,(a1) */
START_TEST(atomics)
{
    static const uint64_t values[] = { 0, 1, 0x80000000, 0x7fffffff, MIN64,
                                       UINT64_MAX };
    static const uint8_t ops[] = { 0, 1, 4, 8, 12, 16, 20, 24, 28, 3 };

    for (unsigned n = 0; n < SUITE_COUNT(ops) * 72; n++) {
        unsigned op = ops[n / 72], size = n % 2 ? 3 : 2;
        uint64_t m = values[n / 2 % 6], b = values[n / 12 % 6];
        int64_t s = size == 2 ? (int32_t)m : (int64_t)m;
        int64_t t = size == 2 ? (int32_t)b : (int64_t)b;
        uint64_t u = size == 2 ? (uint32_t)m : m;
        uint64_t v = size == 2 ? (uint32_t)b : b;
        uint64_t expected = op == 0 ? m + b : op == 4 ? m ^ b :
                            op == 8 ? m | b : op == 12 ? m & b :
                            op == 16 ? (s < t ? m : b) :
                            op == 20 ? (s > t ? m : b) :
                            op == 24 ? (u < v ? m : b) :
                            op == 28 ? (u > v ? m : b) : b;

        memcpy(data, &m, 8);
        put(4, 0x0005b683);                 /* ld a3,0(a1) */
        if (size == 2) {
            expected = (expected & UINT32_MAX) | (m & ~(uint64_t)UINT32_MAX);
        }
        ck_assert_int_eq(step_on(0x00c5a52f | op << 27 | (size & 1) << 12,
                                 DATA, b), LOOKAHEAD_ACCESS);
        ck_assert_uint_eq(look.x[10], op == 3 ? 0 : (uint64_t)s);
        ck_assert_int_eq(lookahead_step(&look), LOOKAHEAD_ACCESS);
        ck_assert_uint_eq(look.x[13], expected);
    }
    ck_assert_int_eq(step_on(0x1005b52f, DATA, 1), LOOKAHEAD_ACCESS);
    ck_assert_uint_eq(look.cell_count, 0);              /* lr.d a0,(a1) */
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        memory_is_as_a_model_of_it, absent_memory, too_many_stores_end_it,
        floating_point_is_only_where_it_goes, atomics,
    };

    return suite_run("lookahead_memory", tests, SUITE_COUNT(tests));
}
