/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The critical path at the source: the process is frozen, and all that it
 * needs to run at the target is posted.
 */
#include <stddef.h>

#include "include/uapi/techniques.h"
#include "ipc/port_move.h"
#include "lib/errno.h"
#include "migrate/algorithm.h"
#include "migrate/departure_internal.h"
#include "migrate/detach.h"
#include "migrate/epochs.h"
#include "migrate/handshake.h"
#include "migrate/prefetch.h"
#include "mm/page.h"
#include "proc/board.h"

static const struct thread *main_thread(const struct proc *proc,
                                        const struct thread *running)
{
    if (running) {
        return running;
    }
    for (const struct thread *t = proc->threads; t; t = t->sibling) {
        if (t->state == THREAD_RUNNABLE) {
            return t;
        }
    }
    return proc->threads;
}

static void freeze(struct proc *proc)
{
    for (struct thread *t = proc->threads; t; t = t->sibling) {
        sched_save_fp(t);
        sched_freeze(t);
    }
}

void departure_add_critical(struct departure *d, uint64_t index,
                            uint64_t offset, uint16_t role)
{
    struct page_ref ref;

    if (d->critical_count == CRITICAL_MAX ||
        !objects_page(d->proc, MB_OBJECT_SPACE, index, &ref) ||
        departure_is_critical(d, &ref)) {
        return;
    }
    d->critical[d->critical_count++] = (struct critical){
        .index = index,
        .offset = (uint16_t)offset,
        .role = role,
    };
}

void departure_add_all(struct departure *d)
{
    d->push.left = objects_count(d->proc);
    d->all_critical = true;
}

void departure_leave_rest(struct departure *d)
{
    d->map_critical = true;
    d->kept = true;
}

bool departure_is_critical(const struct departure *d,
                           const struct page_ref *ref)
{
    for (uint32_t i = 0; i < d->critical_count; i++) {
        if (ref->object == MB_OBJECT_SPACE &&
            ref->index == d->critical[i].index) {
            return true;
        }
    }
    return false;
}

struct mb_msg departure_message(const struct departure *d,
                                enum mb_msg_type type)
{
    return (struct mb_msg){
        .type = type,
        .target = (uint16_t)d->move.target,
        .pid = d->move.pid,
        .epoch = d->move.epoch,
    };
}

/* The last critical message tells the target to go; it is part of the state
 * only if nothing else has to be there. */
void departure_post_state(struct departure *d)
{
    uint32_t bytes = d->image_bytes;
    bool more_follows = d->critical_count > 0 || d->push.left > 0 ||
                        d->map_critical;

    if (d->move.without & WITHOUT_COMMUNICATION_APART) {
        ports_post(d->move.pid, d->move.epoch, d->move.target);
    }
    for (uint32_t at = 0; at < bytes; at += MB_PAYLOAD_MAX) {
        uint32_t left = bytes - at;
        bool last = left <= MB_PAYLOAD_MAX;
        struct parcel parcel = {
            .msg = departure_message(d, MB_MSG_STATE),
            .payload = d->buffer->image + at,
            .length = last ? left : MB_PAYLOAD_MAX,
            .lane = LANE_URGENT,
            .owner = d,
        };

        parcel.msg.flags = MB_MSG_CRITICAL |
                           (last && !more_follows ? d->last : 0);
        parcel.done = departure_done(parcel.msg.flags);
        parcel.msg.aux = d->move.kind;
        parcel.msg.index = at;
        parcel.msg.tag = d->move.plan_index;
        parcel.msg.arg = bytes;
        d->in_flight++;
        d->resume_posted |= parcel.msg.flags & MB_MSG_RESUME;
        transport_post(&parcel);
    }
}

static void post_page(struct departure *d, uint32_t i, uint16_t flags)
{
    const struct critical *critical = &d->critical[i];
    const struct posting how = {
        .lane = LANE_URGENT,
        .flags = MB_MSG_CRITICAL | critical->role | flags,
    };
    struct page_ref ref;

    objects_page(d->proc, MB_OBJECT_SPACE, critical->index, &ref);
    departure_post_page(d, &ref, critical->offset, &how);
}

/* All that has been selected but the last page leaves while it is found out
 * which others are needed; they go before the last one. */
static void post_pages(struct departure *d, const struct thread *thread)
{
    uint32_t selected = d->critical_count;

    if (selected == 0) {
        return;
    }
    for (uint32_t i = 0; i < selected - 1; i++) {
        post_page(d, i, 0);
    }
    transport_flush();
    if (d->algorithm->foresee) {
        d->algorithm->foresee(d, thread);
    }
    for (uint32_t i = selected; i < d->critical_count; i++) {
        post_page(d, i, 0);
    }
    post_page(d, selected - 1, d->push.left > 0 ? 0 : d->last);
}

void departure_post_critical(struct departure *d, const struct thread *thread)
{
    post_pages(d, thread);
    if (d->all_critical) {
        push_start(d, true);
    } else if (d->map_critical) {
        departure_send_map(d);  /* files follow its last message */
    } else if (d->push.list) {
        push_start_list(d, true, d->push.list);
    }
}

void departure_follow(struct departure *d)
{
    d->follows = d->push.critical &&
                 (d->push.left > 0 || d->push.under_way > 0);
    if (d->algorithm->follow && !d->follows) {
        d->algorithm->follow(d);
    }
}

/* Off the critical path, if there is such a place. */
static void mark_begun(struct departure *d)
{
    if (!d->marked) {
        mark_phase(&d->move, MB_MARK_FROZEN, d->frozen);
        mark_phase(&d->move, MB_MARK_SELECTED, d->selected);
        d->marked = true;
    }
}

void departure_post_all(struct departure *d)
{
    if (d->move.without & WITHOUT_IMPLICIT_RESUME) {
        handshake_ask(d);
        return;
    }
    departure_post_state(d);
    transport_flush();
    departure_post_critical(d, d->thread);
}

void departure_begin(struct departure *d, struct thread *running)
{
    d->frozen = running ? instant_left(&running->frame) : instant_now();
    d->thread = main_thread(d->proc, running);
    freeze(d->proc);
    if (d->state == DEPARTURE_WANTED) {
        departure_take_buffer(d);
        d->proc->epoch++;
        d->move.epoch = d->proc->epoch;
    }
    d->state = DEPARTURE_SENT;
    d->push.list = NULL;
    d->algorithm->select(d, d->thread);
    detach_add_files(d);
    d->selected = instant_now();
    if (detach_begin(d)) {
        departure_capture(d);
    } else {
        mark_begun(d);
        board_hold(d->proc, MB_WAIT_MOVE, d->move.target);
    }
}

void departure_capture(struct departure *d)
{
    bool asks = d->move.without & WITHOUT_IMPLICIT_RESUME;
    struct instant sent;
    int64_t bytes = departure_encode(d);

    if (bytes < 0) {
        if (d->round.number > 0) {
            rounds_cancel(d);
        }
        departure_rejected(d, bytes == -ENOSPC ? E2BIG : (int)-bytes);
        return;
    }
    d->image_bytes = (uint32_t)bytes;
    if (d->deposit.first) {
        deposit_begin(d);
    } else if (asks) {
        handshake_ask(d);
    } else {
        departure_post_state(d);
    }
    transport_flush();          /* the target unpacks it meanwhile */
    sent = instant_now();
    if (!asks && !d->deposit.first) {
        departure_post_critical(d, d->thread);
    }
    transport_flush();

    mark_begun(d);
    mark_phase(&d->move, MB_MARK_SENT, sent);
    epochs_note(d->move.pid, d->move.epoch);
    d->pages = objects_count(d->proc);
    if (!asks) {
        departure_follow(d);
    }
    transport_flush();
    if (d->kept) {
        departure_export_kept(d);
    }
    prefetch_end(d->proc);
    board_hold(d->proc, MB_WAIT_MOVE, d->move.target);
}
