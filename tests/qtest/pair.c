/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two bridges on one segment. The test moves both clocks; while they are not
 * synchronised, a bridge looks for messages whenever one of its registers is
 * read.
 */
#include "suites.h"

#include "bridge.h"

static TestSegment *segment;
static Bridge *sender;
static Bridge *receiver;

static void setup(void)
{
    segment = test_segment_create(2);
    sender = bridge_start(segment, 0);
    receiver = bridge_start(segment, 1);
    bridge_set_up(sender, 5);
    bridge_set_up(receiver, 5);
}

static void teardown(void)
{
    bridge_stop(sender);
    bridge_stop(receiver);
    test_segment_destroy(segment);
}

/* Move the receiver to this time, as if it had looked all the time. */
static void receive_until(uint64_t time_ns)
{
    bridge_read32(receiver, MB_REG_STATUS);
    qtest_step_to(receiver->qtest, time_ns);
}

static const struct mb_slot *slot_at(uint64_t position)
{
    return (const struct mb_slot *)(test_segment_ring(segment, 0, 1) +
                                    position % segment->header->ring_bytes);
}

START_TEST(one_message)
{
    const uint64_t start = 1000, end = start + WIRE_NS(4096);
    const uint64_t arrival = end + LATENCY_NS;
    struct mb_trace_record record;

    bridge_post(receiver, 1);
    qtest_step_to(sender->qtest, start);
    bridge_queue_message(sender, 0, 1, 4096, 0xabc);
    bridge_ring(sender, 0);
    qtest_step_to(sender->qtest, end);
    ck_assert_uint_eq(bridge_tx_head(sender, 0), 1);

    receive_until(arrival - 1);
    ck_assert_uint_eq(bridge_rx_head(receiver), 0);
    receive_until(arrival);
    ck_assert_uint_eq(bridge_rx_head(receiver), 1);
    ck_assert_uint_eq(bridge_read32(receiver, MB_REG_IRQ_STATUS), MB_IRQ_RX);
    bridge_expect_message(receiver, 0, 0, 4096, 0xabc, arrival);

    record = bridge_expect_trace(receiver, MB_TRACE_RX);
    ck_assert_uint_eq(record.time_ns, arrival);
    ck_assert_uint_eq(record.arg[0], 1 | UINT64_C(4096) << 32);
    ck_assert_uint_eq(record.arg[1], 0xabc);
    ck_assert_uint_eq(record.arg[2], 0);
    ck_assert_uint_eq(record.arg[3], 0 | 7 << 16);
    ck_assert_uint_eq(slot_at(0)->done_ns, arrival);
}
END_TEST

/* One doorbell, many items: each leaves when the one before it has left. */
START_TEST(blast)
{
    const uint32_t count = 14;
    uint64_t time = 500;

    bridge_post(receiver, count);
    qtest_step_to(sender->qtest, time);
    for (uint32_t i = 0; i < count; i++) {
        bridge_queue_message(sender, 1, 1, i * 311, i);
    }
    bridge_ring(sender, 1);
    qtest_step(sender->qtest, 10000000);
    ck_assert_uint_eq(bridge_tx_head(sender, 1), count);

    receive_until(10000000);
    ck_assert_uint_eq(bridge_rx_head(receiver), count);
    for (uint32_t i = 0; i < count; i++) {
        time += WIRE_NS(i * 311);
        bridge_expect_message(receiver, i, 0, i * 311, i, time + LATENCY_NS);
    }
    bridge_expect_status(sender, 0);
    bridge_expect_status(receiver, 0);
}
END_TEST

START_TEST(both_ways)
{
    bridge_post(sender, 1);
    bridge_post(receiver, 1);
    bridge_queue_message(sender, 0, 1, 5, 1);
    bridge_ring(sender, 0);
    bridge_queue_message(receiver, 0, 0, 6, 2);
    bridge_ring(receiver, 0);
    bridge_read32(sender, MB_REG_STATUS);
    qtest_step(sender->qtest, 1000000);
    receive_until(1000000);
    bridge_expect_message(receiver, 0, 0, 5, 1, WIRE_NS(5) + LATENCY_NS);
    bridge_expect_message(sender, 0, 1, 6, 2, WIRE_NS(6) + LATENCY_NS);
}
END_TEST

START_TEST(no_buffer)
{
    bridge_queue_message(sender, 0, 1, 100, 1);
    bridge_queue_message(sender, 0, 1, 200, 2);
    bridge_ring(sender, 0);
    qtest_step(sender->qtest, 1000000);
    receive_until(777777);
    ck_assert_uint_eq(bridge_rx_head(receiver), 0);
    ck_assert_uint_eq(bridge_read32(receiver, MB_REG_IRQ_STATUS), 0);

    /* delivered in order, at the instant when there is a buffer */
    bridge_post(receiver, 1);
    bridge_expect_message(receiver, 0, 0, 100, 1, 777777);
    qtest_step(receiver->qtest, 1);
    ck_assert_uint_eq(bridge_rx_head(receiver), 1);
    bridge_post(receiver, 1);
    bridge_expect_message(receiver, 1, 0, 200, 2, 777778);
}
END_TEST

/* A buffer that cannot be used is lost, the message is not. */
START_TEST(bad_buffers)
{
    static const struct mb_rx_desc bad[] = {
        { .addr = RX_PAGE(0), .length = MB_PAYLOAD_MAX - 1 },
        { .addr = RAM_END - 50, .length = MB_PAYLOAD_MAX },
        { .addr = UINT64_MAX - 20, .length = MB_PAYLOAD_MAX },
        { .addr = BAR_REGS, .length = MB_PAYLOAD_MAX },
    };
    struct mb_rx_completion completion;

    bridge_post(receiver, 5);
    qtest_memory_write(receiver->qtest, RX_RING, bad, sizeof(bad));
    bridge_queue_message(sender, 0, 1, 100, 1);
    bridge_ring(sender, 0);
    receive_until(1000000);
    ck_assert_uint_eq(bridge_rx_head(receiver), 5);
    for (uint32_t i = 0; i < 4; i++) {
        bridge_completion(receiver, i, &completion);
        ck_assert_uint_eq(completion.msg.type, 0);
        ck_assert_uint_eq(completion.length, 0);
    }
    bridge_expect_message(receiver, 4, 0, 100, 1, WIRE_NS(100) + LATENCY_NS);
    bridge_expect_status(receiver, MB_STATUS_BAD_DESC | MB_STATUS_DMA_FAULT);
}
END_TEST

/* Some hundred pages through a ring of 64 KiB, the payloads cut by its end
 * in many places. */
START_TEST(ring_wraps)
{
    uint64_t wrapped = 0;

    for (uint32_t round = 0; round < 60; round++) {
        uint64_t base = round * 10;

        bridge_post(receiver, 10);
        for (uint64_t i = 0; i < 10; i++) {
            uint32_t length = 4096 - (uint32_t)((base + i) % 7) * 100;

            bridge_queue_message(sender, 0, 1, length, base + i);
        }
        bridge_ring(sender, 0);
        qtest_step(sender->qtest, 400000);
        bridge_read32(sender, MB_REG_STATUS);
        receive_until(qtest_now(sender->qtest));
        ck_assert_uint_eq(bridge_rx_head(receiver), base + 10);
        for (uint64_t i = 0; i < 10; i++) {
            struct mb_rx_completion completion;
            uint32_t length = 4096 - (uint32_t)((base + i) % 7) * 100;

            bridge_completion(receiver, (uint32_t)(base + i), &completion);
            bridge_expect_message(receiver, (uint32_t)(base + i), 0, length,
                                  base + i, completion.arrival_ns);
        }
        wrapped = test_segment_link(segment, 0, 1)->head /
                  segment->header->ring_bytes;
    }
    ck_assert_uint_ge(wrapped, 30);
    bridge_expect_status(sender, 0);
    bridge_expect_status(receiver, 0);
}
END_TEST

/* What is on the wire when the sender is reset arrives; what is not, does
 * not, and the port is free when the wire is. */
START_TEST(sender_reset)
{
    const uint64_t end = WIRE_NS(4096);

    bridge_post(receiver, 3);
    bridge_queue_message(sender, 0, 1, 4096, 1);
    bridge_queue_message(sender, 0, 1, 4096, 2);
    bridge_ring(sender, 0);
    qtest_step_to(sender->qtest, 100);
    bridge_write32(sender, MB_REG_CONTROL, MB_CONTROL_RESET);
    bridge_set_up(sender, 5);
    bridge_queue_message(sender, 0, 1, 8, 3);
    bridge_ring(sender, 0);
    ck_assert_uint_eq(bridge_tx_head(sender, 0), 0);
    qtest_step_to(sender->qtest, end);
    ck_assert_uint_eq(bridge_tx_head(sender, 0), 0);
    ck_assert_uint_eq(bridge_read32(sender, MB_REG_IRQ_STATUS), 0);
    qtest_step_to(sender->qtest, end + WIRE_NS(8));
    ck_assert_uint_eq(bridge_tx_head(sender, 0), 1);

    receive_until(1000000);
    ck_assert_uint_eq(bridge_rx_head(receiver), 2);
    bridge_expect_message(receiver, 0, 0, 4096, 1, end + LATENCY_NS);
    bridge_expect_message(receiver, 1, 0, 8, 3,
                          end + WIRE_NS(8) + LATENCY_NS);
}
END_TEST

/* The segment keeps what is under way to a receiver that is reset. */
START_TEST(receiver_reset)
{
    bridge_post(receiver, 2);
    bridge_queue_message(sender, 0, 1, 64, 1);
    bridge_ring(sender, 0);
    receive_until(1000);
    bridge_write32(receiver, MB_REG_CONTROL, MB_CONTROL_RESET);
    receive_until(1000000);
    ck_assert_uint_eq(bridge_rx_head(receiver), 0);
    ck_assert_uint_eq(bridge_read32(receiver, MB_REG_IRQ_STATUS), 0);
    bridge_set_up(receiver, 5);
    bridge_post(receiver, 1);
    bridge_expect_message(receiver, 0, 0, 64, 1, 1000000);
}
END_TEST

TCase *pair_tests(void)
{
    TCase *tests = suite_case("pair");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, one_message);
    tcase_add_test(tests, blast);
    tcase_add_test(tests, both_ways);
    tcase_add_test(tests, no_buffer);
    tcase_add_test(tests, bad_buffers);
    tcase_add_test(tests, ring_wraps);
    tcase_add_test(tests, sender_reset);
    tcase_add_test(tests, receiver_reset);
    return tests;
}
