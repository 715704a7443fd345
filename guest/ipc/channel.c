/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels: the window of messages that are on their way.
 *
 * Invariant: a sequence number is given when the message is handed to the
 * hardware for the first time, so messages are numbered in the order of the
 * wire, but for an urgent one that overtakes bulk in the hardware. A parcel in
 * the hardware is not given to it again, nor back to its owner.
 */
#include "ipc/channel_internal.h"

#include <stddef.h>

#include "lib/printk.h"

static void post_left(void *context);

void channel_init(struct channel *c, uint32_t node,
                  const struct channel_ops *ops)
{
    *c = (struct channel){
        .ops = ops,
        .node = node,
        .first = 1,
        .next = 1,
        .recovered = 1,
        .expected = 1,
        .timeout_ns = TIMER_NEVER,
        .overdue_ns = TIMER_NEVER,
        .retransmit = { .expired = channel_timer_expired },
        .acknowledge = { .expired = channel_ack_expired },
    };
}

/* -- to the hardware -- */

static bool transmit(struct channel *c, struct parcel *parcel, enum lane lane)
{
    channel_stamp(c, &parcel->msg);
    if (parcel->sent_count > 0) {
        parcel->msg.flags |= MB_MSG_AGAIN;
    }
    if (c->ops->post(lane, &parcel->msg, parcel->payload, parcel->length,
                     post_left, parcel) != 0) {
        c->blocked = true;
        return false;
    }
    parcel->in_hardware = true;
    parcel->sent_count++;
    channel_stamped(c);
    return true;
}

/* Into the window. The place is taken first: what the hardware carries must be
 * in it. */
static bool admit(struct channel *c, struct parcel *parcel)
{
    parcel->msg.channel_seq = c->next;
    if (!transmit(c, parcel, parcel->lane)) {
        return false;
    }
    c->window[channel_place(c->next)] = parcel;
    c->next++;
    if (!c->awaiting) {
        c->awaiting = true;
        c->ops->awaits(c->node, true);
    }
    return true;
}

static bool has_room(const struct channel *c, uint32_t most)
{
    return c->next - c->first < most;
}

/* None to a peer that may have crashed: a message that never left is one that
 * it cannot have obeyed. */
static bool bulk_may_go(const struct channel *c)
{
    return c->waiting == NULL && c->overdue_count == 0 && !c->timed_out &&
           c->bulk_ahead < CHANNEL_BULK_AHEAD && has_room(c, CHANNEL_BULK);
}

static bool post_bulk(struct channel *c, struct parcel *parcel)
{
    if (!bulk_may_go(c) || !admit(c, parcel)) {
        c->refused = true;
        return false;
    }
    c->bulk_ahead++;
    return true;
}

bool channel_post(struct channel *c, struct parcel *parcel)
{
    kassert(!c->abandoned);
    parcel->channel = c;
    if (parcel->lane == LANE_BULK) {
        return post_bulk(c, parcel);
    }
    if (c->waiting == NULL && has_room(c, CHANNEL_WINDOW) &&
        admit(c, parcel)) {
        return true;
    }
    if (c->waiting == NULL) {
        c->waiting = parcel;
    } else {
        c->waiting_last->next = parcel;
    }
    c->waiting_last = parcel;
    return true;
}

/* What is to be sent again goes first, and on the urgent lane: it holds up
 * everything behind it. False: the hardware has no room. */
static bool pump_overdue(struct channel *c)
{
    for (uint32_t seq = c->first; c->overdue_count > 0; seq++) {
        struct parcel *parcel = c->window[channel_place(seq)];

        kassert(seq != c->next);
        if (parcel && parcel->overdue) {
            if (!transmit(c, parcel, LANE_URGENT)) {
                return false;
            }
            parcel->overdue = false;
            c->overdue_count--;
        }
    }
    return true;
}

void channel_pump(struct channel *c)
{
    c->blocked = false;
    if (!pump_overdue(c)) {
        return;
    }
    while (c->waiting && has_room(c, CHANNEL_WINDOW)) {
        struct parcel *parcel = c->waiting;
        struct parcel *next = parcel->next;

        if (!admit(c, parcel)) {
            return;
        }
        parcel->next = NULL;
        c->waiting = next;
    }
    if (c->refused && bulk_may_go(c)) {
        c->refused = false;
        c->ops->room();
    }
}

void channel_set_overdue(struct channel *c, struct parcel *parcel)
{
    parcel->overdue = true;
    c->overdue_count++;
    c->recovered = c->next;
}

/* -- the end of a parcel -- */

void channel_settle(struct channel *c, struct parcel *parcel)
{
    if (parcel->overdue) {
        parcel->overdue = false;
        c->overdue_count--;
    }
    if (parcel->in_hardware) {
        parcel->settled = true;
    } else {
        c->ops->finish(parcel, true);
    }
}

/* The hardware has sent it and holds it no longer. */
static void post_left(void *context)
{
    struct parcel *parcel = context;
    struct channel *c = parcel->channel;
    bool is_first = parcel->sent_count == 1;

    parcel->in_hardware = false;
    parcel->sent_ns = time_now_ns();
    if (is_first) {
        parcel->first_ns = parcel->sent_ns;
        if (parcel->lane == LANE_BULK) {
            c->bulk_ahead--;
        }
        if (parcel->left) {
            parcel->left(parcel->owner);
        }
    }
    if (parcel->settled) {
        c->ops->finish(parcel, true);
    } else {
        channel_watch(c, parcel);
    }
    if (!c->abandoned) {
        channel_pump(c);
        c->ops->flush();
    }
}

static void abandon_waiting(struct channel *c)
{
    while (c->waiting) {
        struct parcel *parcel = c->waiting;

        c->waiting = parcel->next;
        parcel->next = NULL;
        if (parcel->left) {
            parcel->left(parcel->owner);
        }
        c->ops->finish(parcel, false);
    }
}

void channel_abandon(struct channel *c)
{
    c->abandoned = true;
    timer_cancel(&c->retransmit);
    timer_cancel(&c->acknowledge);
    channel_drop_held(c);
    if (c->awaiting) {
        c->ops->awaits(c->node, false);
    }
    while (c->first != c->next) {
        struct parcel **place = &c->window[channel_place(c->first++)];
        struct parcel *parcel = *place;

        *place = NULL;
        if (parcel) {
            channel_settle(c, parcel);
        }
    }
    abandon_waiting(c);
}
