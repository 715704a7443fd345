/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Request, answer and order around a move.
 */
#include "migrate/handshake.h"

#include <stddef.h>

#include "migrate/arrival_internal.h"
#include "migrate/departure_internal.h"

/* -- source -- */

static void ask_done(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    departure_expect(d);
    departure_progress(d);
}

void handshake_ask(struct departure *d)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_ASK),
        .lane = LANE_URGENT,
        .done = ask_done,
        .owner = d,
    };

    parcel.msg.flags = MB_MSG_CRITICAL;
    parcel.msg.aux = d->move.kind;
    parcel.msg.tag = d->move.plan_index;
    parcel.msg.arg = d->image_bytes;
    d->step = HANDSHAKE_ASKED;
    d->in_flight++;
    transport_post(&parcel);
}

void handshake_granted(struct departure *d)
{
    if (d->state == DEPARTURE_SENT && d->step == HANDSHAKE_ASKED) {
        d->step = HANDSHAKE_GRANTED;
        departure_post_state(d);
        transport_flush();
        departure_post_critical(d, d->thread);
        transport_flush();
    }
}

void handshake_ready(struct departure *d)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_GO),
        .lane = LANE_URGENT,
        .owner = d,
    };

    if (d->state != DEPARTURE_SENT || d->step != HANDSHAKE_GRANTED) {
        return;
    }
    d->step = HANDSHAKE_ORDERED;
    parcel.msg.flags = MB_MSG_CRITICAL | MB_MSG_RESUME;
    parcel.done = departure_done(parcel.msg.flags);
    d->in_flight++;
    d->resume_posted = true;
    transport_post(&parcel);
    transport_flush();
    departure_follow(d);
    transport_flush();
}

/* -- target -- */

/* On the critical path, as what it answers. */
static void answer(const struct arrival *a, enum mb_msg_type type)
{
    struct parcel parcel = {
        .msg = {
            .type = type,
            .flags = MB_MSG_CRITICAL,
            .target = (uint16_t)a->move.source,
            .pid = a->move.pid,
            .epoch = a->move.epoch,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

void handshake_asked(const struct mb_msg *msg)
{
    struct arrival *a = arrival_begin(msg);

    if (a != NULL) {
        a->granted = true;
        answer(a, MB_MSG_GRANT);
    }
}

void handshake_complete(const struct arrival *a)
{
    answer(a, MB_MSG_READY);
}

void handshake_ordered(const struct mb_msg *msg, struct instant received)
{
    struct arrival *a = arrival_match(msg);

    if (a != NULL && a->state == ARRIVAL_CRITICAL) {
        arrival_resume(a, received);
    }
}
