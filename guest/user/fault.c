/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that go wrong, one way each: fault KIND. It computes for a while, so
 * that it can be moved first, then does it; whoever starts it knows which
 * signal or exit status must follow. "badptr" is the one that must survive.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define KERNEL_ADDRESS  0xffffffc080000000ul
#define NOT_CANONICAL   0x4000000000ul

static volatile uint64_t sink;
static volatile uintptr_t near_null = 8;    /* not known to the compiler */

static void store(uintptr_t address)
{
    *(volatile uint64_t *)address = 1;
}

static void jump(uintptr_t address)
{
    ((void (*)(void))address)();
}

static void do_null(void)
{
    sink = *(volatile uint64_t *)near_null;
}

static void do_kernel(void)
{
    sink = *(volatile uint64_t *)KERNEL_ADDRESS;
}

static void do_text(void)
{
    store((uintptr_t)do_null);
}

static void do_readonly(void)
{
    store((uintptr_t)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
                          -1, 0));
}

static void do_illegal(void)
{
    __asm__ volatile(".word 0xffffffff");
}

/* A register that only the kernel may read. */
static void do_privileged(void)
{
    __asm__ volatile("csrr %0, sstatus" : "=r"(sink));
}

static void do_jump_null(void)
{
    jump(0);
}

static void do_jump_kernel(void)
{
    jump(KERNEL_ADDRESS);
}

static void do_jump_wild(void)
{
    jump(NOT_CANONICAL);
}

static void do_jump_data(void)
{
    jump((uintptr_t)&sink);
}

static void do_break(void)
{
    __asm__ volatile("ebreak");
}

static uint64_t __attribute__((noinline)) overflow(uint64_t depth)
{
    volatile char frame[1024];

    frame[depth % sizeof(frame)] = 1;
    return depth == 0 ? 0 : overflow(depth + 1) + (uint64_t)frame[3];
}

static void do_stack(void)
{
    sink = overflow(1);
}

static void do_kill(void)
{
    kill(getpid(), SIGKILL);
}

static void do_term(void)
{
    raise(SIGTERM);
}

static void do_exit3(void)
{
    exit(3);
}

static void do_exit255(void)
{
    _exit(255);
}

#define REFUSES(call)   CHECK((call) == -1 && errno == EFAULT)

/* System calls refuse pointers that the program could not use itself, and
 * leave everything as it was. */
static void do_badptr(void)
{
    static const uintptr_t bad[] = {
        0, 8, KERNEL_ADDRESS, NOT_CANONICAL, UINT64_MAX, UINT64_MAX - 8,
        (uintptr_t)INT64_MIN,
    };
    int fd = open("/tmp/bad", O_RDWR | O_CREAT, 0600);

    CHECK(write(fd, "abc", 3) == 3);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        void *pointer = (void *)bad[i];
        char x = 'x';
        struct iovec pieces[2] = { { &x, 1 }, { pointer, 1 } };

        CHECK(lseek(fd, 0, SEEK_SET) == 0);
        REFUSES(read(fd, pointer, 2));
        CHECK(lseek(fd, 0, SEEK_END) == 3);
        REFUSES(write(fd, pointer, 2));
        REFUSES(writev(fd, pieces, 2));
        REFUSES(open(pointer, O_RDONLY));
        REFUSES(fstat(fd, pointer));
        REFUSES(nanosleep(pointer, NULL));
        REFUSES(write(STDOUT_FILENO, pointer, 1));
        CHECK(lseek(fd, 0, SEEK_CUR) == 3 && lseek(fd, 0, SEEK_END) == 3);
    }
    REFUSES(write(fd, (void *)(uintptr_t)do_null, 1ul << 40));
    exit(pass("badptr", 0));
}

static const struct kind {
    const char *name;
    void (*act)(void);
} kinds[] = {
    { "null", do_null }, { "kernel", do_kernel }, { "text", do_text },
    { "readonly", do_readonly }, { "illegal", do_illegal },
    { "privileged", do_privileged }, { "jump-null", do_jump_null },
    { "jump-kernel", do_jump_kernel }, { "jump-wild", do_jump_wild },
    { "jump-data", do_jump_data }, { "break", do_break },
    { "stack", do_stack }, { "abort", abort }, { "kill", do_kill },
    { "term", do_term }, { "exit3", do_exit3 }, { "exit255", do_exit255 },
    { "badptr", do_badptr },
};

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    for (uint64_t i = 0; i < 300000; i++) {
        sink = mix(sink);
    }
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(argv[1], kinds[i].name) == 0) {
            printf("before %s\n", argv[1]);
            fflush(stdout);
            kinds[i].act();
            fail("still here after %s", argv[1]);
        }
    }
    fail("no such kind: %s", argv[1]);
}
