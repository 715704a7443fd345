/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transmission, as far as one node alone shows it: queue set-up, doorbells,
 * descriptors that lie, the port's timing.
 */
#include "suites.h"

#include "bridge.h"

#define PEER 1

static TestSegment *segment;
static Bridge *bridge;

static void setup(void)
{
    segment = test_segment_create(2);
    bridge = bridge_start(segment, 0);
}

static void teardown(void)
{
    bridge_stop(bridge);
    test_segment_destroy(segment);
}

static uint64_t link_head(void)
{
    return test_segment_link(segment, 0, PEER)->head;
}

/* -- set-up -- */

START_TEST(sizes)
{
    static const uint32_t bad[] = { 0, 13, 14, 32, UINT32_MAX };
    static const uint64_t size[] = {
        MB_REG_TX(0) + MB_TX_SIZE, MB_REG_TX(1) + MB_TX_SIZE,
        MB_REG_RX + MB_RX_SIZE,
    };

    for (size_t i = 0; i < 3; i++) {
        bridge_write32(bridge, size[i], MB_QUEUE_LOG2_MIN);
        bridge_write32(bridge, size[i], MB_QUEUE_LOG2_MAX);
        bridge_expect_status(bridge, 0);
        for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
            bridge_write32(bridge, size[i], bad[j]);
            bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
            ck_assert_uint_eq(bridge_read32(bridge, size[i]),
                              MB_QUEUE_LOG2_MAX);
        }
    }
}
END_TEST

START_TEST(addresses)
{
    static const uint64_t base[] = {
        MB_REG_TX(0) + MB_TX_BASE, MB_REG_TX(1) + MB_TX_BASE,
        MB_REG_RX + MB_RX_BASE, MB_REG_RX + MB_RX_DONE,
    };
    static const uint64_t bad[] = { 4, RAM_BASE + 1, UINT64_MAX - 7 };

    for (unsigned q = 0; q < MB_TX_QUEUES; q++) {
        bridge_write32(bridge, MB_REG_TX(q) + MB_TX_SIZE, 4);
    }
    bridge_write32(bridge, MB_REG_RX + MB_RX_SIZE, 4);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 3; j++) {
            bridge_write64(bridge, base[i], bad[j]);
            bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_ENABLE);
            bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
            ck_assert_uint_eq(bridge_read32(bridge, MB_REG_CONTROL), 0);
        }
        bridge_write64(bridge, base[i], RAM_BASE);
    }
    bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_ENABLE);
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(fixed_while_running)
{
    bridge_set_up(bridge, 4);
    bridge_write64(bridge, MB_REG_TX(0) + MB_TX_BASE, 0);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    bridge_write32(bridge, MB_REG_RX + MB_RX_SIZE, 5);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    ck_assert_uint_eq(bridge_read64(bridge, MB_REG_TX(0) + MB_TX_BASE),
                      TX_RING(0));
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_RX + MB_RX_SIZE), 4);

    bridge_write32(bridge, MB_REG_CONTROL, 0);
    bridge_write32(bridge, MB_REG_RX + MB_RX_SIZE, 5);
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(doorbells)
{
    const uint64_t tail = MB_REG_TX(0) + MB_TX_TAIL;

    /* before the queues run, and of a queue that does not exist */
    bridge_write32(bridge, tail, 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_ENABLE);
    bridge_write32(bridge, tail, 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    bridge_write32(bridge, MB_REG_RX + MB_RX_TAIL, 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    bridge_write32(bridge, MB_REG_CONTROL, 0);

    bridge_set_up(bridge, 1);
    bridge_write32(bridge, tail, 3);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    bridge_write32(bridge, tail, UINT32_MAX);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    ck_assert_uint_eq(bridge_read32(bridge, tail), 0);

    bridge_queue_message(bridge, 0, PEER, 0, 1);
    bridge_queue_message(bridge, 0, PEER, 0, 2);
    bridge_ring(bridge, 0);
    bridge_expect_status(bridge, 0);
    /* neither past the end nor back */
    bridge_write32(bridge, tail, 3);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    bridge_write32(bridge, tail, 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_QUEUE);
    ck_assert_uint_eq(bridge_read32(bridge, tail), 2);
}
END_TEST

/* -- descriptors -- */

START_TEST(refused)
{
    static const struct {
        uint16_t target;
        uint32_t length;
        uint32_t flags;
        uint64_t addr;
        uint32_t status;
    } bad[] = {
        { 2, 0, 0, 0, MB_STATUS_BAD_DESC },
        { UINT16_MAX, 0, 0, 0, MB_STATUS_BAD_DESC },
        { 0, 0, 0, 0, MB_STATUS_BAD_DESC },         /* to itself */
        { PEER, MB_PAYLOAD_MAX + 1, 0, SCRATCH, MB_STATUS_BAD_DESC },
        { PEER, UINT32_MAX, 0, SCRATCH, MB_STATUS_BAD_DESC },
        { PEER, 0, 2, 0, MB_STATUS_BAD_DESC },
        { PEER, 8, 0, RAM_END, MB_STATUS_DMA_FAULT },
        { PEER, 8, 0, RAM_END - 7, MB_STATUS_DMA_FAULT },
        { PEER, 8, 0, 0, MB_STATUS_DMA_FAULT },
        { PEER, 8, 0, UINT64_MAX - 6, MB_STATUS_DMA_FAULT },
        { PEER, 8, 0, BAR_REGS, MB_STATUS_DMA_FAULT },
        { PEER, 4, 0, UINT64_C(0x10000000), MB_STATUS_DMA_FAULT },
    };
    uint32_t count = sizeof(bad) / sizeof(bad[0]);

    bridge_set_up(bridge, 2);
    for (uint32_t i = 0; i < count; i++) {
        struct mb_tx_desc desc = {
            .msg = { .type = 1, .target = bad[i].target },
            .addr = bad[i].addr, .length = bad[i].length,
            .flags = bad[i].flags,
        };

        bridge_put(bridge, i % 2, &desc);
        bridge_ring(bridge, i % 2);
        ck_assert_uint_eq(bridge_tx_head(bridge, i % 2), i / 2 + 1);
        bridge_expect_status(bridge, bad[i].status);
    }
    ck_assert_uint_eq(link_head(), 0);

    /* the port is free all the time, and the next good one goes */
    bridge_queue_message(bridge, 0, PEER, 8, 1);
    bridge_ring(bridge, 0);
    ck_assert_uint_eq(link_head(), sizeof(struct mb_slot) + MB_SLOT_ALIGN);
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(queue_outside_memory)
{
    bridge_write64(bridge, MB_REG_TX(1) + MB_TX_BASE, RAM_END - sizeof(struct mb_tx_desc));
    bridge_write32(bridge, MB_REG_TX(1) + MB_TX_SIZE, MB_QUEUE_LOG2_MAX);
    bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_ENABLE);
    bridge_expect_status(bridge, 0);

    /* entry 0 is the last thing in memory; all the others are nowhere */
    bridge_write32(bridge, MB_REG_TX(1) + MB_TX_TAIL, 1u << MB_QUEUE_LOG2_MAX);
    bridge_expect_status(bridge, MB_STATUS_DMA_FAULT | MB_STATUS_BAD_DESC);
    ck_assert_uint_eq(bridge_tx_head(bridge, 1), 1u << MB_QUEUE_LOG2_MAX);
}
END_TEST

START_TEST(last_byte_of_memory)
{
    struct mb_tx_desc desc = {
        .msg = { .type = 1, .target = PEER },
        .addr = RAM_END - MB_PAYLOAD_MAX, .length = MB_PAYLOAD_MAX,
    };

    bridge_set_up(bridge, 2);
    bridge_put(bridge, 0, &desc);
    bridge_ring(bridge, 0);
    bridge_expect_status(bridge, 0);
    ck_assert_uint_ne(link_head(), 0);
}
END_TEST

START_TEST(without_bus_master)
{
    bridge_set_up(bridge, 2);
    bridge_config_write(bridge, 2, 0x04, 0x2);
    bridge_queue_message(bridge, 0, PEER, 8, 1);
    bridge_ring(bridge, 0);
    bridge_expect_status(bridge, MB_STATUS_DMA_FAULT);
    ck_assert_uint_eq(link_head(), 0);
}
END_TEST

/* -- time -- */

START_TEST(one_at_a_time)
{
    struct mb_trace_record record;
    const uint64_t first = 100, second = first + WIRE_NS(100);

    bridge_set_up(bridge, 4);
    qtest_step_to(bridge->qtest, first);
    bridge_queue_message(bridge, MB_TX_BULK, PEER, 100, 0xa);
    bridge_queue_message(bridge, MB_TX_BULK, PEER, 0, 0xb);
    bridge_ring(bridge, MB_TX_BULK);
    record = bridge_expect_trace(bridge, MB_TRACE_DOORBELL);
    ck_assert_uint_eq(record.time_ns, first);
    ck_assert_uint_eq(record.arg[0], MB_TX_BULK);
    ck_assert_uint_eq(record.arg[1], 2);
    record = bridge_expect_trace(bridge, MB_TRACE_TX_START);
    ck_assert_uint_eq(record.time_ns, first);
    ck_assert_uint_eq(record.pid, 5);
    ck_assert_uint_eq(record.epoch, 6);
    ck_assert_uint_eq(record.arg[0], 1 | UINT64_C(100) << 32);
    ck_assert_uint_eq(record.arg[1], 0xa);
    ck_assert_uint_eq(record.arg[2], 0);
    ck_assert_uint_eq(record.arg[3], PEER | 7 << 16);

    qtest_step_to(bridge->qtest, second - 1);
    ck_assert_uint_eq(bridge_tx_head(bridge, MB_TX_BULK), 0);
    qtest_step_to(bridge->qtest, second);
    ck_assert_uint_eq(bridge_tx_head(bridge, MB_TX_BULK), 1);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_IRQ_STATUS), MB_IRQ_TX);
    ck_assert_uint_eq(bridge_expect_trace(bridge, MB_TRACE_TX_END).time_ns,
                      second);
    record = bridge_expect_trace(bridge, MB_TRACE_TX_START);
    ck_assert_uint_eq(record.time_ns, second);
    ck_assert_uint_eq(record.arg[2], 1);
    qtest_step_to(bridge->qtest, second + WIRE_NS(0));
    ck_assert_uint_eq(bridge_tx_head(bridge, MB_TX_BULK), 2);
}
END_TEST

START_TEST(urgent_first)
{
    static const uint64_t order[] = { 0xb0, 0xa0, 0xa1, 0xb1 };

    bridge_set_up(bridge, 4);
    bridge_queue_message(bridge, MB_TX_BULK, PEER, 4096, 0xb0);
    bridge_queue_message(bridge, MB_TX_BULK, PEER, 4096, 0xb1);
    bridge_ring(bridge, MB_TX_BULK);
    bridge_queue_message(bridge, MB_TX_URGENT, PEER, 10, 0xa0);
    bridge_queue_message(bridge, MB_TX_URGENT, PEER, 10, 0xa1);
    bridge_ring(bridge, MB_TX_URGENT);
    qtest_step(bridge->qtest, 1000000);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(bridge_expect_trace(bridge,
                                              MB_TRACE_TX_START).arg[1],
                          order[i]);
    }
}
END_TEST

START_TEST(payload_is_read_at_the_start)
{
    const uint8_t *payload = test_segment_ring(segment, 0, PEER) +
                             sizeof(struct mb_slot);
    uint8_t old = payload[0], before, after;

    bridge_set_up(bridge, 4);
    bridge_queue_message(bridge, 0, PEER, 1, 1);
    qtest_memory_read(bridge->qtest, TX_PAGE(0), &before, 1);
    ck_assert_uint_ne(before, old);
    bridge_ring(bridge, 0);
    after = (uint8_t)~before;
    qtest_memory_write(bridge->qtest, TX_PAGE(0), &after, 1);
    qtest_step(bridge->qtest, 1000000);
    ck_assert_uint_eq(payload[0], before);
}
END_TEST

/* Indices run freely; a full lap of refused entries is done at once. */
START_TEST(laps)
{
    const uint32_t size = 1u << MB_QUEUE_LOG2_MAX;
    uint32_t tail = 0;

    bridge_write64(bridge, MB_REG_TX(0) + MB_TX_BASE, RAM_END);
    bridge_write32(bridge, MB_REG_TX(0) + MB_TX_SIZE, MB_QUEUE_LOG2_MAX);
    bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_ENABLE);
    for (uint32_t lap = 0; lap < 8; lap++) {
        tail += size;
        bridge_write32(bridge, MB_REG_TX(0) + MB_TX_TAIL, tail);
        ck_assert_uint_eq(bridge_tx_head(bridge, 0), tail);
    }
    bridge_expect_status(bridge, MB_STATUS_DMA_FAULT);
}
END_TEST

TCase *transmit_tests(void)
{
    TCase *tests = suite_case("transmit");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, sizes);
    tcase_add_test(tests, addresses);
    tcase_add_test(tests, fixed_while_running);
    tcase_add_test(tests, doorbells);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, queue_outside_memory);
    tcase_add_test(tests, last_byte_of_memory);
    tcase_add_test(tests, without_bus_master);
    tcase_add_test(tests, one_at_a_time);
    tcase_add_test(tests, urgent_first);
    tcase_add_test(tests, payload_is_read_at_the_start);
    tcase_add_test(tests, laps);
    return tests;
}
