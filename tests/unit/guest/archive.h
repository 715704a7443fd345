/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds cpio archives for tests.
 */
#ifndef TESTS_UNIT_GUEST_ARCHIVE_H
#define TESTS_UNIT_GUEST_ARCHIVE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct archive {
    char *bytes;
    size_t count;
};

static inline void archive_add(struct archive *archive, const void *bytes,
                               size_t count)
{
    size_t padded = (archive->count + count + 3) & ~(size_t)3;

    archive->bytes = realloc(archive->bytes, padded);
    memcpy(archive->bytes + archive->count, bytes, count);
    memset(archive->bytes + archive->count + count, 0,
           padded - archive->count - count);
    archive->count = padded;
}

static inline void archive_member(struct archive *archive, const char *name,
                                  uint32_t mode, const void *data,
                                  uint32_t bytes)
{
    char header[110 + 2048];
    int count = snprintf(header, sizeof(header),
        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s",
        1, mode, 0, 0, 1, 1000, bytes, 0, 0, 0, 0,
        (unsigned)strlen(name) + 1, 0, name);

    archive_add(archive, header, (size_t)count + 1);
    archive_add(archive, data, bytes);
}

static inline void archive_end(struct archive *archive)
{
    archive_member(archive, "TRAILER!!!", 0, "", 0);
}

#endif
