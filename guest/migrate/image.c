/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header and checksum of images. Pure; what a process consists of is known to
 * image_proc.c.
 */
#include "migrate/image.h"

#include "lib/errno.h"
#include "lib/string.h"

#define BLOCK   8u              /* words per turn, see the pragma */

typedef uint64_t __attribute__((may_alias)) word;

uint64_t image_checksum(const void *bytes, size_t count)
{
    const word *at = bytes;
    uint64_t sum = 0, order = 0, last = 0;

    for (; count >= BLOCK * sizeof(*at); count -= BLOCK * sizeof(*at)) {
#pragma GCC unroll 8
        for (unsigned i = 0; i < BLOCK; i++) {
            sum += at[i];
            order += sum;
        }
        at += BLOCK;
    }
    for (; count >= sizeof(*at); count -= sizeof(*at)) {
        sum += *at++;
        order += sum;
    }
    memcpy(&last, at, count);
    sum += last;
    order += sum;
    return sum ^ (order << 32 | order >> 32);
}

void image_start(struct codec *c, void *buffer, size_t size)
{
    const struct image_header header = { .magic = IMAGE_MAGIC };

    codec_init(c, buffer, size);
    put_bytes(c, &header, sizeof(header));
}

int64_t image_seal(struct codec *c, void *buffer)
{
    struct image_header *header = buffer;
    size_t bytes = (size_t)(c->at - (uint8_t *)buffer);

    if (c->error) {
        return c->error;
    }
    *header = (struct image_header){
        .magic = IMAGE_MAGIC,
        .version = IMAGE_VERSION,
        .bytes = (uint32_t)bytes,
        .checksum = image_checksum(header + 1, bytes - sizeof(*header)),
    };
    return (int64_t)bytes;
}

int image_open(struct codec *c, const void *image, size_t bytes)
{
    struct image_header header;

    if (bytes < sizeof(header) || bytes > IMAGE_MAX) {
        return -EINVAL;
    }
    memcpy(&header, image, sizeof(header));
    if (header.magic != IMAGE_MAGIC || header.bytes != bytes) {
        return -EINVAL;
    }
    if (header.version != IMAGE_VERSION || header.reserved != 0) {
        return -EPROTONOSUPPORT;
    }
    image = (const uint8_t *)image + sizeof(header);
    bytes -= sizeof(header);
    if (header.checksum != image_checksum(image, bytes)) {
        return -EIO;
    }
    /* Only gets follow: what is decoded is not written to. */
    codec_init(c, (void *)(uintptr_t)image, bytes);
    return 0;
}
