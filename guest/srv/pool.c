/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of one size, see pool.h. A free object holds the next one's address.
 */
#include "srv/pool.h"

#include "lib/string.h"
#include "mm/page.h"

static void refill(struct pool *pool)
{
    uint8_t *page = page_alloc_raw();

    for (size_t at = 0; page != NULL && at + pool->object_bytes <= PAGE_SIZE;
         at += pool->object_bytes) {
        pool_put(pool, page + at);
    }
}

void *pool_get(struct pool *pool)
{
    void **object;

    if (pool->free == NULL) {
        refill(pool);
    }
    object = pool->free;
    if (object != NULL) {
        pool->free = *object;
        memset(object, 0, pool->object_bytes);
    }
    return object;
}

void pool_put(struct pool *pool, void *object)
{
    if (object != NULL) {
        *(void **)object = pool->free;
        pool->free = object;
    }
}
