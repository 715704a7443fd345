/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds at the source: pages travel while the process runs here. Each round is
 * of what was changed since the one before it began (mm/changes.h); the first
 * one is of everything. The target confirms a round, so that the process is
 * not frozen for a target that is lost or has no room.
 *
 * A page is marked as sent before it is posted. If it is written while it is
 * still on its way, what arrives may be of neither instant; but then it has
 * been noted, and is sent again.
 */
#include <stddef.h>

#include "migrate/algorithm.h"
#include "migrate/departure_internal.h"
#include "migrate/epochs.h"

#define RUNS_PER_MESSAGE    (MB_PAYLOAD_MAX / sizeof(struct mb_page_run))

static void message_done(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    departure_progress(d);
}

static void post_round(struct departure *d, uint16_t flags, uint64_t over,
                       const struct mb_page_run *runs, uint32_t count)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_ROUND),
        .payload = runs,
        .length = (uint32_t)(count * sizeof(*runs)),
        .lane = LANE_URGENT,
        .done = message_done,
        .owner = d,
    };

    parcel.msg.flags = flags;
    parcel.msg.index = d->round.number;
    parcel.msg.aux = d->move.kind;
    parcel.msg.tag = d->move.plan_index;
    parcel.msg.arg = over;
    d->in_flight++;
    transport_post(&parcel);
}

static void post_list(struct departure *d, uint16_t flags,
                      const struct change_list *list)
{
    for (uint32_t at = 0; at < list->count; at += RUNS_PER_MESSAGE) {
        uint32_t left = list->count - at;

        post_round(d, flags, 0, list->runs + at,
                   left < RUNS_PER_MESSAGE ? left : RUNS_PER_MESSAGE);
    }
}

/* -- what has changed -- */

/* Objects that are new are all changed. */
static void track(struct departure *d)
{
    struct changes *noted = &d->buffer->noted;

    for (uint32_t object = 0; object < object_end(d->proc); object++) {
        struct pages *pages = object_find(d->proc, object);
        const struct mb_page_run whole = { object, CHANGES_WHOLE, 0 };

        if (pages && pages->changes == NULL) {
            pages->changes = noted;
            change_list_add(&noted->written, &whole);
        }
    }
}

static void reset(struct changes *changes, struct change_runs *runs)
{
    *changes = (struct changes){
        .written.runs = runs->written,
        .removed.runs = runs->removed,
    };
}

/* What was noted is to be sent; noting begins anew. */
static struct changes *take_changes(struct departure *d)
{
    struct departure_buffer *buffer = d->buffer;
    struct changes sending;

    track(d);
    sending = buffer->noted;
    reset(&buffer->noted, buffer->change_runs +
          (sending.written.runs == buffer->change_runs[0].written));
    buffer->sending = sending;
    return &buffer->sending;
}

/* A list may name more than it was meant to: none of it has a copy now. */
static void forget_copies(struct departure *d, const struct change_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct mb_page_run *run = &list->runs[i];
        struct pages *pages = object_find(d->proc, run->object);

        if (pages) {
            pages->ops->forget_sent(pages, run->index, run->count);
        }
    }
}

static void forget_removed(struct departure *d, struct changes *changes)
{
    forget_copies(d, &changes->removed);
    for (uint32_t i = 0; i < changes->removed.count; i++) {
        change_list_add(&changes->written, &changes->removed.runs[i]);
    }
}

/* -- rounds -- */

static void start(struct departure *d)
{
    struct changes *changes = take_changes(d);

    d->round = (struct round){ .number = d->round.number + 1 };
    d->round_sent = false;
    forget_removed(d, changes);
    if (changes->removed.count > 0) {
        post_list(d, MB_MSG_AHEAD, &changes->removed);
    } else if (d->round.number == 1) {
        post_round(d, MB_MSG_AHEAD, 0, NULL, 0);
    }
    push_start_list(d, false, &changes->written);
    transport_flush();
    departure_progress(d);
}

void rounds_begin(struct departure *d)
{
    departure_take_buffer(d);
    reset(&d->buffer->noted, d->buffer->change_runs);
    d->state = DEPARTURE_ROUNDS;
    d->proc->epoch++;
    d->move.epoch = d->proc->epoch;
    epochs_note(d->move.pid, d->move.epoch);
    mark_phase(&d->move, MB_MARK_BEGUN, instant_now());
    start(d);
}

void rounds_sent(struct departure *d)
{
    if (d->round_sent || d->unreachable) {
        return;
    }
    d->round_sent = true;
    departure_expect(d);
    post_round(d, MB_MSG_AHEAD, 1, NULL, 0);
    transport_flush();
}

void departure_collected(struct departure *d, uint64_t round)
{
    if (d->state != DEPARTURE_ROUNDS || !d->round_sent ||
        round != d->round.number || d->rounds_over) {
        return;
    }
    departure_settle(d);
    d->round.changed = d->buffer->noted.page_count;
    mark_round(&d->move, &d->round);
    if (d->algorithm->again(&d->round)) {
        start(d);
    } else {
        d->rounds_over = true;
        departure_consider(d->proc);
    }
}

void rounds_end(struct departure *d)
{
    for (uint32_t object = 0; object < object_end(d->proc); object++) {
        struct pages *pages = object_find(d->proc, object);

        if (pages && pages->changes) {
            pages->changes = NULL;
            pages->ops->forget_sent(pages, 0, CHANGES_WHOLE);
        }
    }
}

void rounds_cancel(struct departure *d)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_DRAINED),
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

/* -- the freeze -- */

void departure_add_changed(struct departure *d)
{
    struct changes *changes = take_changes(d);

    forget_removed(d, changes);
    post_list(d, MB_MSG_AHEAD | MB_MSG_CRITICAL, &changes->removed);
    d->push.left = push_count_list(d, &changes->written);
    d->push.list = &changes->written;
}

void departure_leave_changed(struct departure *d)
{
    struct changes *changes = take_changes(d);

    forget_copies(d, &changes->removed);
    forget_copies(d, &changes->written);
    post_list(d, MB_MSG_AHEAD | MB_MSG_CRITICAL, &changes->removed);
    post_list(d, MB_MSG_AHEAD | MB_MSG_CRITICAL, &changes->written);
}
