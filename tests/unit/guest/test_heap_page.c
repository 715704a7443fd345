/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heap page heuristic: what it follows, where it stops, and that no code
 * at all can lead it out of its window.
 */
#include "migrate/heap_page.h"

#include <string.h>

#include "tests/unit/guest/suite.h"

#define CODE    0x10000ull
#define HEAP    0x80000ull
#define STACK   0x3f0000ull
#define WINDOW  4096

static uint8_t code[WINDOW];
static uint64_t x[32];

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

static bool is_heap(void *context, uint64_t address)
{
    (void)context;
    return address >= HEAP && address < HEAP + 0x10000;
}

static bool find_from(uint64_t pc, uint64_t *address)
{
    struct heap_page_query query = {
        .x = x,
        .pc = pc,
        .code = code,
        .code_start = CODE,
        .code_bytes = sizeof(code),
        .wanted = is_heap,
    };

    return heap_page_find(&query, address);
}

static uint64_t find(void)
{
    uint64_t address = 0;

    return find_from(CODE, &address) ? address : 0;
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
    ck_assert_uint_eq(find(), HEAP + 0x2008);
}
END_TEST

START_TEST(loaded_base_is_unknown)
{
    setup();
    put16(0, 0x75fe);           /* c.ldsp a1,504(sp) */
    put16(2, 0x5de8);           /* c.lw a0,124(a1): a1 was just loaded */
    put16(4, 0x7ef0);           /* c.ld a2,248(a3) */
    x[11] = HEAP + 0x1000;
    x[13] = HEAP + 0x3000;
    ck_assert_uint_eq(find(), HEAP + 0x3000 + 248);
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
    ck_assert_uint_eq(find(), HEAP + 0x4000 - 32 + 128);
}
END_TEST

START_TEST(follows_jump_and_branch)
{
    setup();
    put32(0, 0x7f8000ef);       /* jal ra,.+2040 */
    put16(2040, 0xc97d);        /* c.beqz a0,.+246; a0 is zero */
    put16(2040 + 246, 0x5de8);  /* c.lw a0,124(a1) */
    x[11] = HEAP;
    ck_assert_uint_eq(find(), HEAP + 124);
}
END_TEST

START_TEST(branch_not_taken)
{
    setup();
    put16(0, 0xc97d);           /* c.beqz a0,.+246 */
    put16(2, 0x5de8);           /* c.lw a0,124(a1) */
    x[10] = 1;
    x[11] = HEAP + 0x100;
    ck_assert_uint_eq(find(), HEAP + 0x100 + 124);
}
END_TEST

START_TEST(past_a_system_call)
{
    setup();
    put32(0, 0x00000073);       /* ecall: a0 is the result then */
    put32(4, 0xff958513);       /* addi a0,a1,-7 */
    put16(8, 0xa14c);           /* c.fsd fa1,128(a0) */
    x[11] = HEAP + 7;
    ck_assert_uint_eq(find(), HEAP + 128);
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
    uint64_t address;

    setup();
    /* the last instruction is cut off by the end of the page */
    put16(WINDOW - 2, 0xa503);
    x[11] = HEAP + 4;
    ck_assert(find_from(CODE + WINDOW - 2, &address));
    ck_assert_uint_eq(address, HEAP + 4);
    x[11] = 0;
    ck_assert(!find_from(CODE + WINDOW - 2, &address));
    ck_assert(!find_from(CODE + WINDOW, &address));
    ck_assert(!find_from(CODE - 2, &address));
    ck_assert(!find_from(UINT64_MAX, &address));
}
END_TEST

START_TEST(absent_code)
{
    struct heap_page_query query = { .x = x, .pc = CODE, .code_start = CODE,
                                     .wanted = is_heap };
    uint64_t address;

    ck_assert(!heap_page_find(&query, &address));
}
END_TEST

/* Deterministic noise as code and registers; the sanitizers watch. */
START_TEST(hostile_code)
{
    uint64_t state = 1;

    setup();
    for (unsigned round = 0; round < 20000; round++) {
        uint64_t address;

        for (size_t i = 0; i < 160; i++) {
            uint64_t r = suite_random(&state);

            code[(r >> 20) % WINDOW] = (uint8_t)r;
            x[1 + r % 31] = r % 5 == 0 ? CODE + r % WINDOW : r;
        }
        (void)find_from(CODE + suite_random(&state) % (WINDOW + 8), &address);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        first_load,
        skips_stack,
        loaded_base_is_unknown,
        computes_addresses,
        follows_jump_and_branch,
        branch_not_taken,
        past_a_system_call,
        falls_back_to_registers,
        nothing_to_find,
        window,
        absent_code,
        hostile_code,
    };

    return suite_run("heap_page", tests, SUITE_COUNT(tests));
}
