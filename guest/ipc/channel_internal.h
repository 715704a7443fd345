/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels, what channel.c, channel_ack.c and channel_receive.c share.
 */
#ifndef IPC_CHANNEL_INTERNAL_H
#define IPC_CHANNEL_INTERNAL_H

#include "ipc/channel.h"

#define TIMER_NEVER     UINT64_MAX

/* Sequence numbers wrap: who comes first is a matter of distance. */
static inline bool channel_is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static inline uint32_t channel_place(uint32_t seq)
{
    return seq % CHANNEL_WINDOW;
}

/* -- channel.c -- */
/* The parcel is to be sent again, with the next channel_pump. */
void channel_set_overdue(struct channel *channel, struct parcel *parcel);
/* The parcel needs to be sent no more. */
void channel_settle(struct channel *channel, struct parcel *parcel);

/* -- channel_ack.c -- */
/* Takes note of what the peer says it has. */
void channel_acknowledged(struct channel *channel, const struct mb_msg *msg);
/* A parcel has left, at its sent_ns. */
void channel_watch(struct channel *channel, const struct parcel *parcel);
void channel_timer_expired(struct timer *timer);

/* -- channel_receive.c -- */
/* Puts into the message what this end has; it is about to be posted, and then
 * nothing is owed. */
void channel_stamp(const struct channel *channel, struct mb_msg *msg);
void channel_stamped(struct channel *channel);
void channel_drop_held(struct channel *channel);
void channel_ack_expired(struct timer *timer);

#endif
