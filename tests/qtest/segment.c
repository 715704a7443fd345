/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A segment that lies. A peer or host tool gone mad ends the run with an
 * error; it never crashes a bridge or leads it out of its memory.
 */
#include "suites.h"

#include <string.h>
#include <unistd.h>

#include "bridge.h"

#define SELF 0
#define PEER 1

static TestSegment *segment;
static Bridge *bridge;
static struct mb_link *incoming;
static struct mb_slot *slot;

static void setup(void)
{
    segment = test_segment_create(2);
    bridge = bridge_start(segment, SELF);
    bridge_set_up(bridge, 5);
    bridge_post(bridge, 8);
    incoming = test_segment_link(segment, PEER, SELF);

    /* a good message in the ring, but not yet published */
    slot = (struct mb_slot *)test_segment_ring(segment, PEER, SELF);
    *slot = (struct mb_slot) {
        .msg = { .type = 1, .source = PEER, .target = SELF },
        .start_ns = 10,
        .end_ns = 10 + WIRE_NS(100),
        .arrival_ns = 10 + WIRE_NS(100) + LATENCY_NS,
        .length = 100,
    };
}

static void teardown(void)
{
    bridge_stop(bridge);
    test_segment_destroy(segment);
}

static void publish(uint64_t head)
{
    __atomic_store_n(&incoming->head, head, __ATOMIC_RELEASE);
}

static void expect_broken(void)
{
    bridge_expect_status(bridge, MB_STATUS_SEGMENT);
    ck_assert_uint_eq(segment->header->ended, MB_END_ERROR);
    ck_assert_uint_eq(segment->header->end_node, SELF);
    ck_assert_uint_eq(bridge_rx_head(bridge), 0);
    /* it says good-bye to the host tool, and still answers */
    while (__atomic_load_n(&segment->nodes[SELF].state, __ATOMIC_ACQUIRE) !=
           MB_NODE_ENDED) {
        usleep(100);
    }
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
}

START_TEST(good)
{
    publish(256);
    bridge_expect_status(bridge, 0);
    qtest_step_to(bridge->qtest, 1000000);
    ck_assert_uint_eq(bridge_rx_head(bridge), 1);
    ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
}
END_TEST

static const uint64_t bad_heads[] = {
    1, 257, 320, MB_RING_BYTES_MIN + 128, UINT64_MAX, UINT64_MAX - 127,
    /* shorter than the message says it is */
    128,
};

START_TEST(bad_head)
{
    publish(bad_heads[_i]);
    expect_broken();
}
END_TEST

/* What is written over one field of the good message. */
static const struct {
    size_t offset;
    size_t bytes;
    uint64_t value;
} bad_fields[] = {
    { offsetof(struct mb_slot, length), 4, MB_PAYLOAD_MAX + 1 },
    { offsetof(struct mb_slot, length), 4, UINT32_MAX },
    { offsetof(struct mb_slot, length), 4, 99 },
    { offsetof(struct mb_slot, msg.source), 2, SELF },
    { offsetof(struct mb_slot, msg.source), 2, 7 },
    { offsetof(struct mb_slot, msg.target), 2, PEER },
    { offsetof(struct mb_slot, seq), 8, 1 },
    { offsetof(struct mb_slot, seq), 8, UINT64_MAX },
    { offsetof(struct mb_slot, start_ns), 8, 9 },
    { offsetof(struct mb_slot, start_ns), 8, UINT64_MAX },
    { offsetof(struct mb_slot, end_ns), 8, 10 },
    { offsetof(struct mb_slot, end_ns), 8, UINT64_MAX },
    { offsetof(struct mb_slot, arrival_ns), 8, 0 },
    { offsetof(struct mb_slot, arrival_ns), 8, UINT64_MAX },
};
#define BAD_FIELDS ((int)(sizeof(bad_fields) / sizeof(bad_fields[0])))

START_TEST(bad_field)
{
    memcpy((uint8_t *)slot + bad_fields[_i].offset, &bad_fields[_i].value,
           bad_fields[_i].bytes);
    publish(256);
    expect_broken();
}
END_TEST

/* Follows the link model, but for the end of time. */
START_TEST(end_of_time)
{
    slot->start_ns = UINT64_MAX - 2 * LATENCY_NS;
    slot->end_ns = slot->start_ns + WIRE_NS(100);
    slot->arrival_ns = slot->end_ns + LATENCY_NS;
    publish(256);
    expect_broken();
}
END_TEST

static const uint64_t bad_tails[] = { 1024, UINT64_MAX };

/* The consumer of our messages claims to have read what we never sent. */
START_TEST(bad_tail)
{
    struct mb_link *outgoing = test_segment_link(segment, SELF, PEER);

    bridge_queue_message(bridge, 0, PEER, 128, 1);
    bridge_ring(bridge, 0);
    bridge_expect_status(bridge, 0);
    __atomic_store_n(&outgoing->tail, bad_tails[_i], __ATOMIC_RELEASE);
    expect_broken();
}
END_TEST

/* A host tool that claims to have read more than there is gets no more. */
START_TEST(bad_host_tail)
{
    segment->nodes[SELF].trace_tail = UINT64_MAX / 2;
    for (uint32_t i = 0; i < 100; i++) {
        bridge_write32(bridge, MB_REG_TX(0) + MB_TX_TAIL, 0);
    }
    ck_assert_uint_eq(bridge_trace_count(bridge), 0);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
}
END_TEST

TCase *segment_tests(void)
{
    TCase *tests = tcase_create("segment");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, good);
    tcase_add_loop_test(tests, bad_head, 0,
                        sizeof(bad_heads) / sizeof(bad_heads[0]));
    tcase_add_loop_test(tests, bad_field, 0, BAD_FIELDS);
    tcase_add_test(tests, end_of_time);
    tcase_add_loop_test(tests, bad_tail, 0, 2);
    tcase_add_test(tests, bad_host_tail);
    return tests;
}
