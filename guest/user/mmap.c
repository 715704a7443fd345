/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings come and go: anonymous ones are protected, grown, moved, cut in two
 * and given back while their pages may be anywhere; a file is mapped, changed in
 * memory only, and mapped again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "check.h"

#define PAGE        4096ul
#define PAGES       48ul

static uint64_t *map(size_t pages)
{
    void *start = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(start != MAP_FAILED);
    return start;
}

static void fill(uint64_t *words, size_t pages, uint64_t seed)
{
    for (size_t i = 0; i < pages * PAGE / 8; i += 16) {
        words[i] = mix(seed ^ i);
    }
}

static uint64_t verify(const uint64_t *words, size_t from, size_t pages,
                       uint64_t seed)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < pages * PAGE / 8; i += 16) {
        check_equal("word", words[i], mix(seed ^ (i + from * PAGE / 8)));
        sum = mix(sum ^ words[i]);
    }
    return sum;
}

static int is_refused(void *to)
{
    return getrandom(to, 8, 0) == -1 && errno == EFAULT;
}

static uint64_t change_mapping(unsigned long turn)
{
    uint64_t *words = map(PAGES);
    uint64_t sum;

    fill(words, PAGES, turn);
    /* grow, which may move it; what is new is zero */
    words = mremap(words, PAGES * PAGE, 2 * PAGES * PAGE, MREMAP_MAYMOVE);
    CHECK(words != MAP_FAILED);
    sum = verify(words, 0, PAGES, turn);
    for (size_t i = PAGES; i < 2 * PAGES; i++) {
        CHECK(words[i * PAGE / 8] == 0);
    }
    /* shrink in place */
    CHECK(mremap(words, 2 * PAGES * PAGE, PAGES * PAGE, 0) == words);
    /* read only and back; a system call must not write either */
    CHECK(mprotect(words, PAGES * PAGE, PROT_READ) == 0);
    CHECK(is_refused(words));
    sum ^= verify(words, 0, PAGES, turn);
    CHECK(mprotect(words, PAGES * PAGE, PROT_READ | PROT_WRITE) == 0);
    /* cut out the middle third */
    CHECK(munmap((char *)words + PAGES / 3 * PAGE, PAGES / 3 * PAGE) == 0);
    sum ^= verify(words, 0, PAGES / 3, turn);
    sum ^= verify(words + 2 * (PAGES / 3) * PAGE / 8, 2 * (PAGES / 3),
                  PAGES / 3, turn);
    /* a discarded page is zero again */
    CHECK(madvise(words, PAGE, MADV_DONTNEED) == 0);
    CHECK(words[0] == 0 && words[16] == 0);
    CHECK(munmap(words, PAGES * PAGE) == 0);
    return sum;
}

/* The program's own file: a change in memory does not reach it. */
static uint64_t map_file(unsigned long turn)
{
    int fd = open("/proc/self/exe", O_RDONLY);
    size_t pages = 16;
    unsigned char *bytes, *again;
    uint64_t sum = 0;

    CHECK(fd >= 0);
    bytes = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
                 PAGE);
    again = mmap(NULL, pages * PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
    CHECK(bytes != MAP_FAILED && again != MAP_FAILED && close(fd) == 0);
    for (size_t i = turn % 3; i < pages; i += 3) {
        bytes[i * PAGE] ^= 0xff;
    }
    for (size_t i = 0; i < pages; i++) {
        CHECK((bytes[i * PAGE] == again[i * PAGE]) == (i % 3 != turn % 3));
        CHECK(memcmp(bytes + i * PAGE + 1, again + i * PAGE + 1,
                     PAGE - 1) == 0);
        sum = mix(sum ^ again[i * PAGE + 5]);
    }
    CHECK(munmap(bytes, pages * PAGE) == 0);
    CHECK(munmap(again, pages * PAGE) == 0);
    return sum;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 30);
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        sum = mix(sum ^ change_mapping(turn));
        sum = mix(sum ^ map_file(turn));
    }
    return pass("mmap", sum);
}
