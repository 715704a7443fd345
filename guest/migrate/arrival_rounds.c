/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds at the target: pages of a process that still runs at the source are
 * collected until its state comes.
 */
#include <stddef.h>

#include "ipc/transport.h"
#include "lib/errno.h"
#include "migrate/arrival_internal.h"
#include "migrate/collection.h"
#include "migrate/map.h"
#include "migrate/objects.h"
#include "mm/page.h"

static struct arrival *open(const struct mb_msg *msg)
{
    struct arrival *a = arrival_begin(msg);

    if (a == NULL) {
        return NULL;
    }
    a->state = ARRIVAL_ROUNDS;
    a->collection = collection_create();
    if (a->collection == NULL) {
        arrival_reject(a, ENOMEM);
        return NULL;
    }
    return a;
}

static void forget(struct arrival *a, const struct mb_page_run *runs,
                   uint32_t length)
{
    if (!map_is_valid(runs, length, OBJECTS)) {
        arrival_reject(a, EINVAL);
        return;
    }
    for (uint32_t i = 0; i < length / sizeof(*runs); i++) {
        collection_forget(a->collection, &runs[i]);
    }
}

static void confirm(const struct arrival *a, uint64_t round)
{
    struct parcel parcel = {
        .msg = {
            .type = MB_MSG_COLLECTED,
            .target = (uint16_t)a->move.source,
            .pid = a->move.pid,
            .epoch = a->move.epoch,
            .index = round,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

void arrival_round(const struct mb_msg *msg, const void *page, uint32_t length)
{
    struct arrival *a = arrival_match(msg);

    if (a == NULL && msg->arg == 0 && msg->index == 1) {
        a = open(msg);
    }
    if (a == NULL || a->state != ARRIVAL_ROUNDS) {
        return;
    }
    if (msg->arg == 0) {
        forget(a, page, length);
    } else {
        confirm(a, msg->index);
    }
}

/* True: the page was kept. */
bool arrival_collect(struct arrival *a, const struct mb_msg *msg, void *page,
                     uint32_t length, bool may_keep)
{
    int error = -ENOMEM;

    if (length != PAGE_SIZE) {
        error = -EINVAL;
    } else if (may_keep) {
        error = collection_put(a->collection, msg->object, msg->index, page);
    }
    if (error) {
        arrival_reject(a, -error);
    }
    return error == 0;
}

int arrival_install_collected(struct arrival *a)
{
    struct proc *proc = a->proc;
    int error = 0;

    for (uint32_t object = 0; object < object_end(proc) && error == 0;
         object++) {
        struct pages *pages = object_find(proc, object);

        if (pages) {
            error = collection_install(a->collection, pages);
        }
    }
    a->collected = true;
    return error;
}
