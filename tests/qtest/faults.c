/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of a link: each kind at an exact message and by rate, intervals in
 * which the link is down, senders that crash.
 */
#include "suites.h"

#include "bridge.h"

#define BULK        MB_TX_BULK
#define FIRST_NS    1000u
/* When message i of a row of messages without payload leaves, and is there. */
#define END_NS(i)   (FIRST_NS + ((i) + 1) * WIRE_NS(0))
#define IN_NS(i)    (END_NS(i) + LATENCY_NS)

static TestSegment *segment;
static Bridge *sender;
static Bridge *receiver;

static void setup(void)
{
    segment = test_segment_create(2);
}

static void teardown(void)
{
    bridge_stop(sender);
    bridge_stop(receiver);
    test_segment_destroy(segment);
    sender = receiver = NULL;
}

static struct mb_link_model *model(void)
{
    return &test_segment_link(segment, 0, 1)->model;
}

static void start(uint32_t queue_log2)
{
    sender = bridge_start(segment, 0);
    receiver = bridge_start(segment, 1);
    bridge_set_up(sender, queue_log2);
    bridge_set_up(receiver, queue_log2);
}

/* `count` messages without payload, tags from 0, the first at FIRST_NS; all
 * have left and the receiver, which has buffers, knows of all. */
static void send_row(uint32_t count)
{
    qtest_step_to(sender->qtest, FIRST_NS);
    for (uint32_t i = 0; i < count; i++) {
        bridge_queue_message(sender, BULK, 1, 0, i);
    }
    bridge_ring(sender, BULK);
    qtest_step_to(sender->qtest, END_NS(count));
    ck_assert_uint_eq(bridge_tx_head(sender, BULK), count);
    bridge_read32(receiver, MB_REG_STATUS);
}

static void receive_all(uint32_t expected)
{
    qtest_step_to(receiver->qtest, 20000000);
    ck_assert_uint_eq(bridge_rx_head(receiver), expected);
    ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
    bridge_expect_status(receiver, 0);
}

static void expect_record(Bridge *bridge, uint16_t type, uint64_t time_ns,
                          uint64_t seq, uint16_t extra)
{
    struct mb_trace_record record = bridge_expect_trace(bridge, type);

    ck_assert_uint_eq(record.time_ns, time_ns);
    ck_assert_uint_eq(record.arg[1], seq);      /* tags are numbered alike */
    ck_assert_uint_eq(record.arg[2], seq);
    ck_assert_uint_eq(record.arg[3], (1 - bridge->node) | 7 << 16 |
                                     (uint64_t)extra << 48);
}

static void expect_no_more(Bridge *bridge, uint16_t type)
{
    struct mb_trace_record record;

    ck_assert(!bridge_find_trace(bridge, type, &record));
}

static const struct mb_slot *slot_at(uint32_t index)
{
    return (const struct mb_slot *)test_segment_ring(segment, 0, 1) + index;
}

static void add(enum mb_link_fault_kind kind, uint64_t seq, uint64_t late_ns)
{
    test_segment_add_fault(segment, 0, 1, (struct mb_link_fault) {
        .kind = kind, .seq = seq, .late_ns = late_ns,
    });
}

/* -- exact messages -- */

START_TEST(loss)
{
    add(MB_LINK_FAULT_LOSS, 1, 0);
    start(4);
    bridge_post(receiver, 3);
    send_row(3);
    expect_record(sender, MB_TRACE_TX_END, END_NS(0), 0, 0);
    expect_record(sender, MB_TRACE_TX_END, END_NS(1), 1, 0);
    expect_record(sender, MB_TRACE_LOST, END_NS(1), 1, MB_LOST_BY_RATE);
    expect_no_more(sender, MB_TRACE_LOST);
    /* it has never been in the ring */
    ck_assert_uint_eq(test_segment_link(segment, 0, 1)->head,
                      2 * sizeof(struct mb_slot));
    receive_all(2);
    bridge_expect_message(receiver, 0, 0, 0, 0, IN_NS(0));
    bridge_expect_message(receiver, 1, 0, 0, 2, IN_NS(2));
}
END_TEST

/* Dropped at its time, whether there are buffers or not. */
START_TEST(corruption)
{
    add(MB_LINK_FAULT_CORRUPTION, 1, 0);
    start(4);
    send_row(3);
    qtest_step_to(receiver->qtest, 1000000);
    expect_record(receiver, MB_TRACE_DROPPED, IN_NS(1), 1, MB_LOST_CORRUPT);
    ck_assert_uint_eq(slot_at(0)->done_ns, 0);
    ck_assert_uint_eq(slot_at(1)->done_ns, IN_NS(1));
    ck_assert_uint_eq(bridge_read32(receiver, MB_REG_IRQ_STATUS), 0);
    bridge_post(receiver, 3);
    receive_all(2);
    bridge_expect_message(receiver, 0, 0, 0, 0, 1000000);
    bridge_expect_message(receiver, 1, 0, 0, 2, 1000000);
}
END_TEST

/* The second copy overtakes nobody, and the room is free behind it. */
START_TEST(duplication)
{
    add(MB_LINK_FAULT_DUPLICATION, 0, 700);
    start(4);
    bridge_post(receiver, 4);
    send_row(2);
    qtest_step_to(receiver->qtest, IN_NS(0) + 699);
    ck_assert_uint_eq(slot_at(0)->done_ns, 0);
    receive_all(3);
    ck_assert_uint_eq(slot_at(0)->done_ns, IN_NS(0) + 700);
    expect_record(receiver, MB_TRACE_RX, IN_NS(0), 0, 0);
    expect_record(receiver, MB_TRACE_RX, IN_NS(1), 1, 0);
    expect_record(receiver, MB_TRACE_RX, IN_NS(0) + 700, 0, 1);
    bridge_expect_message(receiver, 0, 0, 0, 0, IN_NS(0));
    bridge_expect_message(receiver, 1, 0, 0, 1, IN_NS(1));
    bridge_expect_message(receiver, 2, 0, 0, 0, IN_NS(0) + 700);
}
END_TEST

/* Both copies want the switched port, and are corrupt together. */
START_TEST(copies_in_the_port)
{
    add(MB_LINK_FAULT_DUPLICATION, 0, 0);
    add(MB_LINK_FAULT_DUPLICATION, 1, 0);
    add(MB_LINK_FAULT_CORRUPTION, 1, 0);
    model()->flags |= MB_LINK_SWITCHED;
    start(4);
    bridge_post(receiver, 4);
    send_row(3);
    receive_all(3);
    expect_record(receiver, MB_TRACE_RX, IN_NS(0), 0, 0);
    expect_record(receiver, MB_TRACE_RX, IN_NS(1), 0, 1);
    expect_record(receiver, MB_TRACE_DROPPED, IN_NS(2), 1, MB_LOST_CORRUPT);
    expect_record(receiver, MB_TRACE_DROPPED, IN_NS(3), 1, MB_LOST_CORRUPT);
    expect_record(receiver, MB_TRACE_RX, IN_NS(4), 2, 0);
    ck_assert_uint_eq(slot_at(1)->done_ns, IN_NS(3));
}
END_TEST

/* Room of later messages may be free first; delays of a message add up. */
START_TEST(reordering)
{
    add(MB_LINK_FAULT_REORDERING, 0, 1000);
    add(MB_LINK_FAULT_DELAY, 0, 24);
    start(4);
    bridge_post(receiver, 4);
    send_row(4);
    receive_all(4);
    /* the first comes just as the third does, and before it by number */
    bridge_expect_message(receiver, 0, 0, 0, 1, IN_NS(1));
    bridge_expect_message(receiver, 1, 0, 0, 0, IN_NS(0) + 1024);
    bridge_expect_message(receiver, 2, 0, 0, 2, IN_NS(2));
    bridge_expect_message(receiver, 3, 0, 0, 3, IN_NS(3));
}
END_TEST

/* Whatever has a part of a ns on the wire while the link is down is lost. */
START_TEST(down)
{
    const uint64_t edge = FIRST_NS + 512;

    test_segment_add_fault(segment, 0, 1, (struct mb_link_fault) {
        .kind = MB_LINK_FAULT_DOWN, .from_ns = edge, .until_ns = edge + 512,
    });
    test_segment_add_fault(segment, 0, 1, (struct mb_link_fault) {
        .kind = MB_LINK_FAULT_DOWN, .from_ns = END_NS(4) - 1,
        .until_ns = END_NS(4) + 1,
    });
    start(4);
    bridge_post(receiver, 8);
    send_row(8);
    expect_record(sender, MB_TRACE_LOST, END_NS(1), 1, MB_LOST_DOWN);
    expect_record(sender, MB_TRACE_LOST, END_NS(4), 4, MB_LOST_DOWN);
    expect_record(sender, MB_TRACE_LOST, END_NS(5), 5, MB_LOST_DOWN);
    expect_no_more(sender, MB_TRACE_LOST);
    receive_all(5);
}
END_TEST

/* -- by rate -- */

#define ROW         400u
/* A quarter of all, and what was drawn for the first 64 messages, worked out
 * apart from the code under test. */
#define QUARTER     (1u << 30)
#define SEED        12345u

static const uint64_t drawn[MB_LINK_FAULT_KINDS] = {
    [MB_LINK_FAULT_LOSS] = UINT64_C(0x0202500e232e0400),
    [MB_LINK_FAULT_CORRUPTION] = UINT64_C(0x71440a88b8a0b0e0),
    [MB_LINK_FAULT_DUPLICATION] = UINT64_C(0x10110030c2000200),
    [MB_LINK_FAULT_REORDERING] = UINT64_C(0x4081484c0821000c),
    [MB_LINK_FAULT_DELAY] = UINT64_C(0x0001030496811310),
};

typedef struct {
    uint64_t first;             /* bit: which of the first 64 were hit */
    uint32_t count;
} Hits;

static void count_hit(Hits *hits, const struct mb_trace_record *record)
{
    hits->count++;
    if (record->arg[2] < 64) {
        hits->first |= UINT64_C(1) << record->arg[2];
    }
}

/* Records of a kind that tell of a fault at once. */
static Hits hits_of(Bridge *bridge, uint16_t type, uint16_t extra)
{
    struct mb_trace_record record;
    Hits hits = { 0 };

    while (bridge_find_trace(bridge, type, &record)) {
        if (record.arg[3] >> 48 == extra) {
            count_hit(&hits, &record);
        }
    }
    return hits;
}

/* Messages that came in later than they should. */
static Hits late_hits(uint64_t late_ns)
{
    struct mb_trace_record record;
    Hits hits = { 0 };

    while (bridge_find_trace(receiver, MB_TRACE_RX, &record)) {
        if (record.time_ns != IN_NS(record.arg[2])) {
            ck_assert_uint_eq(record.time_ns, IN_NS(record.arg[2]) + late_ns);
            count_hit(&hits, &record);
        }
    }
    return hits;
}

static void set_rate(uint32_t kind, uint32_t probability)
{
    uint32_t *const rates[] = {
        NULL, &model()->loss, &model()->corruption, &model()->duplication,
        &model()->reordering, &model()->delay,
    };

    *rates[kind] = probability;
    model()->flags |= MB_LINK_FAULTY;
    model()->seed = SEED;
    model()->late_ns = 3000;
}

static Hits play(uint32_t kind)
{
    start(10);
    bridge_post(receiver, 2 * ROW);
    send_row(ROW);
    qtest_step_to(receiver->qtest, 20000000);
    ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
    switch (kind) {
    case MB_LINK_FAULT_LOSS:
        return hits_of(sender, MB_TRACE_LOST, MB_LOST_BY_RATE);
    case MB_LINK_FAULT_CORRUPTION:
        return hits_of(receiver, MB_TRACE_DROPPED, MB_LOST_CORRUPT);
    case MB_LINK_FAULT_DUPLICATION:
        return hits_of(receiver, MB_TRACE_RX, 1);
    default:
        return late_hits(3000);
    }
}

START_TEST(rate)
{
    Hits hits;

    set_rate((uint32_t)_i, QUARTER);
    hits = play((uint32_t)_i);
    ck_assert_uint_eq(hits.first, drawn[_i]);
    /* three standard deviations around the mean */
    ck_assert_uint_ge(hits.count, 74);
    ck_assert_uint_le(hits.count, 126);
}
END_TEST

START_TEST(always)
{
    set_rate((uint32_t)_i, UINT32_MAX);
    ck_assert_uint_eq(play((uint32_t)_i).count, ROW);
}
END_TEST

/* Another seed, another link: other faults. */
START_TEST(other_seed)
{
    set_rate(MB_LINK_FAULT_LOSS, QUARTER);
    model()->seed = SEED + 100;
    ck_assert_uint_ne(play(MB_LINK_FAULT_LOSS).first,
                      drawn[MB_LINK_FAULT_LOSS]);
}
END_TEST

/* -- senders that crash -- */

/* What had not left altogether is dropped by the receiver's port; what had
 * left, if only just, arrives. */
START_TEST(sender_crashes)
{
    struct mb_node *node = &segment->nodes[0];

    start(4);
    send_row(3);
    node->time_ns = END_NS(1);
    __atomic_store_n(&node->state, MB_NODE_CRASHED, __ATOMIC_RELEASE);
    qtest_step_to(receiver->qtest, 1000000);
    expect_record(receiver, MB_TRACE_DROPPED, IN_NS(2), 2, MB_LOST_CRASHED);
    bridge_post(receiver, 3);
    receive_all(2);
}
END_TEST

TCase *fault_tests(void)
{
    TCase *tests = suite_case("faults");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, loss);
    tcase_add_test(tests, corruption);
    tcase_add_test(tests, duplication);
    tcase_add_test(tests, copies_in_the_port);
    tcase_add_test(tests, reordering);
    tcase_add_test(tests, down);
    tcase_add_loop_test(tests, rate, 1, MB_LINK_FAULT_DOWN);
    tcase_add_loop_test(tests, always, 1, MB_LINK_FAULT_DOWN);
    tcase_add_test(tests, other_seed);
    tcase_add_test(tests, sender_crashes);
    return tests;
}
