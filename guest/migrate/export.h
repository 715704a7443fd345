/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of a frozen process that the bridge gives to the target by itself,
 * without this kernel (hw/abi/export.h; docs/migration.md, "Who serves a
 * page").
 *
 * A page that is offered may leave at any time, so the kernel asks before it
 * sends one itself (export_withdraw): each page is sent by one of the two.
 * Pages that are in no export, because memory or slots were short, the kernel
 * serves as ever.
 */
#ifndef MIGRATE_EXPORT_H
#define MIGRATE_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/export.h"
#include "migrate/marks.h"
#include "migrate/objects.h"

struct export {
    uint64_t *directory;        /* a page; NULL: nothing is exported */
    uint32_t slot;              /* of the bridge */
    uint32_t count;             /* entries */
    uint32_t next;              /* where the next page is looked for first */
    struct mb_export_notice notice; /* the bridge writes to it */
    uint64_t followed;          /* its `served` when it was last looked at */
};

void export_init(void);

/* Offers neighbours; they come in rising order. False: there is no room. */
bool export_add(struct export *export, uint32_t object, uint64_t index,
                void *const *page, uint32_t count);
/* From now on the bridge answers the target's requests for what was added. */
void export_open(struct export *export, const struct move *move);
/* Whether the kernel may send the page: it is not offered any more, or never
 * was. False: the bridge has sent it. */
bool export_withdraw(struct export *export, const struct page_ref *ref);
/* The page that the bridge has sent last; false: none since the last call. */
bool export_news(struct export *export, struct mb_page_run *page);
/* Whether the bridge has sent so many pages. If not, bridge_on_served's function
 * is called when it has. */
bool export_await(struct export *export, uint64_t count);
/* The bridge reads nothing any more. Returns how many pages it has sent. */
uint64_t export_close(struct export *export);

#endif
