/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: transmission.
 *
 * A node has one port, which sends one message at a time. When it is free,
 * the next entry of the urgent queue starts, else that of the bulk queue. An
 * entry that was refused counts as done without occupying the port. An entry
 * for which the receiver's ring has no room stays where it is, and is read
 * anew, with the choice between the queues, when there may be room.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "migbridge.h"
#include "trace.h"

enum tx_result {
    TX_STARTED,
    TX_REFUSED,
    TX_NO_ROOM,
};

static uint32_t tx_size(const MigBridgeTxQueue *queue)
{
    return queue->log2 ? 1u << queue->log2 : 0;
}

static bool tx_queue_check(const MigBridgeTxQueue *queue)
{
    uint64_t bytes = (uint64_t)tx_size(queue) * sizeof(struct mb_tx_desc);

    return bytes == 0 || (queue->base % 8 == 0 &&
                          queue->base <= UINT64_MAX - bytes);
}

bool migbridge_tx_check(const MigBridgeState *s)
{
    return tx_queue_check(&s->tx.queue[MB_TX_URGENT]) &&
           tx_queue_check(&s->tx.queue[MB_TX_BULK]);
}

void migbridge_tx_reset(MigBridgeState *s)
{
    for (unsigned i = 0; i < MB_TX_QUEUES; i++) {
        s->tx.queue[i].head = 0;
        s->tx.queue[i].tail = 0;
    }
    /* What is on the wire stays there, but nobody waits for it. */
    s->tx.from = NULL;
    s->tx.irq = false;
}

void migbridge_tx_doorbell(MigBridgeState *s, unsigned index, uint32_t tail)
{
    MigBridgeTxQueue *queue = &s->tx.queue[index];

    migbridge_record_trace(s, MB_TRACE_DOORBELL, NULL,
                           (uint64_t[4]) { index, tail });
    if (!s->enabled || tail - queue->head > tx_size(queue) ||
        tail - queue->head < queue->tail - queue->head) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad tail %" PRIu32
                      " of transmit queue %u\n", tail, index);
        migbridge_status_set(s, MB_STATUS_BAD_QUEUE);
        return;
    }
    queue->tail = tail;
}

static bool tx_desc_check(MigBridgeState *s, const struct mb_tx_desc *desc)
{
    uint32_t target = desc->msg.target;

    if (target >= s->segment.node_count || !s->out[target].shared ||
        desc->length > MB_PAYLOAD_MAX || (desc->flags & ~MB_TX_DESC_FLAGS)) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad transmit descriptor: "
                      "target %" PRIu32 ", length %" PRIu32 ", flags 0x%"
                      PRIx32 "\n", target, desc->length, desc->flags);
        migbridge_status_set(s, MB_STATUS_BAD_DESC);
        return false;
    }
    return true;
}

static enum tx_result tx_start(MigBridgeState *s, MigBridgeTxQueue *queue,
                               uint64_t now)
{
    MigBridgeTx *tx = &s->tx;
    uint32_t index = queue->head & (tx_size(queue) - 1);
    MigBridgeLink *link;
    struct mb_tx_desc desc;

    tx->irq = false;
    if (!migbridge_dma_read(s, queue->base + index * sizeof(desc),
                            &desc, sizeof(desc))) {
        return TX_REFUSED;
    }
    tx->irq = desc.flags & MB_TX_DESC_IRQ;
    if (!tx_desc_check(s, &desc)) {
        return TX_REFUSED;
    }
    link = &s->out[desc.msg.target];
    if (!migbridge_link_has_room(link, s->segment.ring_bytes, desc.length)) {
        trace_migbridge_tx_wait(now, link->target);
        return TX_NO_ROOM;
    }

    tx->slot = (struct mb_slot) {
        .msg = desc.msg,
        .start_ns = now,
        .end_ns = now + migbridge_link_wire_ns(link, desc.length),
        .seq = link->seq,
        .length = desc.length,
    };
    tx->slot.msg.source = s->node;
    tx->slot.arrival_ns = tx->slot.end_ns + link->latency_ns;
    if (!migbridge_link_send(s, link, &tx->slot, desc.addr)) {
        return TX_REFUSED;
    }
    tx->from = queue;
    tx->end_ns = tx->slot.end_ns;
    tx->last_arrival_ns = MAX(tx->last_arrival_ns, tx->slot.arrival_ns);
    migbridge_record_message(s, MB_TRACE_TX_START, &tx->slot, link->target);
    trace_migbridge_tx_start(now, queue - tx->queue, link->target,
                             desc.length, tx->end_ns, tx->slot.arrival_ns);
    return TX_STARTED;
}

/* Entry at the head of @queue, NULL after a reset, is done. */
static void tx_done(MigBridgeState *s, MigBridgeTxQueue *queue)
{
    if (queue) {
        queue->head++;
    }
    if (s->tx.irq) {
        migbridge_irq_raise(s, MB_IRQ_TX);
    }
}

static MigBridgeTxQueue *tx_next(MigBridgeState *s)
{
    for (unsigned i = 0; i < MB_TX_QUEUES; i++) {
        if (s->tx.queue[i].head != s->tx.queue[i].tail) {
            return &s->tx.queue[i];
        }
    }
    return NULL;
}

void migbridge_tx_run(MigBridgeState *s, uint64_t now)
{
    MigBridgeTxQueue *queue;

    if (s->tx.end_ns <= now) {
        s->tx.end_ns = MIGBRIDGE_NEVER;
        migbridge_record_message(s, MB_TRACE_TX_END, &s->tx.slot,
                                 s->tx.slot.msg.target);
        trace_migbridge_tx_end(now, s->tx.slot.msg.target, s->tx.slot.seq);
        tx_done(s, s->tx.from);
    }
    /* Bounded by the sizes of the queues: every turn but the last is done
     * with an entry. */
    while (s->tx.end_ns == MIGBRIDGE_NEVER && !s->ended &&
           (queue = tx_next(s))) {
        enum tx_result result = tx_start(s, queue, now);

        if (result == TX_NO_ROOM) {
            break;
        }
        if (result == TX_REFUSED) {
            tx_done(s, queue);
        }
    }
}

bool migbridge_tx_quiet(const MigBridgeState *s, uint64_t now)
{
    /*
     * A message that arrives at this very grid point may not yet be known to
     * its receiver, so wait for one point more.
     */
    return s->tx.end_ns == MIGBRIDGE_NEVER &&
           s->tx.queue[MB_TX_URGENT].head == s->tx.queue[MB_TX_URGENT].tail &&
           s->tx.queue[MB_TX_BULK].head == s->tx.queue[MB_TX_BULK].tail &&
           (s->tx.last_arrival_ns == 0 ||
            s->tx.last_arrival_ns + s->segment.grid_ns < now);
}
