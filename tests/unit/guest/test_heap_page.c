/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heap pages: what is followed, what counts, where it stops, and that no
 * code at all can lead it out of the pages that are there.
 */
#include "migrate/heap_page.h"

#include <string.h>

#include "tests/unit/guest/suite.h"

#define CODE    0x10000ull
#define HEAP    0x80000ull
#define STACK   0x3f0000ull
#define WINDOW  4096

static uint8_t code[WINDOW] __attribute__((aligned(8)));
static uint8_t heap[WINDOW] __attribute__((aligned(8)));
static uint64_t x[32];
static uint64_t found[HEAP_PAGES_MAX];

static void setup(void)
{
    memset(code, 0, sizeof(code));
    memset(x, 0, sizeof(x));
    x[2] = STACK + 0x800;
}

static void put16(size_t at, uint16_t half)
{
    code[at] = (uint8_t)half;
    code[at + 1] = (uint8_t)(half >> 8);
}

static void put32(size_t at, uint32_t word)
{
    put16(at, (uint16_t)word);
    put16(at + 2, (uint16_t)(word >> 16));
}

static const uint8_t *page(void *context, uint64_t index)
{
    (void)context;
    return index == CODE / WINDOW ? code :
           index == HEAP / WINDOW ? heap : NULL;
}

/* Above HEAP + 0x10000 every node has it. */
static enum heap_use use(void *context, uint64_t index)
{
    (void)context;
    return index * WINDOW - HEAP < 0x10000 ? HEAP_WANTED :
           index * WINDOW - HEAP < 0x20000 ? HEAP_ANYWHERE : HEAP_NOT;
}

static uint32_t find_from(uint64_t pc, uint32_t most)
{
    struct heap_page_query query = {
        .x = x, .pc = pc, .page = page, .use = use, .most = most,
    };

    memset(found, 0, sizeof(found));
    return heap_pages_find(&query, found);
}

/* The first page, as an address. */
static uint64_t find(void)
{
    return find_from(CODE, 1) == 1 ? found[0] * WINDOW : 0;
}

START_TEST(first_load)
{
    setup();
    put32(0, 0xffc5a503);       /* lw a0,-4(a1) */
    x[11] = HEAP + 0x1004;
    ck_assert_uint_eq(find(), HEAP + 0x1000);
}
END_TEST

START_TEST(skips_stack)
{
    setup();
    put16(0, 0x75fe);           /* c.ldsp a1,504(sp) */
    put16(2, 0xe404);           /* c.sd s1,8(s0) */
    x[8] = HEAP + 0x2000;
    ck_assert_uint_eq(find(), HEAP + 0x2000);
}
END_TEST

/* A pointer that is loaded is followed, if its page is here. */
START_TEST(follows_pointers)
{
    uint64_t next = HEAP + 0x3000;

    setup();
    put16(0, 0x758c);           /* c.ld a1,40(a1) */
    put16(2, 0x5de8);           /* c.lw a0,124(a1) */
    x[11] = HEAP + 0x100;
    memcpy(heap + 0x128, &next, sizeof(next));
    ck_assert_uint_eq(find_from(CODE, 5), 2);
    ck_assert_uint_eq(found[0], HEAP / WINDOW);
    ck_assert_uint_eq(found[1], next / WINDOW);
    put16(2, 0x7ef0);           /* c.ld a2,248(a3) */
    x[11] = HEAP + 0x5000;
    x[13] = HEAP + 0x6000;
    ck_assert_uint_eq(find_from(CODE, 5), 2);
    ck_assert_uint_eq(found[1], HEAP / WINDOW + 6);
}
END_TEST

/* Ten references, wherever they go, of which these pages are wanted. */
START_TEST(counts_references)
{
    setup();
    for (unsigned i = 0; i < 12; i++) {
        put32(8 * i, 0x0005b503);       /* ld a0,0(a1) */
        put32(8 * i + 4, 0x00c585b3);   /* add a1,a1,a2 */
    }
    x[11] = HEAP + 0xf000;
    x[12] = 0x1000;             /* one that is wanted, then some that are not */
    ck_assert_uint_eq(find_from(CODE, 5), 1);
    x[11] = HEAP + 0xe000 - 9 * 0x1000;
    ck_assert_uint_eq(find_from(CODE, 5), 5);
    ck_assert_uint_eq(found[4], HEAP / WINDOW + 9);
    x[12] = 0;
    put32(8 * 9 + 4, 0x00d585b3);       /* add a1,a1,a3 behind the tenth */
    x[13] = 0x1000;
    ck_assert_uint_eq(find_from(CODE, 5), 1);
    put32(8 * 8 + 4, 0x00d585b3);       /* behind the ninth */
    ck_assert_uint_eq(find_from(CODE, 5), 2);
    ck_assert_uint_eq(find_from(CODE, 0), 0);
}
END_TEST

START_TEST(computes_addresses)
{
    setup();
    put32(0, 0x00c58533);       /* add a0,a1,a2 */
    put16(4, 0x1501);           /* c.addi a0,-32 */
    put16(6, 0xa14c);           /* c.fsd fa1,128(a0) */
    x[11] = HEAP;
    x[12] = 0x4000;
    ck_assert_uint_eq(find(), HEAP + 0x4000);
}
END_TEST

START_TEST(follows_jump_and_branch)
{
    setup();
    put32(0, 0x7f8000ef);       /* jal ra,.+2040 */
    put16(2040, 0xc97d);        /* c.beqz a0,.+246; a0 is zero */
    put16(2040 + 246, 0x5de8);  /* c.lw a0,124(a1) */
    x[11] = HEAP;
    ck_assert_uint_eq(find(), HEAP);
}
END_TEST

START_TEST(branch_not_taken)
{
    setup();
    put16(0, 0xc97d);           /* c.beqz a0,.+246 */
    put16(2, 0x5de8);           /* c.lw a0,124(a1) */
    x[10] = 1;
    x[11] = HEAP + 0x100;
    ck_assert_uint_eq(find(), HEAP);
}
END_TEST

/* The kernel fetches what is written. */
START_TEST(buffer_of_a_system_call)
{
    setup();
    put32(0, 0x00000073);       /* ecall */
    put16(4, 0x9002);           /* c.ebreak */
    x[17] = 64;                 /* write */
    x[11] = HEAP + 0x9000;
    ck_assert_uint_eq(find(), HEAP + 0x9000);
    x[10] = HEAP + 0x4000;
    ck_assert_uint_eq(find(), HEAP + 0x9000);
    x[17] = 63 + 128;
    ck_assert_uint_eq(find(), HEAP + 0x4000);
}
END_TEST

START_TEST(past_a_system_call)
{
    setup();
    put32(0, 0x00000073);       /* ecall: a0 is the result then */
    put32(4, 0xff958513);       /* addi a0,a1,-7 */
    put16(8, 0xa14c);           /* c.fsd fa1,128(a0) */
    x[11] = HEAP + 7;
    ck_assert_uint_eq(find(), HEAP);
}
END_TEST

START_TEST(falls_back_to_registers)
{
    setup();
    put16(0, 0x9002);           /* c.ebreak: nothing to follow */
    x[10] = 5;
    x[9] = HEAP + 0x7000;
    ck_assert_uint_eq(find(), HEAP + 0x7000);
    x[12] = HEAP + 0x6000;
    ck_assert_uint_eq(find(), HEAP + 0x6000);
}
END_TEST

START_TEST(nothing_to_find)
{
    setup();
    put16(0, 0xa001);           /* c.j . : for ever */
    ck_assert_uint_eq(find(), 0);
}
END_TEST

START_TEST(window)
{
    setup();
    /* the last instruction is cut off by the end of the page */
    put16(WINDOW - 2, 0xa503);
    x[11] = HEAP + 4;
    ck_assert_uint_eq(find_from(CODE + WINDOW - 2, 1), 1);
    ck_assert_uint_eq(found[0], HEAP / WINDOW);
    x[11] = 0;
    ck_assert_uint_eq(find_from(CODE + WINDOW - 2, 1), 0);
    ck_assert_uint_eq(find_from(CODE + WINDOW, 1), 0);
    ck_assert_uint_eq(find_from(CODE - 2, 1), 0);
    ck_assert_uint_eq(find_from(UINT64_MAX, 1), 0);
}
END_TEST

/* Deterministic noise as code and registers; the sanitizers watch. */
START_TEST(hostile_code)
{
    uint64_t state = 1;

    setup();
    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < 160; i++) {
            uint64_t r = suite_random(&state);

            code[(r >> 20) % WINDOW] = (uint8_t)r;
            x[1 + r % 31] = r % 5 == 0 ? CODE + r % WINDOW : r;
        }
        (void)find_from(CODE + suite_random(&state) % (WINDOW + 8), 5);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        first_load,
        skips_stack,
        follows_pointers,
        counts_references,
        computes_addresses,
        follows_jump_and_branch,
        branch_not_taken,
        buffer_of_a_system_call,
        past_a_system_call,
        falls_back_to_registers,
        nothing_to_find,
        window,
        hostile_code,
    };

    return suite_run("heap_page", tests, SUITE_COUNT(tests));
}
