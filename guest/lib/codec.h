/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encoding and decoding of images: little endian, no padding, sticky errors.
 *
 * After any sequence of puts or gets, check `error` once: it is 0, or the
 * first failure (-ENOSPC, -EINVAL). Gets after an error return zeroes, so a
 * decoder never runs away on hostile input.
 */
#ifndef LIB_CODEC_H
#define LIB_CODEC_H

#include <stddef.h>
#include <stdint.h>

struct codec {
    uint8_t *at;
    uint8_t *end;
    int error;
};

void codec_init(struct codec *c, void *buffer, size_t bytes);
size_t codec_left(const struct codec *c);

void put_u32(struct codec *c, uint32_t value);
void put_u64(struct codec *c, uint64_t value);
void put_bytes(struct codec *c, const void *bytes, size_t count);
/* A string as u32 length and bytes, without the NUL. */
void put_string(struct codec *c, const char *string);

uint32_t get_u32(struct codec *c);
uint64_t get_u64(struct codec *c);
void get_bytes(struct codec *c, void *bytes, size_t count);
/* Stores a NUL-terminated string of less than `size` bytes or sets -EINVAL. */
void get_string(struct codec *c, char *string, size_t size);
/* A count that must not exceed `most`; more sets -EINVAL and returns 0. */
uint32_t get_count(struct codec *c, uint32_t most);

#endif
