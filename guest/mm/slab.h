/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small objects of one size, cut from pages.
 *
 * A page that was cut stays with its slab: the memory of a slab is that of the
 * most objects that were ever in use at one time, and bounded by `most`.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <stdint.h>

struct slab {
    uint32_t bytes;             /* of an object, at most a page */
    uint32_t most;              /* objects in use at one time */
    uint32_t used;
    void *free;
};

#define SLAB(type, count)   { .bytes = sizeof(type), .most = (count) }

/* All zeroes; NULL: no memory, or there are `most`. */
void *slab_alloc(struct slab *slab);
void slab_free(struct slab *slab, void *object);    /* NULL is fine */

#endif
