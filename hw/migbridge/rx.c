/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: delivery.
 *
 * A message stays in the ring of its link until its arrival time, and then
 * until the guest has posted a buffer. Messages are delivered in the order of
 * (arrival, source, sequence). A buffer that cannot be used is completed with
 * zeros, and the message takes the next one: no message is lost to a mistake
 * of the receiver.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "migbridge.h"
#include "trace.h"

static uint32_t rx_size(const MigBridgeRx *rx)
{
    return rx->log2 ? 1u << rx->log2 : 0;
}

bool migbridge_rx_check(const MigBridgeState *s)
{
    const MigBridgeRx *rx = &s->rx;
    uint64_t desc_bytes = (uint64_t)rx_size(rx) * sizeof(struct mb_rx_desc);
    uint64_t done_bytes = (uint64_t)rx_size(rx) *
                          sizeof(struct mb_rx_completion);

    return rx_size(rx) == 0 ||
           (rx->base % 8 == 0 && rx->base <= UINT64_MAX - desc_bytes &&
            rx->done % 8 == 0 && rx->done <= UINT64_MAX - done_bytes);
}

void migbridge_rx_reset(MigBridgeState *s)
{
    s->rx.head = 0;
    s->rx.tail = 0;
}

void migbridge_rx_post(MigBridgeState *s, uint32_t tail)
{
    MigBridgeRx *rx = &s->rx;

    if (!s->enabled || tail - rx->head > rx_size(rx) ||
        tail - rx->head < rx->tail - rx->head) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad tail %" PRIu32
                      " of receive queue\n", tail);
        migbridge_status_set(s, MB_STATUS_BAD_QUEUE);
        return;
    }
    rx->tail = tail;
}

/* The link whose message is delivered next, or NULL. */
static MigBridgeLink *rx_first(const MigBridgeState *s)
{
    MigBridgeLink *first = NULL;

    /* On a tie the lower source stays; on one link, sequence is order. */
    for (uint32_t i = 0; i < s->segment.node_count; i++) {
        MigBridgeLink *link = &s->in[i];

        if (link->loaded &&
            (!first || link->slot.arrival_ns < first->slot.arrival_ns)) {
            first = link;
        }
    }
    return first;
}

static bool rx_fill(MigBridgeState *s, MigBridgeLink *link, uint32_t index)
{
    struct mb_rx_desc desc;

    if (!migbridge_dma_read(s, s->rx.base + index * sizeof(desc),
                            &desc, sizeof(desc))) {
        return false;
    }
    if (desc.length < MB_PAYLOAD_MAX) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad receive buffer: length "
                      "%" PRIu32 "\n", desc.length);
        migbridge_status_set(s, MB_STATUS_BAD_DESC);
        return false;
    }
    return migbridge_link_receive(s, link, desc.addr);
}

/* Use up the next buffer. True: it holds the message of @link. */
static bool rx_complete(MigBridgeState *s, MigBridgeLink *link, uint64_t now)
{
    uint32_t index = s->rx.head & (rx_size(&s->rx) - 1);
    struct mb_rx_completion completion = {};
    bool ok = rx_fill(s, link, index);

    if (ok) {
        completion.msg = link->slot.msg;
        completion.arrival_ns = now;
        completion.length = link->slot.length;
    }
    if (!migbridge_dma_write(s, s->rx.done + index * sizeof(completion),
                             &completion, sizeof(completion))) {
        ok = false;
    }
    s->rx.head++;
    migbridge_irq_raise(s, MB_IRQ_RX);
    return ok;
}

static bool rx_has_buffer(const MigBridgeState *s)
{
    return s->enabled && s->rx.head != s->rx.tail;
}

void migbridge_rx_run(MigBridgeState *s, uint64_t now)
{
    MigBridgeLink *link;

    while (rx_has_buffer(s) && !s->ended && !migbridge_record_backlogged(s) &&
           (link = rx_first(s)) && link->slot.arrival_ns <= now) {
        if (!rx_complete(s, link, now)) {
            continue;
        }
        migbridge_record_message(s, MB_TRACE_RX, &link->slot, link->source);
        trace_migbridge_rx(now, link->source, link->slot.seq,
                           link->slot.length, s->rx.head);
        migbridge_link_consume(s, link);
        migbridge_link_load(s, link, now);
    }
}

uint64_t migbridge_rx_due(const MigBridgeState *s)
{
    const MigBridgeLink *link = rx_has_buffer(s) ? rx_first(s) : NULL;

    return link ? link->slot.arrival_ns : MIGBRIDGE_NEVER;
}

bool migbridge_rx_quiet(const MigBridgeState *s, uint64_t now)
{
    const MigBridgeLink *link = rx_first(s);

    return !link || link->slot.arrival_ns > now;
}
