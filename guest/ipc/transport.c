/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parcels from posting to the end, and the way that each peer's take.
 *
 * Invariant: a parcel of the pool is on the free list, in the backlog, in the
 * backend, or a channel's. Those in the backlog are of the urgent lane; while
 * there is one, the bulk lane is closed, so that the order across lanes holds.
 */
#include "ipc/transport.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "ipc/channel.h"
#include "ipc/loopback.h"
#include "ipc/peer.h"
#include "lib/printk.h"
#include "mm/page.h"

/* More than both queues hold and than all threads of a node can ask for. */
#define PARCELS 2048u
#define ROOMS_MAX 2u             /* functions of transport_on_room */

static struct {
    const struct transport_ops *ops;
    struct parcel pool[PARCELS];
    struct parcel *free;
    struct parcel *backlog;     /* oldest first */
    struct parcel **backlog_end;
    bool posted[LANES];         /* since the last flush */
    bool bulk_refused;
    void (*room[ROOMS_MAX])(void);
    uint32_t room_count;
    bool (*deliver)(const struct mb_rx_completion *message, void *page,
                    bool may_keep);
    uint32_t node_count;
    bool is_direct[MB_NODES_MAX];   /* no channel, and not lost */
    struct channel *channel[MB_NODES_MAX];
} transport;

/* Bulk parcels that were refused may be posted again. */
static void tell_room(void)
{
    for (uint32_t i = 0; i < transport.room_count; i++) {
        transport.room[i]();
    }
}

/* -- parcels -- */

static struct parcel *parcel_copy(const struct parcel *from)
{
    struct parcel *parcel = transport.free;

    if (parcel == NULL) {
        panic("ipc: %u messages under way", PARCELS);
    }
    transport.free = parcel->next;
    *parcel = *from;
    parcel->next = NULL;
    return parcel;
}

static void parcel_free(struct parcel *parcel)
{
    parcel->next = transport.free;
    transport.free = parcel;
}

static void parcel_finish(struct parcel *parcel, bool sent)
{
    void (*done)(void *owner, bool sent) = parcel->done;
    void *owner = parcel->owner;

    page_put(parcel->page);
    parcel_free(parcel);
    if (done) {
        done(owner, sent);
    }
}

static void parcel_left(void *context)
{
    struct parcel *parcel = context;

    if (parcel->left) {
        parcel->left(parcel->owner);
    }
    parcel_finish(parcel, true);
}

/* -- straight to the backend -- */

static bool post(struct parcel *parcel)
{
    int error = transport.ops->post(parcel->lane, &parcel->msg,
                                    parcel->payload, parcel->length,
                                    parcel_left, parcel);

    if (error == 0) {
        transport.posted[parcel->lane] = true;
    }
    return error == 0;
}

static bool post_direct(const struct parcel *parcel)
{
    struct parcel *own;

    if (parcel->lane == LANE_BULK && transport.backlog) {
        transport.bulk_refused = true;
        return false;
    }
    own = parcel_copy(parcel);
    if (transport.backlog == NULL && post(own)) {
        return true;
    }
    if (parcel->lane == LANE_BULK) {
        parcel_free(own);
        transport.bulk_refused = true;
        return false;
    }
    *transport.backlog_end = own;
    transport.backlog_end = &own->next;
    return true;
}

static void drain_backlog(void)
{
    while (transport.backlog) {
        struct parcel *parcel = transport.backlog;
        struct parcel *next = parcel->next;

        if (!post(parcel)) {
            break;
        }
        transport.backlog = next;
    }
    if (transport.backlog == NULL) {
        transport.backlog_end = &transport.backlog;
    }
}

/* -- by a channel -- */

static int channel_to_hardware(unsigned lane, const struct mb_msg *msg,
                               const void *payload, uint32_t length,
                               void (*left)(void *context), void *context)
{
    int error = transport.ops->post(lane, msg, payload, length, left, context);

    if (error == 0) {
        transport.posted[lane] = true;
    }
    return error;
}

static bool channel_deliver(const struct mb_rx_completion *message, void *page,
                            bool may_keep)
{
    return transport.deliver(message, page, may_keep);
}

static void channel_awaits(uint32_t node, bool awaits)
{
    if (awaits) {
        peer_expect(node);
    } else {
        peer_settle(node);
    }
}

static void channel_room(void)
{
    tell_room();
}

static const struct channel_ops channel_ops = {
    .post = channel_to_hardware,
    .flush = transport_flush,
    .deliver = channel_deliver,
    .finish = parcel_finish,
    .awaits = channel_awaits,
    .room = channel_room,
};

static bool post_by_channel(const struct parcel *parcel)
{
    struct channel *channel = transport.channel[parcel->msg.target];
    struct parcel *own;

    if (peer_is_lost(parcel->msg.target)) {
        kassert(parcel->left == NULL && parcel->done == NULL);
        return true;
    }
    own = parcel_copy(parcel);
    if (!channel_post(channel, own)) {
        parcel_free(own);
        return false;
    }
    return true;
}

/* -- the outside -- */

bool transport_post(const struct parcel *parcel)
{
    if (parcel->msg.target == bridge_node()) {
        loopback_post(parcel_copy(parcel));
        return true;
    }
    return transport.is_direct[parcel->msg.target] ? post_direct(parcel)
                                                   : post_by_channel(parcel);
}

bool transport_receive(const struct mb_rx_completion *message, void *page,
                       bool may_keep)
{
    uint32_t source = message->msg.source;

    peer_heard(source);
    if (transport.is_direct[source]) {
        return transport.deliver(message, page, may_keep);
    }
    if (transport.channel[source] == NULL || peer_is_lost(source)) {
        return false;
    }
    return channel_receive(transport.channel[source], message, page, may_keep);
}

static void pump_channels(void)
{
    for (uint32_t node = 0; node < transport.node_count; node++) {
        struct channel *channel = transport.channel[node];

        if (channel && channel->blocked && !channel->abandoned) {
            channel_pump(channel);
        }
    }
}

void transport_room(void)
{
    drain_backlog();
    pump_channels();
    transport_flush();
    if (transport.bulk_refused && transport.backlog == NULL) {
        transport.bulk_refused = false;
        tell_room();
    }
}

void transport_on_room(void (*room)(void))
{
    kassert(transport.room_count < ROOMS_MAX);
    transport.room[transport.room_count++] = room;
}

void transport_flush(void)
{
    for (unsigned lane = 0; lane < LANES; lane++) {
        if (transport.posted[lane]) {
            transport.posted[lane] = false;
            transport.ops->ring(lane);
        }
    }
}

void transport_abandon(uint32_t node)
{
    transport.is_direct[node] = false;
    if (transport.channel[node]) {
        channel_abandon(transport.channel[node]);
    }
}

static void open_channel(uint32_t node)
{
    struct channel *channel = page_alloc();

    if (channel == NULL) {
        panic("ipc: no memory for a channel to node %u", node);
    }
    channel_init(channel, node, &channel_ops);
    transport.channel[node] = channel;
}

void transport_init(const struct transport_ops *ops, uint32_t node_count,
                    bool (*deliver)(const struct mb_rx_completion *message,
                                    void *page, bool may_keep))
{
    transport.ops = ops;
    transport.node_count = node_count;
    transport.deliver = deliver;
    transport.backlog_end = &transport.backlog;
    loopback_init(deliver, parcel_finish);
    for (uint32_t i = PARCELS; i > 0; i--) {
        parcel_free(&transport.pool[i - 1]);
    }
    for (uint32_t node = 0; node < node_count; node++) {
        transport.is_direct[node] = !ops->is_faulty(node);
        if (!transport.is_direct[node]) {
            open_channel(node);
        }
    }
    ops->open();
}
