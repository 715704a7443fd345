/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that moves itself and then makes ten accesses to its heap, one of
 * each kind, whose pages it tells: between them and the call is no other one.
 * Where they are recorded the kernel carries them out, and it must not show.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

#define PAGE        4096u
#define PAGES       7u
#define UNTOUCHED   6u          /* the page that is nowhere until it is read */
#define ACCESSES    10u
#define WORD_AT     64u

/* Which page each access is to. */
static const unsigned order[ACCESSES] = { 2, 0, 3, 3, 5, 1, UNTOUCHED, 4, 0, 2 };

struct seen {
    uint64_t load;
    uint64_t half;
    uint64_t old;               /* before the atomic addition */
    uint64_t untouched;
    double number;
    float narrow;
};

/* Writes to /proc/self/goto, and goes on on the other node. */
static void go_and_access(int fd, const char *where, size_t bytes,
                          uint8_t *heap, struct seen *seen)
{
    register long a0 __asm__("a0") = fd;
    register const char *a1 __asm__("a1") = where;
    register size_t a2 __asm__("a2") = bytes;
    register long a7 __asm__("a7") = SYS_write;
    /* what a compressed instruction can name */
    register uint64_t load __asm__("a3");
    register uint8_t *p2 __asm__("a4") = heap + 2 * PAGE + WORD_AT;
    uint64_t half, old, untouched;
    double number = 0.5;
    float narrow;

    __asm__ volatile("ecall\n\t"
                     "ld %[load], 0(%[p2])\n\t"
                     "sd %[load], 8(%[p0])\n\t"
                     "lhu %[half], 2(%[p3])\n\t"
                     "sb %[half], 16(%[p3])\n\t"
                     "amoadd.d %[old], %[load], (%[p5])\n\t"
                     "fsd %[number], 8(%[p1])\n\t"
                     "ld %[untouched], 0(%[p6])\n\t"
                     "flw %[narrow], 0(%[p4])\n\t"
                     "fld %[number], 16(%[p0])\n\t"
                     "c.sw %[load], 4(%[p2])"
                     : "+r"(a0), [load] "=&r"(load), [half] "=&r"(half),
                       [old] "=&r"(old), [untouched] "=&r"(untouched),
                       [number] "+f"(number), [narrow] "=&f"(narrow)
                     : "r"(a1), "r"(a2), "r"(a7), [p2] "r"(p2),
                       [p0] "r"(heap + WORD_AT),
                       [p1] "r"(heap + PAGE + WORD_AT),
                       [p3] "r"(heap + 3 * PAGE + WORD_AT),
                       [p4] "r"(heap + 4 * PAGE + WORD_AT),
                       [p5] "r"(heap + 5 * PAGE + WORD_AT),
                       [p6] "r"(heap + UNTOUCHED * PAGE + WORD_AT)
                     : "memory");
    check_equal("write", (uint64_t)a0, bytes);
    *seen = (struct seen){ load, half, old, untouched, number, narrow };
}

static uint64_t word(const uint8_t *heap, unsigned page, unsigned at)
{
    uint64_t value;

    memcpy(&value, heap + page * PAGE + WORD_AT + at, sizeof(value));
    return value;
}

static void set_up(uint8_t *heap)
{
    for (unsigned i = 0; i < PAGES; i++) {
        for (unsigned at = 0; at < PAGE && i != UNTOUCHED; at += 8) {
            uint64_t value = mix(i * PAGE + at);

            memcpy(heap + i * PAGE + at, &value, sizeof(value));
        }
    }
    *(double *)(heap + WORD_AT + 16) = 2.25;
    *(float *)(heap + 4 * PAGE + WORD_AT) = -1.5f;
}

static uint64_t initial(unsigned page, unsigned at)
{
    return mix(page * PAGE + WORD_AT + at);
}

static void check(const uint8_t *heap, const struct seen *seen)
{
    double half = 0.5;
    uint64_t bits;

    memcpy(&bits, &half, sizeof(bits));
    check_equal("ld", seen->load, initial(2, 0));
    check_equal("sd", word(heap, 0, 8), initial(2, 0));
    check_equal("lhu", seen->half, initial(3, 0) >> 16 & 0xffff);
    check_equal("sb", word(heap, 3, 16),
                (initial(3, 16) & ~0xffull) | (seen->half & 0xff));
    check_equal("amoadd.d", seen->old, initial(5, 0));
    check_equal("its sum", word(heap, 5, 0), initial(5, 0) + initial(2, 0));
    check_equal("fsd", word(heap, 1, 8), bits);
    check_equal("untouched", seen->untouched, 0);
    CHECK(seen->narrow == -1.5f);
    CHECK(seen->number == 2.25);
    check_equal("c.sw", word(heap, 2, 0),
                (initial(2, 0) & 0xffffffff) | initial(2, 0) << 32);
    check_equal("beside it", word(heap, 2, 8), initial(2, 8));
}

int main(int argc, char **argv)
{
    const char *where = argc > 1 ? argv[1] : "1 freeze-free";
    int fd = open("/proc/self/goto", O_WRONLY);
    uint8_t *heap = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct seen seen;
    uint64_t sum = 0;

    CHECK(fd >= 0 && heap != MAP_FAILED);
    set_up(heap);
    go_and_access(fd, where, strlen(where), heap, &seen);
    check(heap, &seen);
    for (unsigned i = 0; i < ACCESSES; i++) {
        printf("%#" PRIx64 "\n", (uint64_t)(uintptr_t)heap / PAGE + order[i]);
        sum = mix(sum ^ order[i]);
    }
    return pass("accesses", sum);
}
