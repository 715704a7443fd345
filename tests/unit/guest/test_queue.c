/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drivers/migbridge_queue.c against a device that the test plays: what the
 * rings hold, and in which order things are noticed.
 */
#include "drivers/migbridge.h"
#include "drivers/migbridge_queue.h"
#include "drivers/mmio.h"
#include "hw/abi/regs.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "suite.h"

#define REGISTERS   0x40000000u
#define LOG_MOST    16u

static struct {
    struct mb_tx_desc *tx_desc[MB_TX_QUEUES];
    uint32_t tx_tail[MB_TX_QUEUES];
    uint32_t tx_head[MB_TX_QUEUES];
    struct mb_rx_desc *rx_desc;
    struct mb_rx_completion *rx_done;
    uint32_t rx_tail;
    uint32_t rx_head;
    uint32_t irq_status;
    void (*on_clear)(void);     /* called after RX was cleared */
} device;

static bool held;

bool bridge_receive_held(void)
{
    return held;
}

/* -- the device -- */

uint32_t mmio_read32(uintptr_t address)
{
    switch (address - REGISTERS) {
    case MB_REG_IRQ_STATUS:
        return device.irq_status;
    case MB_REG_TX(0) + MB_TX_HEAD:
        return device.tx_head[0];
    case MB_REG_TX(1) + MB_TX_HEAD:
        return device.tx_head[1];
    case MB_REG_RX + MB_RX_HEAD:
        return device.rx_head;
    default:
        ck_abort_msg("read of %#lx", (unsigned long)address);
        return 0;
    }
}

uint64_t mmio_read64(uintptr_t address)
{
    ck_abort_msg("read of %#lx", (unsigned long)address);
    return 0;
}

static void clear(uint32_t bits)
{
    device.irq_status &= ~bits;
    if ((bits & MB_IRQ_RX) && device.on_clear != NULL) {
        device.on_clear();
    }
}

void mmio_write32(uintptr_t address, uint32_t value)
{
    switch (address - REGISTERS) {
    case MB_REG_IRQ_STATUS:
        clear(value);
        break;
    case MB_REG_TX(0) + MB_TX_TAIL:
        device.tx_tail[0] = value;
        break;
    case MB_REG_TX(1) + MB_TX_TAIL:
        device.tx_tail[1] = value;
        break;
    case MB_REG_TX(0) + MB_TX_SIZE:
    case MB_REG_TX(1) + MB_TX_SIZE:
    case MB_REG_RX + MB_RX_SIZE:
        ck_assert_uint_eq(value, BRIDGE_QUEUE_LOG2);
        break;
    case MB_REG_RX + MB_RX_TAIL:
        device.rx_tail = value;
        break;
    default:
        ck_abort_msg("write of %#lx", (unsigned long)address);
    }
}

void mmio_write64(uintptr_t address, uint64_t value)
{
    void *memory = (void *)(uintptr_t)value;

    switch (address - REGISTERS) {
    case MB_REG_TX(0) + MB_TX_BASE:
        device.tx_desc[0] = memory;
        break;
    case MB_REG_TX(1) + MB_TX_BASE:
        device.tx_desc[1] = memory;
        break;
    case MB_REG_RX + MB_RX_BASE:
        device.rx_desc = memory;
        break;
    case MB_REG_RX + MB_RX_DONE:
        device.rx_done = memory;
        break;
    default:
        ck_abort_msg("write of %#lx", (unsigned long)address);
    }
}

/* The next `count` entries of queue 0 have left. */
static void send_off(uint32_t count)
{
    device.tx_head[0] += count;
    device.irq_status |= MB_IRQ_TX;
}

static void deliver(uint64_t tag)
{
    uint32_t place = device.rx_head++ % BRIDGE_QUEUE;

    device.rx_done[place] = (struct mb_rx_completion){ .msg.tag = tag };
    device.irq_status |= MB_IRQ_RX;
}

/* -- the kernel -- */

/* What has happened: tags of messages received, and of those gone as < 0. */
static int64_t events[LOG_MOST];
static unsigned event_count;
static bool keeps;
static uint64_t hold_at;
static void *kept;

static void note(int64_t event)
{
    suite_check(event_count < LOG_MOST);
    events[event_count++] = event;
}

static void gone(void *context)
{
    note(-(int64_t)(uintptr_t)context);
}

static bool receive(const struct mb_rx_completion *message, void *page,
                    bool may_keep)
{
    note((int64_t)message->msg.tag);
    if (message->msg.tag == hold_at) {
        held = true;
    }
    if (keeps && may_keep) {
        kept = page;
        return true;
    }
    return false;
}

static void start(void)
{
    bridge_queues_init(REGISTERS);
    bridge_queues_start();
    bridge_on_receive(receive);
    ck_assert_uint_eq(device.rx_tail, BRIDGE_QUEUE);
}

static void post(uint64_t tag)
{
    const struct mb_msg msg = { .tag = tag };

    ck_assert_int_eq(bridge_post(0, &msg, NULL, 0, gone, (void *)tag), 0);
}

static void check_events(const int64_t *should, unsigned count)
{
    ck_assert_uint_eq(event_count, count);
    for (unsigned i = 0; i < count; i++) {
        ck_assert_int_eq(events[i], should[i]);
    }
}

/* -- */

START_TEST(a_message_is_written_down_whole)
{
    static uint8_t payload[100];
    const struct mb_msg msg = {
        .type = 1, .tag = 2, .arg = 3,
        .channel_seq = 4, .channel_ack = 5, .channel_sack = 6,
    };

    start();
    ck_assert_int_eq(bridge_post(1, &msg, payload, sizeof(payload), NULL,
                                 NULL), 0);
    ck_assert_uint_eq(device.tx_tail[1], 0);
    bridge_doorbell(1);
    ck_assert_uint_eq(device.tx_tail[1], 1);
    ck_assert_mem_eq(&device.tx_desc[1][0].msg, &msg, sizeof(msg));
    ck_assert_uint_eq(device.tx_desc[1][0].addr, (uintptr_t)payload);
    ck_assert_uint_eq(device.tx_desc[1][0].length, sizeof(payload));
    ck_assert_uint_eq(device.tx_desc[1][0].flags, 0);
}
END_TEST

START_TEST(what_has_left_is_told_in_order)
{
    start();
    post(1);
    post(2);
    post(3);
    send_off(2);
    bridge_tx_interrupt();
    check_events((int64_t[]){ -1, -2 }, 2);
    ck_assert_uint_eq(bridge_room(0), BRIDGE_QUEUE - 1);
}
END_TEST

static unsigned rooms;

static void on_room(unsigned queue)
{
    ck_assert_uint_eq(queue, 0);
    rooms++;
}

START_TEST(who_was_refused_hears_of_room)
{
    const struct mb_msg msg = { .tag = 1 };

    start();
    bridge_on_room(on_room);
    for (unsigned i = 0; i < BRIDGE_QUEUE; i++) {
        ck_assert_int_eq(bridge_post(0, &msg, NULL, 0, NULL, NULL), 0);
    }
    ck_assert_uint_eq(device.tx_desc[0][BRIDGE_QUEUE - 1].flags,
                      MB_TX_DESC_IRQ);
    ck_assert_int_eq(bridge_post(0, &msg, NULL, 0, NULL, NULL), -EAGAIN);
    bridge_tx_interrupt();
    ck_assert_uint_eq(rooms, 1);
    send_off(1);
    bridge_tx_interrupt();
    ck_assert_uint_eq(rooms, 1);
    ck_assert_int_eq(bridge_post(0, &msg, NULL, 0, NULL, NULL), 0);
}
END_TEST

/* The question leaves, and its answer comes, while the receiver is busy. */
static bool receive_slowly(const struct mb_rx_completion *message, void *page,
                           bool may_keep)
{
    (void)receive(message, page, may_keep);
    if (message->msg.tag == 1) {
        send_off(1);
        deliver(2);
    }
    return false;
}

START_TEST(an_answer_never_finds_the_question_under_way)
{
    start();
    bridge_on_receive(receive_slowly);
    post(9);
    deliver(1);
    bridge_rx_interrupt();
    check_events((int64_t[]){ 1, -9, 2 }, 3);
    ck_assert_uint_eq(device.irq_status, 0);
    ck_assert_uint_eq(device.rx_tail, BRIDGE_QUEUE + 2);
}
END_TEST

static void deliver_late(void)
{
    device.on_clear = NULL;
    deliver(7);
}

START_TEST(what_comes_while_the_request_is_cleared_counts)
{
    start();
    deliver(6);
    device.on_clear = deliver_late;
    bridge_rx_interrupt();
    check_events((int64_t[]){ 6, 7 }, 2);
    ck_assert_uint_eq(device.irq_status, 0);
}
END_TEST

START_TEST(a_pause_leaves_the_rest_and_the_request)
{
    start();
    deliver(1);
    deliver(2);
    deliver(3);
    hold_at = 2;
    bridge_rx_interrupt();
    check_events((int64_t[]){ 1, 2 }, 2);
    ck_assert_uint_eq(device.irq_status, MB_IRQ_RX);
    held = false;
    bridge_rx_interrupt();
    check_events((int64_t[]){ 1, 2, 3 }, 3);
    ck_assert_uint_eq(device.irq_status, 0);
}
END_TEST

START_TEST(a_page_that_is_kept_is_replaced)
{
    uint64_t before;

    start();
    before = device.rx_desc[0].addr;
    keeps = true;
    deliver(1);
    bridge_rx_interrupt();
    ck_assert_uint_eq((uintptr_t)kept, before);
    ck_assert_uint_ne(device.rx_desc[0].addr, before);
    ck_assert_uint_eq(device.rx_desc[0].length, PAGE_SIZE);
    page_put(kept);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_message_is_written_down_whole,
        what_has_left_is_told_in_order,
        who_was_refused_hears_of_room,
        an_answer_never_finds_the_question_under_way,
        what_comes_while_the_request_is_cleared_counts,
        a_pause_leaves_the_rest_and_the_request,
        a_page_that_is_kept_is_replaced,
    };

    return suite_run("queue", tests, SUITE_COUNT(tests));
}
