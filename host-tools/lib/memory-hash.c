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

static bool hash_memory(const MemoryHash *hash, GError **error)
{
    g_autoptr(Sha256) sha = sha256_new();
    const uint8_t *memory = mmap(NULL, hash->bytes, PROT_READ, MAP_SHARED,
                                 hash->fd, 0);
    off_t at = 0;

    if (memory == MAP_FAILED) {
        return godwit_fail_errno(error, "cannot map a node's memory");
    }
    while ((uint64_t)at < hash->bytes) {
        off_t start = lseek(hash->fd, at, SEEK_DATA);
        if (start < 0) {
            break;
        }
        off_t end = lseek(hash->fd, start, SEEK_HOLE);
        if (end < 0) {
            break;
        }
        hash_pages(sha, memory, (uint64_t)start / PAGE_BYTES * PAGE_BYTES,
                   MIN((uint64_t)end, hash->bytes));
        at = end;
    }
    bool done = (uint64_t)at >= hash->bytes || errno == ENXIO;
    if (!done) {
        godwit_fail_errno(error, "cannot find the data in a node's memory");
    }
    munmap((void *)memory, hash->bytes);
    sha256_finish(sha, hash->text);
    return done;
}

typedef struct {
    const MemoryHash *hashes;
    size_t count;
    size_t next;                /* atomic: the first that nobody has taken */
    GError *error;              /* the first one; under lock */
    GMutex lock;
} Work;

static void *hash_what_is_left(void *data)
{
    Work *work = data;
    size_t i;

    while ((i = __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED)) <
           work->count) {
        GError *error = NULL;
        if (!hash_memory(&work->hashes[i], &error)) {
            g_mutex_lock(&work->lock);
            if (work->error == NULL) {
                work->error = g_steal_pointer(&error);
            }
            g_mutex_unlock(&work->lock);
            g_clear_error(&error);
        }
    }
    return NULL;
}

bool memory_hash_all(const MemoryHash *hashes, size_t count, GError **error)
{
    Work work = { .hashes = hashes, .count = count };
    size_t helpers = MIN(g_get_num_processors(), count);
    g_autofree GThread **threads = g_new0(GThread *, helpers + 1);

    g_mutex_init(&work.lock);
    /* One of them is this thread; one that does not start is not missed. */
    for (size_t i = 1; i < helpers; i++) {
        threads[i] = g_thread_try_new("hash", hash_what_is_left, &work, NULL);
    }
    hash_what_is_left(&work);
    for (size_t i = 1; i < helpers; i++) {
        if (threads[i] != NULL) {
            g_thread_join(threads[i]);
        }
    }
    g_mutex_clear(&work.lock);
    if (work.error != NULL) {
        g_propagate_error(error, work.error);
        return false;
    }
    return true;
}
