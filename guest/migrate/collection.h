/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of a process that is not here yet, by object and index. They become the
 * process's when its state has come.
 *
 * Bounded by free memory: a part of it is never taken.
 */
#ifndef MIGRATE_COLLECTION_H
#define MIGRATE_COLLECTION_H

#include <stdint.h>

#include "hw/abi/message.h"
#include "mm/pages.h"

struct collection;

struct collection *collection_create(void);     /* NULL: no memory */
void collection_destroy(struct collection *collection);     /* NULL is fine */
/* Takes over the caller's reference to the page; an older page at this place
 * goes. -EINVAL: there is no such place; -ENOMEM. */
int collection_put(struct collection *collection, uint32_t object,
                   uint64_t index, void *page);
/* Frees the pages of a run of map_is_valid. */
void collection_forget(struct collection *collection,
                       const struct mb_page_run *run);
/* Hands the pages of an object over; those that it has no place for go.
 * -ENOMEM. */
int collection_install(struct collection *collection, struct pages *pages);

#endif
