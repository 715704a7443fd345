/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: transmission.
 *
 * A node has one port, which sends one message at a time. When it is free,
 * the next entry of the urgent queue starts, else an exported page that was
 * asked for (read.c), else the next entry of the bulk queue. An entry that was
 * refused counts as done without occupying the port. For a message that finds
 * no room in the ring of its link the port waits; what is next is chosen and
 * read anew when there is room, the guest rings a doorbell, or another exported
 * page is ready, and at no other instant.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "migbridge.h"
#include "trace.h"

typedef enum TxResult {
    TX_STARTED,
    TX_REFUSED,
    TX_NO_ROOM,
    TX_NOTHING,
} TxResult;

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

void migbridge_tx_unstall(MigBridgeState *s)
{
    MigBridgeTx *tx = &s->tx;

    if (tx->stalled) {
        migbridge_room_starve(tx->stalled, false);
        tx->stalled = NULL;
    }
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
    migbridge_tx_unstall(s);
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
    migbridge_tx_unstall(s);
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

/* Its payload is where the slot will be. A lost message never gets there. */
static void tx_put_on_wire(MigBridgeState *s, MigBridgeLink *link,
                           const struct mb_tx_desc *desc, uint64_t now)
{
    MigBridgeTx *tx = &s->tx;
    struct mb_slot *slot = &tx->slot;
    uint64_t arrival_ns;

    *slot = (struct mb_slot) {
        .msg = desc->msg,
        .start_ns = now,
        .end_ns = now + mb_link_wire_ns(&link->model, desc->length),
        .seq = link->seq++,
        .length = desc->length,
    };
    slot->msg.source = s->node;
    tx->end_ns = slot->end_ns;
    tx->fate = mb_link_fate(&link->model, link->faults, slot->seq,
                            slot->start_ns, slot->end_ns);
    arrival_ns = mb_link_head_ns(&link->model, &tx->fate, now) +
                 mb_link_bits_ns(&link->model, desc->length);
    if (!tx->fate.lost) {
        migbridge_link_send(s, link, slot);
        migbridge_promise_sent(s, link->target, arrival_ns);
    }
    migbridge_record_message(s, MB_TRACE_TX_START, slot, link->target, 0);
    trace_migbridge_tx_start(now, link->target, slot->seq, slot->length,
                             slot->end_ns, arrival_ns);
}

/* Is there room now? If not, the port waits. */
static bool tx_has_room(MigBridgeState *s, MigBridgeLink *link,
                        uint32_t length, uint64_t now)
{
    MigBridgeTx *tx = &s->tx;
    uint64_t bytes = migbridge_link_slot_bytes(length);

    tx->room_ns = migbridge_room_ns(s, link, bytes);
    if (tx->room_ns <= now) {
        return true;
    }
    tx->stalled = link;
    tx->stalled_bytes = bytes;
    if (tx->room_ns == MB_NEVER) {
        migbridge_room_starve(link, true);
        tx->room_ns = migbridge_room_ns(s, link, bytes);
    }
    if (tx->room_ns <= now) {
        migbridge_tx_unstall(s);
        return true;
    }
    trace_migbridge_tx_wait(now, link->target, tx->room_ns);
    return false;
}

/* The entry at the head of @queue. */
static TxResult tx_start_entry(MigBridgeState *s, MigBridgeTxQueue *queue,
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
    /* Lost ones, too: when it is lost must not depend on when we look. */
    if (!tx_has_room(s, link, desc.length, now)) {
        return TX_NO_ROOM;
    }
    if (!migbridge_link_fill(s, link, desc.addr, desc.length)) {
        return TX_REFUSED;
    }
    tx->from = queue;
    tx_put_on_wire(s, link, &desc, now);
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

/* The next message of a queue. What was refused is done. */
static TxResult tx_start_queue(MigBridgeState *s, unsigned index, uint64_t now)
{
    MigBridgeTxQueue *queue = &s->tx.queue[index];
    TxResult result = TX_NOTHING;

    if (queue->head != queue->tail) {
        result = tx_start_entry(s, queue, now);
        if (result == TX_REFUSED) {
            tx_done(s, queue);
        }
    }
    return result;
}

/* The exported page that is next. The entry of its table, its contents, and the
 * mark that it has been served are one instant. */
static TxResult tx_start_page(MigBridgeState *s, uint64_t now)
{
    MigBridgeLink *link;
    struct mb_tx_desc desc;
    MigBridgePage page;

    if (!migbridge_read_waits(s)) {
        return TX_NOTHING;
    }
    if (!migbridge_read_answer(s, &desc, &page)) {
        migbridge_read_done(s, false, now);
        return TX_REFUSED;
    }
    link = &s->out[desc.msg.target];
    if (!tx_has_room(s, link, desc.length, now)) {
        return TX_NO_ROOM;
    }
    if (!migbridge_link_fill(s, link, desc.addr, desc.length) ||
        !migbridge_export_served(s, &page)) {
        migbridge_read_done(s, false, now);
        return TX_REFUSED;
    }
    s->tx.from = NULL;
    s->tx.irq = false;
    tx_put_on_wire(s, link, &desc, now);
    migbridge_read_done(s, true, now);
    return TX_STARTED;
}

static TxResult tx_start(MigBridgeState *s, uint64_t now)
{
    TxResult result = tx_start_queue(s, MB_TX_URGENT, now);

    if (result == TX_NOTHING) {
        result = tx_start_page(s, now);
    }
    return result == TX_NOTHING ? tx_start_queue(s, MB_TX_BULK, now) : result;
}

/* The last bit has left. */
static void tx_end(MigBridgeState *s, uint64_t now)
{
    MigBridgeTx *tx = &s->tx;
    uint32_t target = tx->slot.msg.target;

    tx->end_ns = MB_NEVER;
    tx->messages++;
    s->event_ns = now;
    migbridge_record_message(s, MB_TRACE_TX_END, &tx->slot, target, 0);
    if (tx->fate.lost) {
        migbridge_record_message(s, MB_TRACE_LOST, &tx->slot, target,
                                 tx->fate.down ? MB_LOST_DOWN
                                               : MB_LOST_BY_RATE);
    }
    trace_migbridge_tx_end(now, target, tx->slot.seq, tx->fate.lost);
    tx_done(s, tx->from);
}

void migbridge_tx_run(MigBridgeState *s, uint64_t now)
{
    MigBridgeTx *tx = &s->tx;

    if (tx->end_ns <= now) {
        tx_end(s, now);
    }
    if (tx->stalled && tx->room_ns <= now) {
        migbridge_tx_unstall(s);
    }
    /* Bounded by the sizes of the queues and rings: every turn but the last is
     * done with an entry or a request. */
    while (tx->end_ns == MB_NEVER && !tx->stalled && !s->ended &&
           !migbridge_record_backlogged(s) &&
           !migbridge_sync_crashes(s, now) && tx_start(s, now) != TX_NOTHING) {
    }
}

uint64_t migbridge_tx_due(const MigBridgeState *s)
{
    return s->tx.stalled ? s->tx.room_ns : s->tx.end_ns;
}

void migbridge_tx_room(MigBridgeState *s, const MigBridgeLink *link)
{
    MigBridgeTx *tx = &s->tx;

    if (tx->stalled == link && tx->room_ns == MB_NEVER) {
        tx->room_ns = migbridge_room_ns(s, tx->stalled, tx->stalled_bytes);
    }
}

uint64_t migbridge_tx_messages(const MigBridgeState *s)
{
    return s->tx.messages;
}
