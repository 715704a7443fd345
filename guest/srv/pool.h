/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of one size, cut out of pages that are never given back.
 */
#ifndef SRV_POOL_H
#define SRV_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool {
    size_t object_bytes;        /* at most a page, at least a pointer */
    void *free;
};

#define POOL_OF(type) { .object_bytes = sizeof(type) }

void *pool_get(struct pool *pool);          /* all zeroes; NULL: no memory */
void pool_put(struct pool *pool, void *object);     /* NULL is fine */

#endif
