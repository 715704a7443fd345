/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that moves itself to the node in its first argument, by the
 * algorithm in its second, and tells what the counters were right before and
 * right behind the system call that does it. So whoever has the trace can check
 * the marks of the migration to the cycle.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

struct counters {
    uint64_t instret;
    uint64_t cycles;
};

/* write(2), nothing but the call between the readings. */
static long counted_write(int fd, const char *text, size_t length,
                          struct counters *before, struct counters *after)
{
    register long a0 __asm__("a0") = fd;
    register const char *a1 __asm__("a1") = text;
    register size_t a2 __asm__("a2") = length;
    register long a7 __asm__("a7") = SYS_write;

    __asm__ volatile("rdinstret %1\n\t"
                     "rdcycle %2\n\t"
                     "ecall\n\t"
                     "rdcycle %3\n\t"
                     "rdinstret %4"
                     : "+r"(a0), "=&r"(before->instret), "=&r"(before->cycles),
                       "=&r"(after->cycles), "=&r"(after->instret)
                     : "r"(a1), "r"(a2), "r"(a7)
                     : "memory");
    return a0;
}

int main(int argc, char **argv)
{
    struct counters before, after;
    char text[64];
    int length, fd;

    CHECK(argc == 3);
    length = snprintf(text, sizeof(text), "%s %s", argv[1], argv[2]);
    fd = open("/proc/self/goto", O_WRONLY);
    CHECK(fd >= 0 && length > 0 && length < (int)sizeof(text));
    CHECK(counted_write(fd, text, (size_t)length, &before, &after) == length);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
           before.instret, before.cycles, after.instret, after.cycles);
    return 0;
}
