/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the target needs of the source: whether it is waited for (ipc/peer.h),
 * that it lets go of what it keeps, and what becomes of the process without it.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "include/uapi/algorithms.h"
#include "ipc/peer.h"
#include "ipc/port_move.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/arrival_internal.h"
#include "migrate/objects.h"
#include "proc/plan.h"

/* A source that keeps pages may be silent as long as it is not asked; so may
 * the file server. */
static bool is_asked(const struct arrival *a)
{
    return a->flushing || a->proc == NULL || paging_waits(a);
}

static bool expects(const struct arrival *a)
{
    return !a->drained && !a->left &&
           (!a->kept || a->stored || a->state != ARRIVAL_RUNNING ||
            is_asked(a));
}

static bool expects_store(const struct arrival *a)
{
    return a->stored && !a->drained && !a->store_drained && is_asked(a);
}

static void set_expecting(bool *expecting, bool something, uint32_t node)
{
    if (*expecting == something || node == bridge_node()) {
        return;
    }
    *expecting = something;
    if (something) {
        peer_expect(node);
    } else {
        peer_settle(node);
    }
}

void arrival_review(struct arrival *a)
{
    set_expecting(&a->expecting, expects(a), a->move.source);
    set_expecting(&a->expecting_store, expects_store(a), plan_file_server());
}

void arrival_flush(struct proc *proc)
{
    struct arrival *a = arrival_find(proc->pid);

    if (a && a->kept && !a->flushing && !a->drained &&
        a->state == ARRIVAL_RUNNING) {
        a->flushing = true;
        if (a->stored) {
            arrival_send_store(a, MB_MSG_FLUSH);
        } else {
            arrival_send(&a->move, MB_MSG_FLUSH, 0);
        }
        arrival_review(a);
    }
}

/* -- the source is lost -- */

bool arrival_awaits_pages(struct proc *proc)
{
    for (uint32_t object = 0; object < object_end(proc); object++) {
        struct pages *pages = object_find(proc, object);

        if (pages && pages->ops->awaits(pages)) {
            return true;
        }
    }
    return false;
}

/* It has not run here, and never will. */
static void drop_incomplete(struct arrival *a)
{
    printk("migrate: process %u epoch %u: node %u was lost before all of it "
           "had come\n", a->move.pid, a->move.epoch, a->move.source);
    if (algorithm_stores(a->move.algorithm)) {
        arrival_send_store(a, MB_MSG_GONE);
    }
    if (a->proc) {
        proc_destroy(a->proc);
    }
    ports_forget(a->move.pid);
    arrival_free(a);
}

void arrival_source_lost(struct arrival *a)
{
    if (a->state == ARRIVAL_ROUNDS || a->state == ARRIVAL_IMAGE ||
        a->state == ARRIVAL_CRITICAL) {
        drop_incomplete(a);
        return;
    }
    if (a->stored) {
        arrival_left(a, 1);     /* it had nothing that is missing */
        return;
    }
    arrival_set_drained(a);
    if (a->state == ARRIVAL_RUNNING && arrival_awaits_pages(a->proc)) {
        arrival_fail(a, EHOSTUNREACH);
    } else {
        arrival_progress(a);
    }
}
