/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/exec_stack.c: what a program finds on its stack.
 */
#include "proc/exec_stack.h"

#include <stdlib.h>
#include <string.h>

#include "lib/errno.h"
#include "mm/page.h"
#include "suite.h"
#include "vm_model.h"

#define TOP             (MODEL_WINDOW + (2u << 20))
#define AT_RANDOM       25
#define AT_EXECFN       31
#define AT_PAGESZ       6
#define AT_ENTRY        9

static const struct elf_image image = {
    .entry = 0x10200, .phdr = 0x10040, .phdr_count = 3,
};

static void begin(void)
{
    struct area stack = { .prot = VM_READ | VM_WRITE, .stack = true };

    model_begin();
    ck_assert_int_gt(vm_map(vm, TOP - (2u << 20), 2u << 20, &stack), 0);
}

static uint64_t word_at(uint64_t address)
{
    uint64_t word;

    ck_assert_int_eq(vm_user_read(vm, &word, address, sizeof(word)), 0);
    return word;
}

static void check_string(uint64_t address, const char *expected)
{
    char string[64];

    ck_assert_int_ge(vm_user_string(vm, string, address, sizeof(string)), 0);
    ck_assert_str_eq(string, expected);
}

static uint64_t auxv(uint64_t at, uint64_t type)
{
    for (; word_at(at) != 0; at += 16) {
        if (word_at(at) == type) {
            return word_at(at + 8);
        }
    }
    ck_abort_msg("no entry %u", (unsigned)type);
    return 0;
}

static int build(const struct exec_args *args, uint64_t *sp)
{
    uint64_t random[2] = { 1, 2 };

    return exec_stack_build(vm, TOP, "/bin/sort", &image, args, random, sp);
}

START_TEST(a_program_finds_everything)
{
    /* Both parities of the number of words. */
    for (uint32_t envc = 0; envc <= 2; envc++) {
        const struct exec_args args = {
            .argv = "sort\0-n\0/data", .argc = 3,
            .envp = "HOME=/\0A=", .envc = envc,
        };
        uint64_t sp;

        begin();
        ck_assert_int_eq(build(&args, &sp), 0);
        ck_assert_uint_eq(sp % 16, 0);
        ck_assert_uint_eq(word_at(sp), 3);
        check_string(word_at(sp + 8), "sort");
        check_string(word_at(sp + 16), "-n");
        check_string(word_at(sp + 24), "/data");
        ck_assert_uint_eq(word_at(sp + 32), 0);
        if (envc > 0) {
            check_string(word_at(sp + 40), "HOME=/");
        }
        if (envc > 1) {
            check_string(word_at(sp + 48), "A=");
        }
        ck_assert_uint_eq(word_at(sp + 40 + 8 * envc), 0);

        sp += 48 + 8 * envc;
        ck_assert_uint_eq(auxv(sp, AT_PAGESZ), PAGE_SIZE);
        ck_assert_uint_eq(auxv(sp, AT_ENTRY), image.entry);
        check_string(auxv(sp, AT_EXECFN), "/bin/sort");
        ck_assert_uint_eq(auxv(sp, AT_RANDOM) % 16, 0);
        ck_assert_uint_ne(word_at(auxv(sp, AT_RANDOM)), 0);
        model_end();
    }
}
END_TEST

START_TEST(no_arguments_are_fine)
{
    const struct exec_args args = { .argv = "", .envp = "" };
    uint64_t sp;

    begin();
    ck_assert_int_eq(build(&args, &sp), 0);
    ck_assert_uint_eq(sp % 16, 0);
    ck_assert_uint_eq(word_at(sp), 0);
    ck_assert_uint_eq(word_at(sp + 8), 0);
    ck_assert_uint_eq(word_at(sp + 16), 0);
    model_end();
}
END_TEST

START_TEST(too_much_is_refused)
{
    struct exec_args args = { .argv = "", .envp = "", .argc = 4097 };
    char *strings = calloc(1, 1u << 21);
    uint64_t sp;

    begin();
    args.argv = strings;
    ck_assert_int_eq(build(&args, &sp), -E2BIG);
    memset(strings, 'x', (1u << 20));
    args.argc = 1;
    ck_assert_int_eq(build(&args, &sp), -E2BIG);
    strings[(1u << 20) - 1] = '\0';
    ck_assert_int_eq(build(&args, &sp), 0);
    free(strings);
    model_end();
}
END_TEST

START_TEST(a_stack_that_is_too_small_is_an_error)
{
    struct exec_args args = { .argv = "a", .envp = "", .argc = 1 };
    uint64_t random[2] = { 1, 2 };
    uint64_t sp;

    begin();
    ck_assert_int_eq(exec_stack_build(vm, MODEL_WINDOW + 64, "/a", &image,
                                      &args, random, &sp), -EFAULT);
    model_end();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_program_finds_everything,
        no_arguments_are_fine,
        too_much_is_refused,
        a_stack_that_is_too_small_is_an_error,
    };

    return suite_run("exec_stack", tests, SUITE_COUNT(tests));
}
