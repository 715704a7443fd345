/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parcels: messages that somebody wants to be told of, or that wait for room.
 *
 * Invariant: a parcel of the pool is on the free list, in the backlog, or in
 * the backend. Those in the backlog are of the urgent lane; while there is
 * one, the bulk lane is closed, so that the order across lanes holds.
 */
#include "migrate/transport.h"

#include <stddef.h>

#include "lib/printk.h"
#include "mm/page.h"

/* More than both queues hold and than all threads of a node can ask for. */
#define PARCELS 2048u

static struct {
    const struct transport_ops *ops;
    struct parcel pool[PARCELS];
    struct parcel *free;
    struct parcel *backlog;     /* oldest first */
    struct parcel **backlog_end;
    bool posted[LANES];         /* since the last flush */
    bool bulk_refused;
    void (*room)(void);
} transport;

static void parcel_left(void *context)
{
    struct parcel *parcel = context;
    void (*left)(void *owner) = parcel->left;
    void *owner = parcel->owner;

    page_put(parcel->page);
    parcel->next = transport.free;
    transport.free = parcel;
    if (left) {
        left(owner);
    }
}

static struct parcel *parcel_copy(const struct parcel *from)
{
    struct parcel *parcel = transport.free;

    if (parcel == NULL) {
        panic("migrate: %u messages under way", PARCELS);
    }
    transport.free = parcel->next;
    *parcel = *from;
    parcel->next = NULL;
    return parcel;
}

static bool post(struct parcel *parcel)
{
    int error = transport.ops->post(parcel->lane, &parcel->msg,
                                    parcel->payload, parcel->length,
                                    parcel_left, parcel);

    if (error == 0) {
        transport.posted[parcel->lane] = true;
    }
    return error == 0;
}

bool transport_post(const struct parcel *parcel)
{
    struct parcel *own;

    if (parcel->lane == LANE_BULK && transport.backlog) {
        transport.bulk_refused = true;
        return false;
    }
    own = parcel_copy(parcel);
    if (transport.backlog == NULL && post(own)) {
        return true;
    }
    if (parcel->lane == LANE_BULK) {
        own->next = transport.free;
        transport.free = own;
        transport.bulk_refused = true;
        return false;
    }
    *transport.backlog_end = own;
    transport.backlog_end = &own->next;
    return true;
}

static void drain_backlog(void)
{
    while (transport.backlog) {
        struct parcel *parcel = transport.backlog;
        struct parcel *next = parcel->next;

        if (!post(parcel)) {
            break;
        }
        transport.backlog = next;
    }
    if (transport.backlog == NULL) {
        transport.backlog_end = &transport.backlog;
    }
}

void transport_room(void)
{
    drain_backlog();
    transport_flush();
    if (transport.bulk_refused && transport.backlog == NULL &&
        transport.room) {
        transport.bulk_refused = false;
        transport.room();
    }
}

void transport_on_room(void (*room)(void))
{
    transport.room = room;
}

void transport_flush(void)
{
    for (unsigned lane = 0; lane < LANES; lane++) {
        if (transport.posted[lane]) {
            transport.posted[lane] = false;
            transport.ops->ring(lane);
        }
    }
}

void transport_init(const struct transport_ops *ops)
{
    transport.ops = ops;
    transport.backlog_end = &transport.backlog;
    for (uint32_t i = PARCELS; i > 0; i--) {
        transport.pool[i - 1].next = transport.free;
        transport.free = &transport.pool[i - 1];
    }
    ops->open();
}
