/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encoding and decoding of images.
 */
#include "lib/codec.h"

#include <stdbool.h>

#include "lib/errno.h"
#include "lib/string.h"

void codec_init(struct codec *c, void *buffer, size_t bytes)
{
    c->at = buffer;
    c->end = c->at + bytes;
    c->error = 0;
}

size_t codec_left(const struct codec *c)
{
    return (size_t)(c->end - c->at);
}

static bool has_room(struct codec *c, size_t bytes, int error)
{
    if (c->error == 0 && codec_left(c) < bytes) {
        c->error = error;
    }
    return c->error == 0;
}

void put_bytes(struct codec *c, const void *bytes, size_t count)
{
    if (has_room(c, count, -ENOSPC)) {
        memcpy(c->at, bytes, count);
        c->at += count;
    }
}

static bool is_aligned(const struct codec *c)
{
    return (uintptr_t)c->at % CODEC_ALIGN == 0;
}

void *put_record(struct codec *c, size_t bytes)
{
    static uint64_t nowhere[CODEC_RECORD_MAX / sizeof(uint64_t)];
    uint8_t *record = c->at;

    if (!has_room(c, bytes, -ENOSPC) || !is_aligned(c)) {
        c->error = c->error != 0 ? c->error : -EINVAL;
        return nowhere;
    }
    c->at += bytes;
    return record;
}

const void *get_record(struct codec *c, size_t bytes)
{
    static const uint64_t zeroes[CODEC_RECORD_MAX / sizeof(uint64_t)];
    const uint8_t *record = c->at;

    if (!has_room(c, bytes, -EINVAL) || !is_aligned(c)) {
        c->error = c->error != 0 ? c->error : -EINVAL;
        return zeroes;
    }
    c->at += bytes;
    return record;
}

/* Behind a string, whose length is before it. */
static size_t padding(size_t length)
{
    return -(sizeof(uint32_t) + length) % CODEC_ALIGN;
}

void put_string(struct codec *c, const char *string)
{
    static const uint8_t zeroes[CODEC_ALIGN];
    size_t length = strlen(string);

    if (has_room(c, sizeof(uint32_t) + length + padding(length), -ENOSPC)) {
        put_u32(c, (uint32_t)length);
        put_bytes(c, string, length);
        put_bytes(c, zeroes, padding(length));
    }
}

void get_bytes(struct codec *c, void *bytes, size_t count)
{
    if (has_room(c, count, -EINVAL)) {
        memcpy(bytes, c->at, count);
        c->at += count;
    } else {
        memset(bytes, 0, count);
    }
}

void get_string(struct codec *c, char *string, size_t size)
{
    uint32_t length = get_count(c, (uint32_t)(size - 1));
    uint8_t zeroes[CODEC_ALIGN];

    get_bytes(c, string, length);
    get_bytes(c, zeroes, padding(length));
    string[c->error == 0 ? length : 0] = '\0';
}

uint32_t get_count(struct codec *c, uint32_t most)
{
    uint32_t count = get_u32(c);

    if (c->error == 0 && count > most) {
        c->error = -EINVAL;
    }
    return c->error == 0 ? count : 0;
}
