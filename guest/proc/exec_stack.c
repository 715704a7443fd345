/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial stack, System V ABI as Linux/riscv64 has it:
 *
 *   top   path of the program, environment strings, argument strings
 *         16 random bytes
 *         auxiliary vector, ended by AT_NULL
 *         environment pointers, NULL
 *         argument pointers, NULL
 *   sp    argc                               (16-byte aligned)
 */
#include "proc/exec_stack.h"

#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/page.h"

#define STRINGS_MOST    (1u << 20)      /* bytes */
#define POINTERS_MOST   4096u           /* argc + envc */

#define AT_NULL         0
#define AT_PHDR         3
#define AT_PHENT        4
#define AT_PHNUM        5
#define AT_PAGESZ       6
#define AT_BASE         7
#define AT_FLAGS        8
#define AT_ENTRY        9
#define AT_UID          11
#define AT_EUID         12
#define AT_GID          13
#define AT_EGID         14
#define AT_HWCAP        16
#define AT_CLKTCK       17
#define AT_SECURE       23
#define AT_RANDOM       25
#define AT_EXECFN       31

#define LETTER(c)       (1u << ((c) - 'a'))
#define HWCAP           (LETTER('i') | LETTER('m') | LETTER('a') | \
                         LETTER('f') | LETTER('d') | LETTER('c'))
#define CLOCK_TICKS     100             /* per second, what times() counts */

/* Going down the stack; the first error sticks. */
struct writer {
    struct vm *vm;
    uint64_t sp;
    int error;
};

static uint64_t push(struct writer *writer, const void *bytes, uint64_t count)
{
    writer->sp -= count;
    if (writer->error == 0) {
        writer->error = vm_user_write(writer->vm, writer->sp, bytes, count);
    }
    return writer->sp;
}

/* Length of `count` strings one behind the other, NULs included; 0 if it is
 * more than may be. */
static uint64_t strings_length(const char *strings, uint32_t count)
{
    uint64_t length = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t room = STRINGS_MOST - length;
        uint64_t next = strnlen(strings + length, room) + 1;

        if (next > room) {
            return 0;
        }
        length += next;
    }
    return length;
}

/* Writes the pointers to `count` strings that stand at user address `at`,
 * and a NULL behind them. */
static void write_pointers(struct writer *writer, uint64_t to,
                           const char *strings, uint32_t count, uint64_t at)
{
    const uint64_t null = 0;

    for (uint32_t i = 0; i < count && writer->error == 0; i++) {
        uint64_t length = strlen(strings) + 1;

        writer->error = vm_user_write(writer->vm, to, &at, sizeof(at));
        to += sizeof(at);
        at += length;
        strings += length;
    }
    if (writer->error == 0) {
        writer->error = vm_user_write(writer->vm, to, &null, sizeof(null));
    }
}

static void push_auxv(struct writer *writer, const struct elf_image *image,
                      uint64_t random_address, uint64_t path_address)
{
    const uint64_t auxv[][2] = {
        { AT_PHDR, image->phdr },
        { AT_PHENT, ELF_PHDR_BYTES },
        { AT_PHNUM, image->phdr_count },
        { AT_PAGESZ, PAGE_SIZE },
        { AT_BASE, 0 },
        { AT_FLAGS, 0 },
        { AT_ENTRY, image->entry },
        { AT_UID, 0 },
        { AT_EUID, 0 },
        { AT_GID, 0 },
        { AT_EGID, 0 },
        { AT_SECURE, 0 },
        { AT_HWCAP, HWCAP },
        { AT_CLKTCK, CLOCK_TICKS },
        { AT_RANDOM, random_address },
        { AT_EXECFN, path_address },
        { AT_NULL, 0 },
    };

    push(writer, auxv, sizeof(auxv));
}

int exec_stack_build(struct vm *vm, uint64_t top, const char *path,
                     const struct elf_image *image,
                     const struct exec_args *args, uint64_t random[2],
                     uint64_t *sp)
{
    struct writer writer = { .vm = vm, .sp = top };
    uint64_t argv_bytes = strings_length(args->argv, args->argc);
    uint64_t envp_bytes = strings_length(args->envp, args->envc);
    uint64_t pointers = (uint64_t)args->argc + args->envc;
    uint64_t seed[2] = { random_next(random), random_next(random) };
    uint64_t argc = args->argc;
    uint64_t path_at, envp_at, argv_at, random_at, words;

    if ((args->argc > 0 && argv_bytes == 0) ||
        (args->envc > 0 && envp_bytes == 0) || pointers > POINTERS_MOST) {
        return -E2BIG;
    }
    path_at = push(&writer, path, strlen(path) + 1);
    envp_at = push(&writer, args->envp, envp_bytes);
    argv_at = push(&writer, args->argv, argv_bytes);
    writer.sp &= ~15ul;
    random_at = push(&writer, seed, sizeof(seed));

    /* argc, both NULLs and the pointers; an even number of words. */
    words = 3 + pointers;
    writer.sp -= words % 2 * sizeof(uint64_t);
    push_auxv(&writer, image, random_at, path_at);
    writer.sp -= words * sizeof(uint64_t);
    *sp = writer.sp;
    if (writer.error == 0) {
        writer.error = vm_user_write(vm, *sp, &argc, sizeof(argc));
    }
    write_pointers(&writer, *sp + 8, args->argv, args->argc, argv_at);
    write_pointers(&writer, *sp + 8 * (2 + argc), args->envp, args->envc,
                   envp_at);
    return writer.error;
}
