/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both ends of a channel to one peer, over a link that loses, doubles,
 * reorders and delays: messages are delivered once, and in order. The protocol
 * is described in docs/migration.md, "Links that lose messages".
 *
 * A channel exists only towards peers with such a link. It fits into a page;
 * what it holds is bounded by its window on one side, by CHANNEL_HELD_MOST
 * messages of all channels on the other. Nothing is armed while nothing is
 * outstanding.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/message.h"
#include "ipc/parcel.h"
#include "ipc/rtt.h"
#include "proc/timer.h"

/* Messages that are sent and not acknowledged: a power of two. */
#define CHANNEL_WINDOW      128u
/* Of these on the bulk lane: the rest is for the urgent one. */
#define CHANNEL_BULK        (CHANNEL_WINDOW - 16u)
/* Bulk messages in the hardware at a time: the wire is not idle, and an urgent
 * message does not wait behind more. */
#define CHANNEL_BULK_AHEAD  2u
/* An acknowledgement waits so long for a message that can carry it, ... */
#define CHANNEL_ACK_NS      200000ull
/* ... or until there are so many messages to acknowledge. */
#define CHANNEL_ACK_EVERY   16u
/* Messages that came before their turn, at one time, of all channels. */
#define CHANNEL_HELD_MOST   512u

struct mb_rx_completion;
struct channel;

/* What a channel stands on. */
struct channel_ops {
    /* To the hardware, as in struct transport_ops. */
    int (*post)(unsigned lane, const struct mb_msg *msg, const void *payload,
                uint32_t length, void (*left)(void *context), void *context);
    /* What was posted may go. */
    void (*flush)(void);
    /* A message whose turn it is; true: the page was kept. */
    bool (*deliver)(const struct mb_rx_completion *message, void *page,
                    bool may_keep);
    /* The parcel is done, and not the channel's any more. */
    void (*finish)(struct parcel *parcel, bool sent);
    /* There are messages to be acknowledged; there are none any more. */
    void (*awaits)(uint32_t node, bool awaits);
    /* A bulk message that was refused may be posted again. */
    void (*room)(void);
};

/* A message that came before its turn. */
struct channel_held;

struct channel {
    const struct channel_ops *ops;
    uint32_t node;
    bool abandoned;
    bool awaiting;              /* as last told to ops->awaits */
    /* -- sending: sequence numbers first..next are in the window -- */
    uint32_t first;             /* the oldest that is not acknowledged */
    uint32_t next;
    struct parcel *window[CHANNEL_WINDOW];  /* NULL: acknowledged */
    struct parcel *waiting;     /* urgent ones that found no room */
    struct parcel *waiting_last;
    uint32_t overdue_count;
    uint32_t bulk_ahead;        /* in the hardware */
    bool refused;               /* a bulk message */
    bool blocked;               /* the hardware had no room */
    bool timed_out;             /* and nothing has been heard since */
    uint32_t recovered;         /* losses are looked for before this one */
    uint64_t newest_ns;         /* when the last one sent that arrived left */
    uint64_t timed_out_ns;      /* when that happened last */
    uint64_t timeout_ns;        /* deadlines; UINT64_MAX: none */
    uint64_t overdue_ns;
    struct rtt rtt;
    struct timer retransmit;
    /* -- receiving -- */
    uint32_t expected;
    uint32_t held_count;
    struct channel_held *held[CHANNEL_WINDOW];
    uint32_t owed;              /* messages since the last acknowledgement */
    struct timer acknowledge;
};
_Static_assert(sizeof(struct channel) <= 4096, "a page");

void channel_init(struct channel *channel, uint32_t node,
                  const struct channel_ops *ops);

/* Takes the parcel over, whose `next` and channel's own fields are zero. False
 * (only on the bulk lane): no room; ops->room will be called. */
bool channel_post(struct channel *channel, struct parcel *parcel);

/* As bridge_on_receive's function, for messages from the peer. */
bool channel_receive(struct channel *channel,
                     const struct mb_rx_completion *message, void *page,
                     bool may_keep);

/* The hardware has room again. */
void channel_pump(struct channel *channel);

/* The peer is given up: all parcels are done, as soon as the hardware has let
 * go of them. Nothing may be posted or received any more. */
void channel_abandon(struct channel *channel);

#endif
