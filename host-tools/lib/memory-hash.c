/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash of a node's memory (docs/specs/result.md, "Memory").
 */
#include "memory-hash.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"

#define PAGE_BYTES  4096u

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE_BYTES - 1) == 0;
}

/* Pages [start, end) of the memory, in bytes. */
static void hash_pages(Sha256 *sha, const uint8_t *memory, uint64_t start,
                       uint64_t end)
{
    for (uint64_t at = start; at < end; at += PAGE_BYTES) {
        if (!is_zero(memory + at)) {
            uint64_t number = GUINT64_TO_LE(at / PAGE_BYTES);
            sha256_update(sha, &number, sizeof(number));
            sha256_update(sha, memory + at, PAGE_BYTES);
        }
    }
}

bool memory_hash(int fd, uint64_t bytes, char text[static SHA256_TEXT],
                 GError **error)
{
    g_autoptr(Sha256) sha = sha256_new();
    const uint8_t *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    off_t at = 0;

    if (memory == MAP_FAILED) {
        return godwit_fail_errno(error, "cannot map a node's memory");
    }
    while ((uint64_t)at < bytes) {
        off_t start = lseek(fd, at, SEEK_DATA);
        if (start < 0) {
            break;
        }
        off_t end = lseek(fd, start, SEEK_HOLE);
        if (end < 0) {
            break;
        }
        hash_pages(sha, memory, (uint64_t)start / PAGE_BYTES * PAGE_BYTES,
                   MIN((uint64_t)end, bytes));
        at = end;
    }
    bool done = (uint64_t)at >= bytes || errno == ENXIO;
    if (!done) {
        godwit_fail_errno(error, "cannot find the data in a node's memory");
    }
    munmap((void *)memory, bytes);
    sha256_finish(sha, text);
    return done;
}
