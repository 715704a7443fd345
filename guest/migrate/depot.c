/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that the file server keeps, see depot.h.
 *
 * Invariant: while `under_way` is not zero, messages in the transport point to
 * the depot, and it is not freed.
 */
#include "migrate/depot_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "ipc/peer.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "srv/pool.h"

static struct pool depot_pool = POOL_OF(struct depot);
static struct depot *depots;

/* -- depots -- */

struct depot *depot_find(const struct mb_msg *msg)
{
    struct depot *d = depots;

    while (d != NULL && (d->pid != msg->pid || d->epoch != msg->epoch ||
                         d->over)) {
        d = d->next;
    }
    return d;
}

static void expect_source(struct depot *d, bool something)
{
    if (d->expecting == something || d->source == bridge_node()) {
        return;
    }
    d->expecting = something;
    if (something) {
        peer_expect(d->source);
    } else {
        peer_settle(d->source);
    }
}

struct depot *depot_make(const struct mb_msg *msg, uint32_t target)
{
    struct depot *d = depot_find(msg);

    if (d != NULL) {
        return d;
    }
    d = pool_get(&depot_pool);
    if (d == NULL) {
        panic("migrate: no memory for pages of process %u", msg->pid);
    }
    d->pid = msg->pid;
    d->epoch = msg->epoch;
    d->source = msg->source;
    d->target = target;
    d->files = backing_create();
    if (d->files == NULL) {
        d->error = ENOSPC;
    } else if (target != bridge_node() &&
               (!bridge_linked(target) || peer_is_lost(target))) {
        d->error = EHOSTUNREACH;
    }
    d->next = depots;
    depots = d;
    expect_source(d, true);
    return d;
}

struct depot *depot_next(const struct depot *d)
{
    struct depot *next = d != NULL ? d->next : depots;

    while (next != NULL && next->over) {
        next = next->next;
    }
    return next;
}

void depot_end(struct depot *d)
{
    struct depot **link = &depots;

    d->over = true;
    expect_source(d, false);
    backing_destroy(d->files);
    d->files = NULL;
    depot_forget_wanted(d);
    if (d->under_way > 0) {
        return;
    }
    while (*link != d) {
        link = &(*link)->next;
    }
    *link = d->next;
    pool_put(&depot_pool, d);
}

/* -- pages that come -- */

/* The page itself, or a copy if somebody may still write to it. */
static void *own(void *page, bool may_keep)
{
    void *copy = may_keep ? page : page_alloc_raw();

    if (copy != page && copy != NULL) {
        memcpy(copy, page, PAGE_SIZE);
    }
    return copy;
}

bool depot_page(const struct mb_msg *msg, void *page, uint32_t length,
                bool may_keep)
{
    struct depot *d = depot_make(msg, (uint32_t)msg->arg);
    void *copy;
    int error;

    if (d->error != 0 || length != PAGE_SIZE) {
        d->error = d->error != 0 ? d->error : EINVAL;
        return false;
    }
    copy = own(page, may_keep);
    error = copy != NULL ? backing_write(d->files, msg->object, msg->index,
                                         copy) : -ENOSPC;
    if (error == 0) {
        d->came++;
        d->count++;
        page_put(copy);             /* it is the file's */
    } else {
        d->error = -error;
        if (copy != page) {
            page_put(copy);
        }
    }
    (void)depot_serve(d);
    return error == 0 && copy == page;
}

void depot_keep(const struct mb_msg *msg)
{
    struct depot *d = depot_find(msg);
    int error = d == NULL ? EHOSTUNREACH : d->error;

    if (error == 0 && d->came != msg->arg) {
        error = EIO;
    }
    depot_answer(msg, MB_MSG_KEPT, error);
    if (d == NULL) {
        return;
    }
    if (error != 0) {
        depot_end(d);
        return;
    }
    d->complete = true;
    expect_source(d, false);
    (void)depot_serve(d);
}

void depot_gone(const struct mb_msg *msg)
{
    struct depot *d = depot_find(msg);

    if (d != NULL) {
        depot_end(d);
    }
    depot_answer(msg, MB_MSG_DRAINED, 0);
}

/* -- a node is lost -- */

void depots_lost(uint32_t node)
{
    struct depot *next;

    for (struct depot *d = depot_next(NULL); d != NULL; d = next) {
        next = depot_next(d);
        if (d->target == node || (d->source == node && !d->complete)) {
            printk("migrate: process %u epoch %u: node %u was lost, its pages "
                   "here are freed\n", d->pid, d->epoch, node);
            depot_end(d);
        }
    }
}

void depots_init(void)
{
    backing_on_ready(depots_ready);
}
