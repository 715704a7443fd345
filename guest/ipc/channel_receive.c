/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels: the receiving end.
 *
 * What comes before its turn is held, if there is room, and never given up
 * once it has been acknowledged. An acknowledgement rides on any message to
 * the peer; one of its own is sent at once only if it tells of a gap that has
 * opened or closed.
 */
#include <stddef.h>

#include "ipc/channel_internal.h"
#include "mm/page.h"

#define SACK_BITS   64u

struct channel_held {
    struct channel_held *next;  /* in the list of free ones */
    struct mb_rx_completion message;
    void *page;                 /* NULL: no payload */
};

static struct channel_held pool[CHANNEL_HELD_MOST];
static struct channel_held *free_held;
static uint32_t pool_used;      /* no place from here on was ever used */

static struct channel_held *get_held(void)
{
    struct channel_held *held = free_held;

    if (held) {
        free_held = held->next;
    } else if (pool_used < CHANNEL_HELD_MOST) {
        held = &pool[pool_used++];
    }
    return held;
}

static void put_held(struct channel_held *held)
{
    held->next = free_held;
    free_held = held;
}

/* -- acknowledgements -- */

static uint64_t sack_of(const struct channel *c)
{
    uint64_t sack = 0;

    if (c->held_count == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < SACK_BITS; i++) {
        if (c->held[channel_place(c->expected + 1 + i)]) {
            sack |= 1ull << i;
        }
    }
    return sack;
}

void channel_stamp(const struct channel *c, struct mb_msg *msg)
{
    msg->channel_ack = c->expected;
    msg->channel_sack = sack_of(c);
}

void channel_stamped(struct channel *c)
{
    c->owed = 0;
    if (c->acknowledge.armed) {
        timer_cancel(&c->acknowledge);
    }
}

static void acknowledge_later(struct channel *c)
{
    if (!c->acknowledge.armed) {
        timer_arm(&c->acknowledge, time_now_ns() + CHANNEL_ACK_NS);
    }
}

static void acknowledge_now(struct channel *c)
{
    struct mb_msg msg = {
        .type = MB_MSG_ACK,
        .target = (uint16_t)c->node,
    };

    channel_stamp(c, &msg);
    if (c->ops->post(LANE_URGENT, &msg, NULL, 0, NULL, NULL) != 0) {
        acknowledge_later(c);
        return;
    }
    channel_stamped(c);
    c->ops->flush();
}

void channel_ack_expired(struct timer *timer)
{
    acknowledge_now((struct channel *)((char *)timer -
                                       offsetof(struct channel,
                                                acknowledge)));
}

/* -- messages -- */

/* Those that were held and whose turn has come. Each is owed: what is sent while
 * one is delivered tells of those before it only. */
static void deliver_held(struct channel *c)
{
    struct channel_held *held;

    while ((held = c->held[channel_place(c->expected)]) != NULL) {
        c->held[channel_place(c->expected)] = NULL;
        c->held_count--;
        c->expected++;
        c->owed++;
        if (!c->ops->deliver(&held->message, held->page, true)) {
            page_put(held->page);
        }
        put_held(held);
    }
}

static bool deliver(struct channel *c, const struct mb_rx_completion *message,
                    void *page, bool may_keep)
{
    bool was_gap = c->held_count > 0;
    bool kept;

    c->expected++;
    c->owed++;
    kept = c->ops->deliver(message, page, may_keep);
    if (was_gap) {
        deliver_held(c);
    }
    if (c->owed > 0 && (was_gap || c->owed >= CHANNEL_ACK_EVERY)) {
        acknowledge_now(c);
    } else if (c->owed > 0) {
        acknowledge_later(c);
    }
    return kept;
}

/* Before its turn. A message that cannot be held is as good as lost. */
static bool hold(struct channel *c, const struct mb_rx_completion *message,
                 void *page, bool may_keep)
{
    uint32_t place = channel_place(message->msg.channel_seq);
    bool has_page = message->length > 0;
    struct channel_held *held;

    if (c->held[place] || (has_page && !may_keep)) {
        acknowledge_later(c);
        return false;
    }
    held = get_held();
    if (held == NULL) {
        return false;
    }
    held->message = *message;
    held->page = has_page ? page : NULL;
    c->held[place] = held;
    c->owed++;
    if (c->held_count++ == 0 || c->owed >= CHANNEL_ACK_EVERY) {
        acknowledge_now(c);
    } else {
        acknowledge_later(c);
    }
    return has_page;
}

static bool take(struct channel *c, const struct mb_rx_completion *message,
                 void *page, bool may_keep)
{
    int32_t ahead = (int32_t)(message->msg.channel_seq - c->expected);

    if (message->msg.type == MB_MSG_ACK) {
        return false;
    }
    if (ahead == 0) {
        return deliver(c, message, page, may_keep);
    }
    if (ahead > 0 && ahead < (int32_t)CHANNEL_WINDOW) {
        return hold(c, message, page, may_keep);
    }
    acknowledge_later(c);       /* it was not heard that this one has come */
    return false;
}

bool channel_receive(struct channel *c, const struct mb_rx_completion *message,
                     void *page, bool may_keep)
{
    bool kept = take(c, message, page, may_keep);

    channel_acknowledged(c, &message->msg);
    return kept;
}

void channel_drop_held(struct channel *c)
{
    for (uint32_t place = 0; place < CHANNEL_WINDOW; place++) {
        struct channel_held *held = c->held[place];

        if (held) {
            c->held[place] = NULL;
            page_put(held->page);
            put_held(held);
        }
    }
    c->held_count = 0;
}
