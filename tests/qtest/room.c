/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room in the ring of a link: a matter of virtual time alone. The test plays
 * the receiver, or the receiver is a bridge without buffers.
 *
 * A page takes 4224 bytes of the ring of 64 KiB: 15 fit.
 */
#include "suites.h"

#include "bridge.h"

#define FIT         15u
#define PAGE_SLOT   (sizeof(struct mb_slot) + MB_PAYLOAD_MAX)
#define BULK        MB_TX_BULK
#define BACK_NS     600000u
#define FULL_NS     (FIT * WIRE_NS(MB_PAYLOAD_MAX))
#define END_NS(i)   (((i) + 1) * WIRE_NS(MB_PAYLOAD_MAX))

static TestSegment *segment;
static Bridge *sender;

static struct mb_slot *slot_at(uint64_t position)
{
    return (struct mb_slot *)(test_segment_ring(segment, 0, 1) +
                              position % segment->header->ring_bytes);
}

/* The port waits with the sixteenth of twenty pages. */
static void setup(void)
{
    segment = test_segment_create(3);
    test_segment_link(segment, 1, 0)->model.latency_ns = BACK_NS;
    sender = bridge_start(segment, 0);
    bridge_set_up(sender, 5);
    for (uint64_t i = 0; i < 20; i++) {
        bridge_queue_message(sender, BULK, 1, MB_PAYLOAD_MAX, i);
    }
    bridge_ring(sender, BULK);
    qtest_step_to(sender->qtest, FULL_NS);
    ck_assert_uint_eq(bridge_tx_head(sender, BULK), FIT);
    ck_assert_uint_eq(test_segment_link(segment, 0, 1)->starved, 1);
}

static void teardown(void)
{
    bridge_stop(sender);
    test_segment_destroy(segment);
}

/* What a receiver does that is done with message i. */
static void done(uint32_t i, uint64_t time_ns)
{
    __atomic_store_n(&slot_at(i * PAGE_SLOT)->done_ns, time_ns,
                     __ATOMIC_RELEASE);
    test_segment_news(segment, 1, 0);
    bridge_read32(sender, MB_REG_STATUS);
}

/* Message number `seq` starts at `time_ns`, not before. */
static void expect_start(uint64_t seq, uint64_t time_ns)
{
    struct mb_trace_record record;
    uint64_t records = bridge_trace_count(sender);

    qtest_step_to(sender->qtest, time_ns - 1);
    ck_assert_uint_eq(bridge_trace_count(sender), records);
    qtest_step_to(sender->qtest, time_ns);
    do {
        record = bridge_expect_trace(sender, MB_TRACE_TX_START);
    } while (record.arg[2] < seq);
    ck_assert_uint_eq(record.arg[2], seq);
    ck_assert_uint_eq(record.time_ns, time_ns);
}

START_TEST(resumes)
{
    const uint64_t done_ns = FULL_NS + 12345;

    done(0, done_ns);
    expect_start(15, done_ns + BACK_NS + 1);
    ck_assert_uint_eq(test_segment_link(segment, 0, 1)->starved, 0);
    bridge_expect_status(sender, 0);
}
END_TEST

/* It is known late that there has been room for long: the port knew as much
 * as anybody could, so nobody waits any longer. */
START_TEST(known_late)
{
    const uint64_t now = FULL_NS + BACK_NS + 500000;

    qtest_step_to(sender->qtest, now);
    done(0, FULL_NS);
    qtest_step_to(sender->qtest, now + 1);
    ck_assert_uint_eq(slot_at(FIT * PAGE_SLOT)->seq, FIT);
}
END_TEST

/* Done in another order, as with reordered messages: what counts is when all
 * of the oldest are. */
START_TEST(out_of_order)
{
    done(1, FULL_NS + 50);
    qtest_step_to(sender->qtest, FULL_NS + 200000);
    ck_assert_uint_eq(bridge_tx_head(sender, BULK), FIT);
    done(0, FULL_NS + 150000);
    expect_start(15, FULL_NS + 150000 + BACK_NS + 1);
    expect_start(16, FULL_NS + 150000 + BACK_NS + 1 + WIRE_NS(4096));
}
END_TEST

/* The oldest are done first, but the news of the next is for later. */
START_TEST(one_by_one)
{
    done(0, FULL_NS);
    done(1, FULL_NS + 100000);
    expect_start(15, FULL_NS + BACK_NS + 1);
    qtest_step_to(sender->qtest, FULL_NS + BACK_NS + 1 + WIRE_NS(4096));
    ck_assert_uint_eq(bridge_tx_head(sender, BULK), FIT + 1);
    expect_start(16, FULL_NS + 100000 + BACK_NS + 1);
}
END_TEST

/* An urgent message to somebody else overtakes the one that waits; another
 * one to the same node waits, too. */
START_TEST(urgent)
{
    bridge_queue_message(sender, MB_TX_URGENT, 2, 0, 100);
    bridge_ring(sender, MB_TX_URGENT);
    qtest_step_to(sender->qtest, FULL_NS + WIRE_NS(0));
    ck_assert_uint_eq(bridge_tx_head(sender, MB_TX_URGENT), 1);

    bridge_queue_message(sender, MB_TX_URGENT, 1, MB_PAYLOAD_MAX, 101);
    bridge_ring(sender, MB_TX_URGENT);
    done(0, FULL_NS + 1000);
    expect_start(15, FULL_NS + 1000 + BACK_NS + 1);
    ck_assert_uint_eq(slot_at(FIT * PAGE_SLOT)->msg.tag, 101);
}
END_TEST

/* 2176 bytes are left: a message that fits into them goes. */
START_TEST(smaller)
{
    bridge_queue_message(sender, MB_TX_URGENT, 1, 2048, 100);
    bridge_ring(sender, MB_TX_URGENT);
    qtest_step_to(sender->qtest, FULL_NS + WIRE_NS(2048));
    ck_assert_uint_eq(bridge_tx_head(sender, MB_TX_URGENT), 1);
    bridge_queue_message(sender, MB_TX_URGENT, 1, 0, 101);
    bridge_ring(sender, MB_TX_URGENT);
    qtest_step(sender->qtest, WIRE_NS(0));
    ck_assert_uint_eq(bridge_tx_head(sender, MB_TX_URGENT), 1);
}
END_TEST

START_TEST(reset)
{
    bridge_write32(sender, MB_REG_CONTROL, MB_CONTROL_RESET);
    ck_assert_uint_eq(test_segment_link(segment, 0, 1)->starved, 0);
    bridge_set_up(sender, 5);
    bridge_queue_message(sender, BULK, 2, 0, 100);
    bridge_ring(sender, BULK);
    qtest_step(sender->qtest, WIRE_NS(0));
    ck_assert_uint_eq(bridge_tx_head(sender, BULK), 1);
}
END_TEST

/* -- a receiver that crashes -- */

static void crash(uint64_t time_ns)
{
    struct mb_node *node = &segment->nodes[1];

    node->time_ns = time_ns;
    __atomic_store_n(&node->state, MB_NODE_CRASHED, __ATOMIC_RELEASE);
    test_segment_news(segment, 1, 0);
    bridge_read32(sender, MB_REG_STATUS);
}

/* It is done with what it had when it crashes, */
START_TEST(crashed_late)
{
    const uint64_t crash_ns = FULL_NS + 300000;

    crash(crash_ns);
    expect_start(15, crash_ns + BACK_NS + 1);
}
END_TEST

/* and with all that comes later when it is there. */
START_TEST(crashed_early)
{
    crash(100);
    expect_start(15, END_NS(0) + LATENCY_NS + BACK_NS + 1);
    expect_start(16, END_NS(1) + LATENCY_NS + BACK_NS + 1);
}
END_TEST

/* -- a bridge that receives -- */

/* Room is there again when the guest has taken the message, not when it has
 * arrived. */
START_TEST(without_buffers)
{
    Bridge *receiver = bridge_start(segment, 1);
    const uint64_t posted_ns = 1000000;

    bridge_set_up(receiver, 5);
    bridge_read32(receiver, MB_REG_STATUS);
    qtest_step_to(receiver->qtest, posted_ns);
    ck_assert_uint_eq(slot_at(0)->done_ns, 0);
    bridge_post(receiver, 2);
    ck_assert_uint_eq(bridge_rx_head(receiver), 2);
    ck_assert_uint_eq(slot_at(0)->done_ns, posted_ns);
    ck_assert_uint_eq(slot_at(PAGE_SLOT)->done_ns, posted_ns);
    ck_assert_uint_eq(slot_at(2 * PAGE_SLOT)->done_ns, 0);
    ck_assert_uint_eq(segment->nodes[0].news[0], 2);
    bridge_read32(sender, MB_REG_STATUS);
    expect_start(15, posted_ns + BACK_NS + 1);
    expect_start(16, posted_ns + BACK_NS + 1 + WIRE_NS(4096));
    bridge_stop(receiver);
}
END_TEST

TCase *room_tests(void)
{
    TCase *tests = suite_case("room");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, resumes);
    tcase_add_test(tests, known_late);
    tcase_add_test(tests, out_of_order);
    tcase_add_test(tests, one_by_one);
    tcase_add_test(tests, urgent);
    tcase_add_test(tests, smaller);
    tcase_add_test(tests, reset);
    tcase_add_test(tests, crashed_late);
    tcase_add_test(tests, crashed_early);
    tcase_add_test(tests, without_buffers);
    return tests;
}
