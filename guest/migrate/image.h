/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control-and-execution state of a process, as it travels.
 *
 * Each object encodes itself (paper, technique 6); the image is a header and
 * their parts in a row. That it arrives as it was sent is for the link to say: a
 * port drops what is damaged, and a channel sends it again. What it says is
 * checked part by part. Layout: docs/migration.md.
 */
#ifndef MIGRATE_IMAGE_H
#define MIGRATE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/codec.h"

struct proc;

#define IMAGE_MAGIC     0x45474d49u     /* "IMGE" */
#define IMAGE_VERSION   6u
#define IMAGE_MAX       (64u << 10)     /* bytes: of the longest image */

struct image_header {
    uint32_t magic;
    uint32_t version;
    uint32_t bytes;             /* of the image, header included */
    uint32_t reserved;          /* zero */
};
_Static_assert(sizeof(struct image_header) == 16, "docs/migration.md");

/* A codec for the body of an image in `buffer`, aligned to 8; after the body has been put,
 * image_seal writes the header. Returns the length or the codec's error. */
void image_start(struct codec *c, void *buffer, size_t size);
int64_t image_seal(struct codec *c, void *buffer);
/* A codec for the body of a received image, aligned to 8. -EINVAL: not a whole image;
 * -EPROTONOSUPPORT: of another version. */
int image_open(struct codec *c, const void *image, size_t bytes);

/* The whole process. Returns the image's length or -errno. */
int64_t image_encode(struct proc *proc, void *buffer, size_t size);
/* Creates the process that the image describes, with frozen threads and no
 * pages. 0 or -errno, and then nothing is left of it. */
int image_decode(const void *image, size_t bytes, uint32_t pid, uint32_t epoch,
                 struct proc **proc);

#endif
