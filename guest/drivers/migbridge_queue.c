/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: transmit and receive queues (hw/abi/ring.h).
 *
 * Invariants: tx.head <= device's head <= tx.tail, all free running and never
 * further apart than the queue is long; tx.done[i] belongs to the entry in
 * place i until head has passed it. The receive ring is always full: a buffer
 * that the receiver keeps is replaced by `spare`, which is got beforehand.
 */
#include "drivers/migbridge_queue.h"

#include "drivers/migbridge.h"
#include "drivers/mmio.h"
#include "hw/abi/regs.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"

#define QUEUE_MASK  (BRIDGE_QUEUE - 1)

struct tx_done {
    void (*function)(void *context);
    void *context;
};

struct tx_queue {
    struct mb_tx_desc desc[BRIDGE_QUEUE];
    struct tx_done done[BRIDGE_QUEUE];
    uint32_t head;              /* entries whose `done` has been called */
    uint32_t tail;              /* entries posted */
    bool refused;               /* somebody waits for room */
};

static struct {
    uintptr_t registers;
    struct tx_queue tx[MB_TX_QUEUES];
    void (*room)(unsigned queue);
} q;

static struct {
    struct mb_rx_desc desc[BRIDGE_QUEUE];
    struct mb_rx_completion completion[BRIDGE_QUEUE];
    void *page[BRIDGE_QUEUE];
    void *spare;                /* NULL: memory was full */
    uint32_t head;              /* completions handled */
    bool (*receive)(const struct mb_rx_completion *message, void *page,
                    bool may_keep);
} rx;

static uintptr_t tx_register(unsigned queue, uint32_t offset)
{
    return q.registers + MB_REG_TX(queue) + offset;
}

static uintptr_t rx_register(uint32_t offset)
{
    return q.registers + MB_REG_RX + offset;
}

static void post_buffer(uint32_t place, void *page)
{
    rx.page[place] = page;
    rx.desc[place] = (struct mb_rx_desc){
        .addr = virt_to_phys(page),
        .length = PAGE_SIZE,
    };
}

void bridge_queues_init(uintptr_t registers)
{
    q.registers = registers;
    for (unsigned queue = 0; queue < MB_TX_QUEUES; queue++) {
        mmio_write64(tx_register(queue, MB_TX_BASE),
                     virt_to_phys(q.tx[queue].desc));
        mmio_write32(tx_register(queue, MB_TX_SIZE), BRIDGE_QUEUE_LOG2);
    }
    for (uint32_t i = 0; i < BRIDGE_QUEUE; i++) {
        void *page = page_alloc_raw();

        if (page == NULL) {
            panic("bridge: no memory for receive buffers");
        }
        post_buffer(i, page);
    }
    rx.spare = page_alloc_raw();
    mmio_write64(rx_register(MB_RX_BASE), virt_to_phys(rx.desc));
    mmio_write64(rx_register(MB_RX_DONE), virt_to_phys(rx.completion));
    mmio_write32(rx_register(MB_RX_SIZE), BRIDGE_QUEUE_LOG2);
}

void bridge_queues_start(void)
{
    mmio_write32(rx_register(MB_RX_TAIL), BRIDGE_QUEUE);
}

uint32_t bridge_room(unsigned queue)
{
    const struct tx_queue *tx = &q.tx[queue];

    return BRIDGE_QUEUE - (tx->tail - tx->head);
}

void bridge_on_room(void (*room)(unsigned queue))
{
    q.room = room;
}

/*
 * An entry interrupts if somebody wants to know, and in any case where the
 * queue has become more than half full: whoever is refused is then told.
 */
int bridge_post(unsigned queue, const struct mb_msg *msg, const void *payload,
                uint32_t length, void (*done)(void *context), void *context)
{
    struct tx_queue *tx = &q.tx[queue];
    uint32_t room = bridge_room(queue);
    struct mb_tx_desc *desc = &tx->desc[tx->tail & QUEUE_MASK];

    if (room == 0) {
        tx->refused = true;
        return -EAGAIN;
    }
    desc->msg = *msg;
    desc->addr = length > 0 ? virt_to_phys(payload) : 0;
    desc->length = length;
    desc->flags = done || room <= BRIDGE_QUEUE / 2 ? MB_TX_DESC_IRQ : 0;
    tx->done[tx->tail & QUEUE_MASK] = (struct tx_done){ done, context };
    tx->tail++;
    return 0;
}

void bridge_doorbell(unsigned queue)
{
    mmio_write32(tx_register(queue, MB_TX_TAIL), q.tx[queue].tail);
}

static void tx_finish(unsigned queue)
{
    struct tx_queue *tx = &q.tx[queue];
    uint32_t head = mmio_read32(tx_register(queue, MB_TX_HEAD));

    while (tx->head != head) {
        struct tx_done done = tx->done[tx->head & QUEUE_MASK];

        tx->head++;
        if (done.function) {
            done.function(done.context);
        }
    }
    if (tx->refused && q.room) {
        tx->refused = false;
        q.room(queue);
    }
}

void bridge_tx_interrupt(void)
{
    for (unsigned queue = 0; queue < MB_TX_QUEUES; queue++) {
        tx_finish(queue);
    }
}

void bridge_on_receive(bool (*receive)(const struct mb_rx_completion *message,
                                       void *page, bool may_keep))
{
    rx.receive = receive;
}

bool bridge_renew_spare(void)
{
    page_put(rx.spare);
    rx.spare = page_alloc();
    return rx.spare != NULL;
}

static void receive_one(uint32_t place)
{
    void *page = rx.page[place];

    if (rx.receive &&
        rx.receive(&rx.completion[place], page, rx.spare != NULL)) {
        kassert(rx.spare);
        post_buffer(place, rx.spare);
        rx.spare = NULL;
    }
    mmio_write32(rx_register(MB_RX_TAIL), rx.head + 1 + BRIDGE_QUEUE);
    if (rx.spare == NULL) {
        rx.spare = page_alloc_raw();
    }
}

/* What has left while messages were handled. */
static void tx_catch_up(void)
{
    if (mmio_read32(q.registers + MB_REG_IRQ_STATUS) & MB_IRQ_TX) {
        mmio_write32(q.registers + MB_REG_IRQ_STATUS, MB_IRQ_TX);
        bridge_tx_interrupt();
    }
}

/* At least one message, as long as there is no pause. */
static void receive_until(uint32_t head)
{
    do {
        receive_one(rx.head & QUEUE_MASK);
        rx.head++;
    } while (rx.head != head && !bridge_receive_held());
}

/*
 * An answer never finds the question still under way: all that has left by the
 * time the device is asked what has arrived is accounted for before that.
 *
 * The request is cleared only when nothing is left, and looked for once more
 * after it: a message that comes in between is not forgotten, and one that is
 * left because the receiver asked for a pause interrupts again.
 */
void bridge_rx_interrupt(void)
{
    bool cleared = false;

    do {
        uint32_t head = mmio_read32(rx_register(MB_RX_HEAD));

        if (head != rx.head) {
            tx_catch_up();
            receive_until(head);
            cleared = false;
        } else if (cleared) {
            break;
        } else {
            mmio_write32(q.registers + MB_REG_IRQ_STATUS, MB_IRQ_RX);
            cleared = true;
        }
    } while (!bridge_receive_held());
}
