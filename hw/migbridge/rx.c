/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: delivery.
 *
 * A message that has come in (inbox.c) waits until the guest has posted a
 * buffer. A buffer that cannot be used is completed with zeros, and the message
 * takes the next one: no message is lost to a mistake of the receiver.
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

static bool rx_fill(MigBridgeState *s, const MigBridgeArrival *arrival,
                    uint32_t index)
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
    return migbridge_link_deliver(s, arrival, desc.addr);
}

/* Use up the next buffer. True: it holds the message. */
static bool rx_complete(MigBridgeState *s, const MigBridgeArrival *arrival,
                        const struct mb_slot *slot, uint64_t now)
{
    uint32_t index = s->rx.head & (rx_size(&s->rx) - 1);
    struct mb_rx_completion completion = {};
    bool ok = rx_fill(s, arrival, index);

    if (ok) {
        completion.msg = slot->msg;
        completion.arrival_ns = now;
        completion.length = slot->length;
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
    const MigBridgeArrival *arrival;

    migbridge_inbox_run(s, now);
    while (rx_has_buffer(s) && !s->ended && !migbridge_record_backlogged(s) &&
           (arrival = migbridge_inbox_first(&s->inbox))) {
        struct mb_slot slot;

        migbridge_link_read(s, arrival, &slot);
        if (!rx_complete(s, arrival, &slot, now)) {
            continue;
        }
        s->event_ns = now;
        migbridge_record_message(s, MB_TRACE_RX, &slot, arrival->source,
                                 arrival->copy);
        trace_migbridge_rx(now, arrival->source, arrival->seq,
                           arrival->length, s->rx.head);
        migbridge_inbox_shift(s, now);
    }
}

uint64_t migbridge_rx_due(const MigBridgeState *s)
{
    return migbridge_inbox_due(s);
}
