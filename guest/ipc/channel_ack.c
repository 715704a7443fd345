/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels: what has arrived, and what has been lost.
 *
 * A message counts as lost when one that left after it has arrived, and it is
 * a round trip and a little since it left itself (the idea of RFC 8985, which
 * holds for what was sent again, too); or when nothing has been acknowledged
 * for the time-out (RFC 6298): then the oldest is sent again, and what comes
 * back shows what became of the others.
 */
#include <stddef.h>

#include "ipc/channel_internal.h"

/* What one acknowledgement has brought. */
struct news {
    bool any;
    bool timed;                 /* the last one sent of what has arrived */
    uint64_t now_ns;
    uint64_t sent_ns;           /* when that left */
    uint64_t least_ns;          /* of one sent twice: bounds of its trip */
    uint64_t most_ns;
};

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void set_timer(struct channel *c)
{
    uint64_t deadline_ns = earlier(c->timeout_ns, c->overdue_ns);

    if (c->abandoned || deadline_ns == TIMER_NEVER) {
        timer_cancel(&c->retransmit);
    } else if (!c->retransmit.armed ||
               c->retransmit.deadline_ns != deadline_ns) {
        timer_arm(&c->retransmit, deadline_ns);
    }
}

static bool is_watched(const struct parcel *parcel)
{
    return parcel && !parcel->in_hardware && !parcel->overdue;
}

/* Finds what is lost, and when it will be known of the rest. */
static void find_lost(struct channel *c, uint64_t now_ns)
{
    uint64_t patience_ns = c->rtt.last_ns + rtt_reordering_ns(&c->rtt);

    c->overdue_ns = TIMER_NEVER;
    if (!channel_is_before(c->first, c->recovered)) {
        return;
    }
    for (uint32_t seq = c->first; seq != c->next; seq++) {
        struct parcel *parcel = c->window[channel_place(seq)];

        if (!is_watched(parcel) || parcel->sent_ns >= c->newest_ns) {
            continue;
        }
        if (parcel->sent_ns + patience_ns <= now_ns) {
            channel_set_overdue(c, parcel);
        } else {
            c->overdue_ns = earlier(c->overdue_ns,
                                    parcel->sent_ns + patience_ns);
        }
    }
}

void channel_watch(struct channel *c, const struct parcel *parcel)
{
    if (c->timeout_ns == TIMER_NEVER) {
        c->timeout_ns = parcel->sent_ns + rtt_timeout_ns(&c->rtt);
        set_timer(c);
    }
}

/* The oldest that is not in the hardware. */
static struct parcel *oldest(const struct channel *c)
{
    for (uint32_t seq = c->first; seq != c->next; seq++) {
        struct parcel *parcel = c->window[channel_place(seq)];

        if (is_watched(parcel)) {
            return parcel;
        }
    }
    return NULL;
}

static void timed_out(struct channel *c, uint64_t now_ns)
{
    struct parcel *parcel = oldest(c);

    if (parcel) {
        channel_set_overdue(c, parcel);
        c->timed_out = true;
        c->timed_out_ns = now_ns;
        rtt_back_off(&c->rtt);
    }
    c->timeout_ns = now_ns + rtt_timeout_ns(&c->rtt);
}

void channel_timer_expired(struct timer *timer)
{
    struct channel *c = (struct channel *)((char *)timer -
                                           offsetof(struct channel,
                                                    retransmit));
    uint64_t now_ns = time_now_ns();

    if (c->timeout_ns <= now_ns) {
        timed_out(c, now_ns);
    }
    find_lost(c, now_ns);
    set_timer(c);
    channel_pump(c);
    c->ops->flush();
}

/*
 * Of one that was sent more than once it is not known which copy has been
 * acknowledged (Karn). It is not timed then, and says nothing about the order
 * in which messages arrive if the answer came too soon to be for the last (the
 * shortest round trip may have been one with a late acknowledgement). Nor is
 * one timed that left before such a one or before the last time-out: its own
 * acknowledgement may have been lost.
 */
static void take_news(struct channel *c, struct news *news,
                      const struct parcel *parcel)
{
    bool timed = parcel->sent_count == 1 && !parcel->in_hardware &&
                 parcel->sent_ns > c->timed_out_ns;

    news->any = true;
    if (parcel->sent_ns >= news->sent_ns) {
        news->sent_ns = parcel->sent_ns;
        news->timed = timed;
    }
    if (!timed) {
        news->least_ns = news->now_ns - parcel->sent_ns;
        news->most_ns = news->now_ns - parcel->first_ns;
    }
    if (parcel->sent_ns > c->newest_ns &&
        (timed || news->now_ns - parcel->sent_ns + CHANNEL_ACK_NS >=
                  c->rtt.least_ns)) {
        c->newest_ns = parcel->sent_ns;
    }
}

static void take(struct channel *c, uint32_t seq, struct news *news)
{
    struct parcel **place = &c->window[channel_place(seq)];
    struct parcel *parcel = *place;

    if (parcel && parcel->sent_count > 0) {
        *place = NULL;
        take_news(c, news, parcel);
        channel_settle(c, parcel);
    }
}

/* Messages behind the peer's channel_ack may be there, too: nothing is expected
 * of a peer that has them all. It told so while it took them one by one. */
static void skip_taken(struct channel *c)
{
    while (c->first != c->next && c->window[channel_place(c->first)] == NULL) {
        c->first++;
    }
}

static void take_all(struct channel *c, const struct mb_msg *msg,
                     struct news *news)
{
    uint64_t sack = msg->channel_sack;

    while (c->first != msg->channel_ack) {
        take(c, c->first++, news);
    }
    for (uint32_t seq = msg->channel_ack + 1;
         sack != 0 && channel_is_before(seq, c->next); seq++, sack >>= 1) {
        if (sack & 1) {
            take(c, seq, news);
            c->recovered = c->next;
        }
    }
    skip_taken(c);
    if (c->awaiting && c->first == c->next) {
        c->awaiting = false;
        c->ops->awaits(c->node, false);
    }
}

static void measure(struct channel *c, const struct news *news)
{
    if (news->timed) {
        rtt_measured(&c->rtt, news->now_ns - news->sent_ns);
    } else {
        rtt_guess(&c->rtt, news->least_ns, news->most_ns);
    }
}

void channel_acknowledged(struct channel *c, const struct mb_msg *msg)
{
    struct news news = { 0 };

    if (channel_is_before(msg->channel_ack, c->first) ||
        channel_is_before(c->next, msg->channel_ack) ||
        c->first == c->next) {
        return;
    }
    news.now_ns = time_now_ns();
    take_all(c, msg, &news);
    if (!news.any) {
        return;
    }
    c->timed_out = false;
    measure(c, &news);
    c->timeout_ns = c->first == c->next ? TIMER_NEVER
        : news.now_ns + rtt_timeout_ns(&c->rtt);
    find_lost(c, news.now_ns);
    set_timer(c);
    channel_pump(c);
    c->ops->flush();
}
