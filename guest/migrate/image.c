/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of images. Pure; what a process consists of is known to
 * image_proc.c.
 */
#include "migrate/image.h"

#include "lib/errno.h"

void image_start(struct codec *c, void *buffer, size_t size)
{
    codec_init(c, buffer, size);
    (void)put_record(c, sizeof(struct image_header));
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
    };
    return (int64_t)bytes;
}

int image_open(struct codec *c, const void *image, size_t bytes)
{
    const struct image_header *header = image;

    if (bytes < sizeof(*header) || bytes > IMAGE_MAX ||
        header->magic != IMAGE_MAGIC || header->bytes != bytes) {
        return -EINVAL;
    }
    if (header->version != IMAGE_VERSION || header->reserved != 0) {
        return -EPROTONOSUPPORT;
    }
    /* Only gets follow: what is decoded is not written to. */
    codec_init(c, (void *)((uintptr_t)image + sizeof(*header)),
               bytes - sizeof(*header));
    return 0;
}
