/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs, see slab.h. A free object begins with the address of the next.
 */
#include "mm/slab.h"

#include <stddef.h>

#include "lib/string.h"
#include "mm/page.h"

#define ALIGN   8u

static uint32_t stride(const struct slab *slab)
{
    return (slab->bytes + ALIGN - 1) & ~(ALIGN - 1);
}

static void push(struct slab *slab, void *object)
{
    *(void **)object = slab->free;
    slab->free = object;
}

static void cut_page(struct slab *slab)
{
    uint8_t *page = page_alloc_raw();

    if (page == NULL) {
        return;
    }
    for (uint32_t at = 0; at + stride(slab) <= PAGE_SIZE; at += stride(slab)) {
        push(slab, page + at);
    }
}

void *slab_alloc(struct slab *slab)
{
    void *object;

    if (slab->used == slab->most) {
        return NULL;
    }
    if (slab->free == NULL) {
        cut_page(slab);
    }
    object = slab->free;
    if (object != NULL) {
        slab->free = *(void **)object;
        slab->used++;
        memset(object, 0, slab->bytes);
    }
    return object;
}

void slab_free(struct slab *slab, void *object)
{
    if (object != NULL) {
        slab->used--;
        push(slab, object);
    }
}
