/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the registers of the queues.
 *
 * The set-up of the queues can change only while they do not run. Addresses
 * are checked when they start, sizes at once, indices with every doorbell.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "migbridge.h"

static unsigned tx_index(hwaddr addr)
{
    return (addr - MB_REG_TX(0)) / (MB_REG_TX(1) - MB_REG_TX(0));
}

static uint64_t get_tx(MigBridgeState *s, hwaddr addr)
{
    const MigBridgeTxQueue *queue = &s->tx.queue[tx_index(addr)];

    switch (addr - MB_REG_TX(tx_index(addr))) {
    case MB_TX_BASE:
        return queue->base;
    case MB_TX_SIZE:
        return queue->log2;
    case MB_TX_TAIL:
        return queue->tail;
    case MB_TX_HEAD:
        return queue->head;
    default:
        g_assert_not_reached();
    }
}

static uint64_t get_rx(MigBridgeState *s, hwaddr addr)
{
    switch (addr - MB_REG_RX) {
    case MB_RX_BASE:
        return s->rx.base;
    case MB_RX_DONE:
        return s->rx.done;
    case MB_RX_SIZE:
        return s->rx.log2;
    case MB_RX_TAIL:
        return s->rx.tail;
    case MB_RX_HEAD:
        return s->rx.head;
    default:
        g_assert_not_reached();
    }
}

static void bad_setup(MigBridgeState *s, const char *what)
{
    qemu_log_mask(LOG_GUEST_ERROR, "migbridge: %s\n", what);
    migbridge_status_set(s, MB_STATUS_BAD_QUEUE);
}

static void set_base(MigBridgeState *s, uint64_t *base, uint64_t value)
{
    if (s->enabled) {
        bad_setup(s, "address of a running queue");
        return;
    }
    *base = value;
}

static void set_size(MigBridgeState *s, uint32_t *log2, uint64_t value)
{
    if (s->enabled || value < MB_QUEUE_LOG2_MIN || value > MB_QUEUE_LOG2_MAX) {
        bad_setup(s, "bad size of a queue, or the queue is running");
        return;
    }
    *log2 = value;
}

static void set_tx(MigBridgeState *s, hwaddr addr, uint64_t value)
{
    MigBridgeTxQueue *queue = &s->tx.queue[tx_index(addr)];

    switch (addr - MB_REG_TX(tx_index(addr))) {
    case MB_TX_BASE:
        set_base(s, &queue->base, value);
        break;
    case MB_TX_SIZE:
        set_size(s, &queue->log2, value);
        break;
    case MB_TX_TAIL:
        migbridge_tx_doorbell(s, tx_index(addr), value);
        break;
    default:
        g_assert_not_reached();
    }
}

static void set_rx(MigBridgeState *s, hwaddr addr, uint64_t value)
{
    switch (addr - MB_REG_RX) {
    case MB_RX_BASE:
        set_base(s, &s->rx.base, value);
        break;
    case MB_RX_DONE:
        set_base(s, &s->rx.done, value);
        break;
    case MB_RX_SIZE:
        set_size(s, &s->rx.log2, value);
        break;
    case MB_RX_TAIL:
        migbridge_rx_post(s, value);
        break;
    default:
        g_assert_not_reached();
    }
}

uint64_t migbridge_queue_get(MigBridgeState *s, hwaddr addr)
{
    return addr < MB_REG_RX ? get_tx(s, addr) : get_rx(s, addr);
}

void migbridge_queue_set(MigBridgeState *s, hwaddr addr, uint64_t value)
{
    if (addr < MB_REG_RX) {
        set_tx(s, addr, value);
    } else {
        set_rx(s, addr, value);
    }
}
