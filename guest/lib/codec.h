/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encoding and decoding of images: little endian, sticky errors.
 *
 * After any sequence of puts or gets, check `error` once: it is 0, or the
 * first failure (-ENOSPC, -EINVAL). Gets after an error return zeroes, so a
 * decoder never runs away on hostile input.
 *
 * What an object has much of travels as records: structs without padding, a
 * multiple of CODEC_ALIGN long, that are filled and read where they lie.
 */
#ifndef LIB_CODEC_H
#define LIB_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODEC_ALIGN         8u
#define CODEC_RECORD_MAX    512u

struct codec {
    uint8_t *at;
    uint8_t *end;
    int error;
};

void codec_init(struct codec *c, void *buffer, size_t bytes);
size_t codec_left(const struct codec *c);

void put_bytes(struct codec *c, const void *bytes, size_t count);

typedef uint32_t __attribute__((may_alias)) codec_word;

/* Whether `bytes` bytes are there, and can be accessed in words. */
static inline bool codec_takes_words(const struct codec *c, size_t bytes)
{
    return c->error == 0 && (size_t)(c->end - c->at) >= bytes &&
           (uintptr_t)c->at % sizeof(codec_word) == 0;
}

/* Numbers are most of an image, and aligned most of the time; a process is
 * frozen while it is encoded and decoded. */
static inline void put_u32(struct codec *c, uint32_t value)
{
    if (codec_takes_words(c, sizeof(value))) {
        *(codec_word *)c->at = value;
        c->at += sizeof(value);
    } else {
        put_bytes(c, &value, sizeof(value));
    }
}

static inline void put_u64(struct codec *c, uint64_t value)
{
    if (codec_takes_words(c, sizeof(value))) {
        codec_word *word = (codec_word *)c->at;

        word[0] = (uint32_t)value;
        word[1] = (uint32_t)(value >> 32);
        c->at += sizeof(value);
    } else {
        put_bytes(c, &value, sizeof(value));
    }
}

/* Room for a record of at most CODEC_RECORD_MAX bytes, to be filled completely;
 * after an error, room that nobody reads. */
void *put_record(struct codec *c, size_t bytes);
/* The next bytes as a record, valid as long as the image is; after an error, a
 * record of zeroes. A record that does not lie aligned sets -EINVAL. */
const void *get_record(struct codec *c, size_t bytes);

/* A string as u32 length and bytes without the NUL, zeroes up to a multiple of
 * CODEC_ALIGN: what follows is aligned as what precedes it. */
void put_string(struct codec *c, const char *string);

void get_bytes(struct codec *c, void *bytes, size_t count);

static inline uint32_t get_u32(struct codec *c)
{
    uint32_t value;

    if (codec_takes_words(c, sizeof(value))) {
        value = *(const codec_word *)c->at;
        c->at += sizeof(value);
    } else {
        get_bytes(c, &value, sizeof(value));
    }
    return value;
}

static inline uint64_t get_u64(struct codec *c)
{
    uint64_t value;

    if (codec_takes_words(c, sizeof(value))) {
        const codec_word *word = (const codec_word *)c->at;

        value = word[0] | (uint64_t)word[1] << 32;
        c->at += sizeof(value);
    } else {
        get_bytes(c, &value, sizeof(value));
    }
    return value;
}

/* Stores a NUL-terminated string of less than `size` bytes or sets -EINVAL. */
void get_string(struct codec *c, char *string, size_t size);
/* A count that must not exceed `most`; more sets -EINVAL and returns 0. */
uint32_t get_count(struct codec *c, uint32_t most);

#endif
