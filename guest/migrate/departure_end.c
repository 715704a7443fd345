/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures from the target's answer to the end: the process is taken back,
 * or its pages go until nothing is left here.
 */
#include <stddef.h>

#include "ipc/peer.h"
#include "ipc/port_move.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/algorithm.h"
#include "migrate/departure_internal.h"
#include "migrate/detach.h"
#include "migrate/plan.h"
#include "mm/page.h"
#include "proc/plan.h"
#include "srv/srv.h"

/* It is not for the target to answer any more. */
void departure_settle(struct departure *d)
{
    if (d->expecting) {
        d->expecting = false;
        peer_settle(d->move.target);
    }
}

void departure_expect(struct departure *d)
{
    if ((d->state == DEPARTURE_SENT || d->state == DEPARTURE_ROUNDS) &&
        !d->unreachable && !d->expecting) {
        d->expecting = true;
        peer_expect(d->move.target);
    }
}

void departure_take_back(struct departure *d)
{
    struct proc *proc = d->proc;

    departure_settle(d);
    deposit_cancel(d);
    if (d->round.number > 0) {
        rounds_end(d);
    }
    (void)export_close(&d->export);
    d->state = DEPARTURE_ABORTED;
    d->push.active = false;
    d->map_active = false;
    d->follows = false;
    d->proc = NULL;
    proc->move = NULL;
    departure_progress(d);
}

void departure_rejected(struct departure *d, int error)
{
    struct proc *proc = d->proc;
    bool frozen = d->state == DEPARTURE_SENT;

    if (!frozen && d->state != DEPARTURE_ROUNDS) {
        return;
    }
    mark_abort(&d->move, error);
    departure_take_back(d);
    ports_reopen(proc->pid);
    for (struct thread *t = frozen ? proc->threads : NULL; t; t = t->sibling) {
        sched_unfreeze(t);
    }
    migrate_plan_follow(proc);
}

static void free_rest(struct departure *d)
{
    struct proc *proc = d->proc;

    d->served += export_close(&d->export);
    d->proc = NULL;
    proc->move = NULL;
    proc_destroy(proc);
}

static void drained_done(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    mark_drained(&d->move, d->pushed, d->served, d->pages);
    departure_free(d);
}

/* The process may come back as soon as the message has arrived, and is then in a
 * hurry: what was its own here is freed before that. */
static void post_drained(struct departure *d)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_DRAINED),
        .lane = LANE_URGENT,
        .done = drained_done,
        .owner = d,
    };

    parcel.msg.arg = d->deposit.sent;
    d->state = DEPARTURE_DRAINED;
    d->in_flight++;
    free_rest(d);
    transport_post(&parcel);
    transport_flush();
}

void departure_progress(struct departure *d)
{
    if (d->push.active) {
        push_pump(d);
        transport_flush();
    }
    if (d->follows) {
        departure_follow(d);
        transport_flush();
    }
    if (d->in_flight > 0 || d->push.active || d->map_active ||
        (d->state == DEPARTURE_FLUSHING && srv_is_flushing(d->proc->files))) {
        return;
    }
    if (deposit_progress(d)) {
        return;
    }
    switch (d->state) {
    case DEPARTURE_ROUNDS:
        rounds_sent(d);
        break;
    case DEPARTURE_ABORTED:
        departure_free(d);
        break;
    case DEPARTURE_FLUSHING:
        if (d->kept && !export_await(&d->export, d->kept_count)) {
            departure_put_buffer(d);
        } else if (!d->unreachable && !ports_are_leaving(d->move.pid)) {
            post_drained(d);
        }
        break;
    case DEPARTURE_UNKNOWN:
        departure_put_buffer(d);
        break;
    case DEPARTURE_PARTED:
        free_rest(d);
        departure_free(d);
        break;
    default:
        break;
    }
}

/* -- messages that are done -- */

static void message_done(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    departure_progress(d);
}

/* The target has what it needs, as far as is known here; now it must answer.
 * If the message never left, the process cannot have resumed there. */
static void resume_done(void *departure, bool sent)
{
    struct departure *d = departure;

    d->resume_posted = sent;
    if (d->state == DEPARTURE_SENT && !d->unreachable) {
        departure_expect(d);
    }
    message_done(d, sent);
}

void (*departure_done(uint16_t flags))(void *departure, bool sent)
{
    return flags & MB_MSG_RESUME ? resume_done : message_done;
}

/* -- what the target says -- */

void departure_resumed(struct departure *d)
{
    if (d->state != DEPARTURE_SENT) {
        return;
    }
    departure_settle(d);
    d->state = DEPARTURE_FLUSHING;
    if (!d->files_critical || !d->push.critical) {
        d->sent_before = d->push.cursor;
    }
    srv_left(d->proc->files);
    ports_depart(d->move.pid, d->move.epoch, d->move.target);
    departure_progress(d);
}

void departure_ports_left(uint32_t pid, uint32_t epoch)
{
    struct departure *d = departure_find(pid, epoch);

    if (d) {
        detach_progress(d);
        departure_progress(d);
    }
}

/* A page that is not here any more, or sent, is on its way already. */
void departure_requested(struct departure *d, const struct mb_msg *request,
                         struct instant taken)
{
    const struct posting how = {
        .lane = LANE_URGENT,
        .flags = MB_MSG_DEMANDED,
        .tag = request->tag,
    };
    struct pages *pages;
    struct page_ref ref;
    bool owed;

    departure_resumed(d);       /* it would not ask, if it did not run */
    if (d->state != DEPARTURE_FLUSHING || deposit_forward(d, request)) {
        return;
    }
    owed = objects_page(d->proc, request->object, request->index, &ref) &&
           departure_is_owed(d, &ref);
    mark_fault(&d->move, request->tag, MB_FAULT_TAKEN, request->object,
               request->index, taken);
    if (!owed || !export_withdraw(&d->export, &ref)) {
        return;
    }
    departure_post_page(d, &ref, 0, &how);
    transport_flush();
    mark_fault(&d->move, request->tag, MB_FAULT_SERVED, request->object,
               request->index, instant_now());
    d->served++;
    pages = object_find(d->proc, ref.object);
    pages->ops->drop(pages, ref.index);
    if (d->kept && --d->kept_count == 0) {
        d->kept = false;
    }
    if (d->algorithm->served) {
        d->algorithm->served(d, &ref);
    }
}

void departure_flush(struct departure *d)
{
    departure_resumed(d);       /* as above */
    if (d->kept) {
        d->kept = false;
        push_start(d, false);
        transport_flush();
        departure_progress(d);
    }
}

/* Nobody needs the pages: what is under way leaves, the rest is freed. */
void departure_gone(struct departure *d)
{
    departure_settle(d);
    deposit_cancel(d);
    d->state = DEPARTURE_FLUSHING;
    d->push.active = false;
    d->map_active = false;
    d->follows = false;
    d->kept = false;
    ports_depart(d->move.pid, d->move.epoch, d->move.target);
    departure_progress(d);
}

/* -- the target, or the file server, is lost -- */

#define SET(state)  (1u << DEPARTURE_##state)
#define LEAVING     (SET(ROUNDS) | SET(SENT) | SET(FLUSHING))

static void stop_wanted(struct departure *d)
{
    struct proc *proc = d->proc;

    mark_abort(&d->move, EHOSTUNREACH);
    proc->move = NULL;
    departure_free(d);
    migrate_plan_follow(proc);
}

void departures_stop(uint32_t node)
{
    struct departure *d;

    for (uint32_t next = 0;
         (d = departure_next(&next, node, LEAVING));) {
        d->unreachable = true;
        d->push.active = false;
        d->map_active = false;
        d->follows = false;
    }
    for (uint32_t next = 0;
         node == plan_file_server() &&
         (d = departure_next(&next, DEPARTURE_ANY_TARGET, LEAVING));) {
        deposit_stop(d);
    }
    for (uint32_t next = 0;
         (d = departure_next(&next, DEPARTURE_ANY_TARGET, SET(WANTED)));) {
        if (d->move.target == node || departure_obstacle(&d->move) != 0) {
            stop_wanted(d);
        }
    }
}

/* If the target lives, it has nothing of what follows the resume, but may need
 * what went before. */
static void leave_deposit(struct departure *d)
{
    if (!d->deposit.first) {
        deposit_cancel(d);
    }
}

/*
 * Whether the target runs the process cannot be known: it stays frozen, since
 * running it could make two of it.
 */
static void give_up(struct departure *d)
{
    departure_settle(d);
    mark_timeout(&d->move, ETIMEDOUT);
    printk("migrate: process %u epoch %u: node %u was lost before it answered, "
           "it stays frozen here\n",
           d->move.pid, d->move.epoch, d->move.target);
    d->state = DEPARTURE_UNKNOWN;
    leave_deposit(d);
    ports_abandon(d->move.pid);
    departure_progress(d);
}

static void part(struct departure *d)
{
    mark_timeout(&d->move, EHOSTUNREACH);
    printk("migrate: process %u epoch %u: node %u was lost with it, "
           "its pages here are freed\n",
           d->move.pid, d->move.epoch, d->move.target);
    d->state = DEPARTURE_PARTED;
    leave_deposit(d);
    departure_progress(d);
}

void departures_review(void)
{
    struct departure *d;

    for (uint32_t next = 0;
         (d = departure_next(&next, DEPARTURE_ANY_TARGET,
                             SET(SENT) | SET(FLUSHING)));) {
        detach_progress(d);
        departure_progress(d);
    }
}

void departures_lost(uint32_t node)
{
    struct departure *d;

    for (uint32_t next = 0;
         (d = departure_next(&next, node, LEAVING));) {
        if (d->state == DEPARTURE_FLUSHING) {
            part(d);
        } else if (d->resume_posted) {
            give_up(d);
        } else {
            departure_rejected(d, EHOSTUNREACH);
        }
    }
    for (uint32_t next = 0;
         node == plan_file_server() &&
         (d = departure_next(&next, DEPARTURE_ANY_TARGET, LEAVING));) {
        deposit_lost(d);
    }
}
