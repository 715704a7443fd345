/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures from the target's answer to the end: the process is taken back,
 * or its pages go until nothing is left here.
 */
#include <stddef.h>

#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/departure_internal.h"
#include "migrate/plan.h"
#include "mm/page.h"

/*
 * Whether the target took the process cannot be known: it stays frozen, since
 * running it could make two of it. An answer that comes later still counts.
 */
void departure_timed_out(struct timer *timer)
{
    struct departure *d =
        (struct departure *)((char *)timer - offsetof(struct departure,
                                                      timeout));

    mark_timeout(&d->move, ETIMEDOUT);
    printk("migrate: process %u epoch %u: no answer from node %u, "
           "it stays frozen here\n",
           d->move.pid, d->move.epoch, d->move.target);
}

void departure_rejected(struct departure *d, int error)
{
    struct proc *proc = d->proc;

    if (d->state != DEPARTURE_SENT) {
        return;
    }
    timer_cancel(&d->timeout);
    mark_abort(&d->move, error);
    d->state = DEPARTURE_ABORTED;
    d->push.active = false;
    d->map_active = false;
    d->proc = NULL;
    proc->move = NULL;
    for (struct thread *t = proc->threads; t; t = t->sibling) {
        sched_unfreeze(t);
    }
    migrate_plan_follow(proc);
    departure_progress(d);
}

static void drained_left(void *departure)
{
    struct departure *d = departure;
    struct proc *proc = d->proc;

    d->in_flight--;
    proc->move = NULL;
    proc_destroy(proc);
    mark_drained(&d->move, d->pushed, d->served, d->pages);
    departure_free(d);
}

static void post_drained(struct departure *d)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_DRAINED),
        .lane = LANE_URGENT,
        .left = drained_left,
        .owner = d,
    };

    d->state = DEPARTURE_DRAINED;
    d->in_flight++;
    transport_post(&parcel);
    transport_flush();
}

void departure_progress(struct departure *d)
{
    if (d->push.active) {
        push_pump(d);
        transport_flush();
    }
    if (d->in_flight > 0 || d->push.active || d->map_active) {
        return;
    }
    if (d->state == DEPARTURE_ABORTED) {
        departure_free(d);
    } else if (d->state == DEPARTURE_FLUSHING) {
        post_drained(d);
    }
}

void departure_resumed(struct departure *d)
{
    if (d->state != DEPARTURE_SENT) {
        return;
    }
    timer_cancel(&d->timeout);
    d->state = DEPARTURE_FLUSHING;
    d->sent_before = d->push.cursor;
    departure_progress(d);
}

static void answer_left(void *departure)
{
    struct departure *d = departure;

    d->in_flight--;
    departure_progress(d);
}

/* Whether a page that is present went before the resume was known. */
static bool was_sent(const struct departure *d, const struct page_ref *ref)
{
    return ref->object < d->sent_before.object ||
           (ref->object == d->sent_before.object &&
            ref->index < d->sent_before.index) ||
           departure_is_critical(d, ref);
}

/* A page that is not here any more, or sent, is on its way already. */
void departure_requested(struct departure *d, const struct mb_msg *request,
                         struct instant taken)
{
    struct pages *pages;
    struct page_ref ref;

    if (d->state != DEPARTURE_FLUSHING) {
        return;
    }
    mark_fault(&d->move, request->tag, MB_FAULT_TAKEN, request->object,
               request->index, taken);
    if (!objects_page(d->proc, request->object, request->index, &ref) ||
        was_sent(d, &ref)) {
        return;
    }
    departure_post_page(d, &ref, 0, LANE_URGENT, MB_MSG_DEMANDED,
                        request->tag, answer_left);
    transport_flush();
    mark_fault(&d->move, request->tag, MB_FAULT_SERVED, request->object,
               request->index, instant_now());
    d->served++;
    pages = object_find(d->proc, ref.object);
    pages->ops->drop(pages, ref.index);
}

/* Nobody needs the pages: what is under way leaves, the rest is freed. */
void departure_gone(struct departure *d)
{
    timer_cancel(&d->timeout);
    d->state = DEPARTURE_FLUSHING;
    d->push.active = false;
    d->map_active = false;
    departure_progress(d);
}
