/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How messages reach other nodes: two lanes, of which the urgent one is always
 * served first, and a backend that owns the hardware.
 *
 * Messages arrive once, and in the order in which they were posted; only what
 * is on the urgent lane may overtake what is on the bulk lane. Where the link
 * to a peer does not see to that, a channel does (ipc/channel.h); elsewhere
 * messages go as they are. What a node posts to itself takes no wire
 * (ipc/loopback.h).
 */
#ifndef IPC_TRANSPORT_H
#define IPC_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/parcel.h"

struct mb_rx_completion;

/* A backend. All of it may be called from any place in the kernel; `left` is
 * called from its interrupt when the payload has been read and sent. */
struct transport_ops {
    void (*open)(void);
    /* Whether messages to or from the node may be lost, doubled or late. */
    bool (*is_faulty)(uint32_t node);
    /* -EAGAIN: full; transport_room will be called. */
    int (*post)(unsigned lane, const struct mb_msg *msg, const void *payload,
                uint32_t length, void (*left)(void *context), void *context);
    /* What has been posted may go. */
    void (*ring)(unsigned lane);
};
extern const struct transport_ops transport_bridge;

/* `deliver` is called for each message that arrives. It owns `page`, and keeps
 * it, as bridge_on_receive's function does. */
void transport_init(const struct transport_ops *ops, uint32_t node_count,
                    bool (*deliver)(const struct mb_rx_completion *message,
                                    void *page, bool may_keep));

/*
 * Posts a copy of *parcel; it leaves with the next transport_flush. On the
 * urgent lane this cannot fail. False: the bulk lane has no room, the functions
 * of transport_on_room will be called; nothing was taken over. To a peer that
 * is lost (ipc/peer.h) only parcels without an owner may be posted; they
 * vanish.
 */
bool transport_post(const struct parcel *parcel);
void transport_on_room(void (*room)(void));
void transport_flush(void);

/* The peer is lost: what was posted to it is done. */
void transport_abandon(uint32_t node);

/* From the backend: a lane that was full is not any more; a message. */
void transport_room(void);
bool transport_receive(const struct mb_rx_completion *message, void *page,
                       bool may_keep);

#endif
