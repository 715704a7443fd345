/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the file server sends of the pages that it keeps, see depot.h.
 */
#include "migrate/depot_internal.h"

#include <stddef.h>

#include "ipc/transport.h"
#include "lib/printk.h"
#include "migrate/marks.h"
#include "migrate/objects.h"
#include "mm/page.h"
#include "srv/pool.h"

/* Pushed at one time: the wire is not idle, and a page that is asked for not
 * stuck behind many. */
#define PUSH_DEPTH  2u

static struct pool wanted_pool = POOL_OF(struct wanted);

/* -- messages -- */

void depot_answer(const struct mb_msg *to, enum mb_msg_type type, int error)
{
    const struct parcel parcel = {
        .msg = {
            .type = type,
            .flags = MB_MSG_STORE | (to->flags & MB_MSG_CRITICAL),
            .target = to->source,
            .pid = to->pid,
            .epoch = to->epoch,
            .aux = (uint32_t)error,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

static void tell_drained(const struct depot *d)
{
    const struct mb_msg to = {
        .source = (uint16_t)d->target,
        .pid = d->pid,
        .epoch = d->epoch,
    };

    depot_answer(&to, MB_MSG_DRAINED, 0);
}

static void pump(struct depot *d);

static void pushed_left(void *depot)
{
    struct depot *d = depot;

    d->under_way--;
    if (!d->over) {
        pump(d);
    } else if (d->under_way == 0) {
        depot_end(d);
    }
}

/* The page leaves and is forgotten here. */
static void send(struct depot *d, uint16_t flags, uint64_t tag,
                 const struct cursor *place, void *page)
{
    struct parcel parcel = {
        .msg = {
            .type = MB_MSG_PAGE,
            .flags = MB_MSG_STORE | flags,
            .target = (uint16_t)d->target,
            .pid = d->pid,
            .epoch = d->epoch,
            .object = place->object,
            .index = place->index,
            .tag = tag,
        },
        .payload = page,
        .length = PAGE_SIZE,
        .lane = LANE_URGENT,
        .page = page,
    };

    if (flags & MB_MSG_PUSHED) {
        parcel.left = pushed_left;
        parcel.owner = d;
        d->under_way++;
    }
    page_get(page);
    backing_drop(d->files, place->object, place->index);
    d->count--;
    transport_post(&parcel);
    transport_flush();
}

/* -- pages that are asked for -- */

static void serve(struct depot *d, const struct wanted *w, void *page)
{
    const struct move move = { .pid = d->pid, .epoch = d->epoch };
    const struct cursor place = { w->object, w->index };

    mark_fault(&move, w->tag, MB_FAULT_TAKEN, w->object, w->index, w->taken);
    send(d, MB_MSG_DEMANDED, w->tag, &place, page);
    mark_fault(&move, w->tag, MB_FAULT_SERVED, w->object, w->index,
               instant_now());
}

/* Whether it has not to wait any longer: it has been served, or was before. */
static bool try_serve(struct depot *d, const struct wanted *w)
{
    void *page;

    switch (backing_read(d->files, w->object, w->index, &page)) {
    case BACKING_READY:
        serve(d, w, page);
        return true;
    case BACKING_COMING:
        return false;
    default:
        return d->complete;
    }
}

/* True: nothing is left, the target has been told, and it is over. */
static bool finish(struct depot *d)
{
    if (!d->complete || d->count > 0 || d->under_way > 0) {
        return false;
    }
    tell_drained(d);
    depot_end(d);
    return true;
}

bool depot_serve(struct depot *d)
{
    struct wanted **link = &d->wanted;

    if (d->error != 0) {
        return false;
    }
    while (*link != NULL) {
        struct wanted *w = *link;

        if (try_serve(d, w)) {
            *link = w->next;
            pool_put(&wanted_pool, w);
        } else {
            link = &w->next;
        }
    }
    return finish(d);
}

void depot_forget_wanted(struct depot *d)
{
    struct wanted *next;

    for (struct wanted *w = d->wanted; w != NULL; w = next) {
        next = w->next;
        pool_put(&wanted_pool, w);
    }
    d->wanted = NULL;
}

/* A target asks again when it learns that the source has nothing more. */
static bool is_wanted(const struct depot *d, const struct mb_msg *msg)
{
    const struct wanted *w = d->wanted;

    while (w != NULL && (w->object != msg->object || w->index != msg->index)) {
        w = w->next;
    }
    return w != NULL;
}

void depot_requested(const struct mb_msg *msg, struct instant taken)
{
    struct depot *d = msg->arg != 0 ? depot_make(msg, (uint32_t)msg->arg - 1)
                                    : depot_find(msg);
    struct wanted **link, *w;

    if (d == NULL) {
        depot_answer(msg, MB_MSG_DRAINED, 0);
        return;
    }
    if (is_wanted(d, msg)) {
        return;
    }
    w = pool_get(&wanted_pool);
    if (w == NULL) {
        panic("migrate: no memory for a request of process %u", msg->pid);
    }
    w->object = msg->object;
    w->index = msg->index;
    w->tag = msg->tag;
    w->taken = taken;
    for (link = &d->wanted; *link != NULL; link = &(*link)->next) {
    }
    *link = w;
    (void)depot_serve(d);
}

/* -- all that is left -- */

static void pump(struct depot *d)
{
    struct cursor place = { 0, 0 };
    void *page;

    while (d->flushing && d->under_way < PUSH_DEPTH &&
           backing_next(d->files, &place.object, &place.index) &&
           backing_read(d->files, place.object, place.index, &page) ==
           BACKING_READY) {
        send(d, MB_MSG_PUSHED, 0, &place, page);
    }
    (void)finish(d);
}

void depot_flush(const struct mb_msg *msg)
{
    struct depot *d = depot_find(msg);

    if (d == NULL) {
        depot_answer(msg, MB_MSG_DRAINED, 0);
    } else if (d->complete) {
        d->flushing = true;
        pump(d);
    }
}

void depots_ready(void)
{
    struct depot *next;

    for (struct depot *d = depot_next(NULL); d != NULL; d = next) {
        next = depot_next(d);
        if (!depot_serve(d)) {
            pump(d);
        }
    }
}
