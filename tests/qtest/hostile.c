/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A peer that breaks the rules in one point: the run ends with an error, the
 * emulator lives on and stays within the ring. Each case starts from what a
 * good sender would have written, which is accepted.
 */
#include "suites.h"

#include <inttypes.h>
#include <string.h>

#include "bridge.h"

#define SOURCE      0
#define TARGET      1
#define LENGTH      100u
#define STEP        (2 * MB_SLOT_ALIGN)     /* that such a message takes */

static TestSegment *segment;
static Bridge *bridge;

static void setup(void)
{
    segment = test_segment_create(3);
}

static void teardown(void)
{
    bridge_stop(bridge);
    bridge = NULL;
    test_segment_destroy(segment);
}

static struct mb_link *incoming(void)
{
    return test_segment_link(segment, SOURCE, TARGET);
}

static struct mb_slot *slot_at(uint64_t position)
{
    return (struct mb_slot *)(test_segment_ring(segment, SOURCE, TARGET) +
                              position % segment->header->ring_bytes);
}

/* Message `i` of a good sender that sends one behind the other. */
static struct mb_slot good(uint64_t i)
{
    return (struct mb_slot) {
        .msg = { .type = 1, .source = SOURCE, .target = TARGET },
        .start_ns = 1000 + i * WIRE_NS(LENGTH),
        .end_ns = 1000 + (i + 1) * WIRE_NS(LENGTH),
        .seq = i, .length = LENGTH,
    };
}

static void publish(uint64_t head)
{
    __atomic_store_n(&incoming()->head, head, __ATOMIC_RELEASE);
    test_segment_news(segment, SOURCE, TARGET);
    bridge_read32(bridge, MB_REG_MAGIC);
}

static void start(void)
{
    bridge = bridge_start(segment, TARGET);
    bridge_set_up(bridge, 4);
    bridge_post(bridge, 16);
}

static void expect_accepted(void)
{
    ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
    bridge_expect_status(bridge, 0);
}

static void expect_broken(void)
{
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_STATUS),
                      MB_STATUS_SEGMENT);
    ck_assert_uint_eq(segment->header->ended, MB_END_ERROR);
    ck_assert_uint_eq(segment->header->end_node, TARGET);
    /* it says good-bye to the host tool; alive, and silent */
    test_segment_await_state(segment, TARGET, MB_NODE_ENDED);
    qtest_step(bridge->qtest, 1000000);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
}

/* -- one field of the second of two messages -- */

static const struct {
    const char *what;
    uint32_t offset;            /* in struct mb_slot */
    uint32_t bytes;
    uint64_t value;
} lies[] = {
#define LIE(field, value_) \
    { #field " = " #value_, offsetof(struct mb_slot, field), \
      sizeof(((struct mb_slot *)0)->field), value_ }
    LIE(length, LENGTH + 1),            /* times of another length */
    LIE(length, LENGTH + 2 * STEP),     /* beyond the head */
    LIE(length, MB_PAYLOAD_MAX + 1),
    LIE(length, UINT32_MAX),
    LIE(msg.source, 2),
    LIE(msg.source, UINT16_MAX),
    LIE(msg.target, 0),
    LIE(seq, 0),
    LIE(seq, 2),                        /* nothing is ever lost here */
    LIE(seq, UINT64_MAX),
    LIE(start_ns, 0),                   /* before the one before it */
    LIE(start_ns, 1000 + WIRE_NS(LENGTH) - 1),
    LIE(start_ns, 1000 + WIRE_NS(LENGTH) + 1),
    LIE(start_ns, UINT64_MAX),
    LIE(end_ns, 0),
    LIE(end_ns, 1000 + 2 * WIRE_NS(LENGTH) - 1),
    LIE(end_ns, UINT64_MAX),
#undef LIE
};

START_TEST(lie)
{
    struct mb_slot slot = good(1);

    start();
    *slot_at(0) = good(0);
    publish(STEP);
    expect_accepted();
    memcpy((uint8_t *)&slot + lies[_i].offset, &lies[_i].value,
           lies[_i].bytes);
    *slot_at(STEP) = slot;
    publish(2 * STEP);
    ck_assert_msg(segment->header->ended == MB_END_ERROR, "accepted: %s",
                  lies[_i].what);
    expect_broken();
}
END_TEST

START_TEST(truth)
{
    start();
    for (uint64_t i = 0; i < 4; i++) {
        *slot_at(i * STEP) = good(i);
        publish((i + 1) * STEP);
        expect_accepted();
    }
    qtest_step(bridge->qtest, 1000000);
    ck_assert_uint_eq(bridge_rx_head(bridge), 4);
}
END_TEST

/* Times that fit each other, but are not times of a run. */
START_TEST(far_future)
{
    struct mb_slot slot = good(0);
    uint64_t late = UINT64_C(1) << 62;

    start();
    slot.start_ns += late;
    slot.end_ns += late;
    *slot_at(0) = slot;
    publish(STEP);
    expect_broken();
}
END_TEST

/* A port that sends two messages at a time. */
START_TEST(overlap)
{
    struct mb_slot slot = good(1);

    start();
    *slot_at(0) = good(0);
    slot.start_ns--;
    slot.end_ns--;
    *slot_at(STEP) = slot;
    publish(2 * STEP);
    expect_broken();
}
END_TEST

/* -- positions -- */

START_TEST(positions)
{
    static const uint64_t heads[] = {
        STEP - 1, STEP + 8, MB_SLOT_ALIGN,      /* cuts a message */
        MB_RING_BYTES_MIN + MB_SLOT_ALIGN, UINT64_MAX,
        UINT64_MAX - MB_SLOT_ALIGN + 1, UINT64_C(1) << 32,
    };

    start();
    *slot_at(0) = good(0);
    publish(heads[_i]);
    expect_broken();
}
END_TEST

START_TEST(backwards)
{
    start();
    *slot_at(0) = good(0);
    publish(STEP);
    expect_accepted();
    publish(0);
    expect_broken();
}
END_TEST

/* More than the ring holds, without waiting for room. */
START_TEST(overrun)
{
    const uint64_t fit = MB_RING_BYTES_MIN / STEP;

    start();
    for (uint64_t i = 0; i < fit; i++) {
        *slot_at(i * STEP) = good(i);
        publish((i + 1) * STEP);
    }
    expect_accepted();
    *slot_at(fit * STEP) = good(fit);
    publish((fit + 1) * STEP);
    expect_broken();
}
END_TEST

/* -- faults -- */

/* A message that the link loses must not be there. */
START_TEST(lost_message)
{
    test_segment_add_fault(segment, SOURCE, TARGET, (struct mb_link_fault) {
        .kind = MB_LINK_FAULT_LOSS, .seq = 1,
    });
    start();
    *slot_at(0) = good(0);
    publish(STEP);
    expect_accepted();
    *slot_at(STEP) = good(1);
    publish(2 * STEP);
    expect_broken();
}
END_TEST

/* A gap is what loss leaves. */
START_TEST(gap)
{
    test_segment_add_fault(segment, SOURCE, TARGET, (struct mb_link_fault) {
        .kind = MB_LINK_FAULT_LOSS, .seq = 0,
    });
    start();
    *slot_at(0) = good(1);
    publish(STEP);
    expect_accepted();
}
END_TEST

/* -- a receiver that says nonsense about room -- */

static void fill_ring(void)
{
    bridge = bridge_start(segment, TARGET);
    bridge_set_up(bridge, 5);
    for (uint64_t i = 0; i < 20; i++) {
        bridge_queue_message(bridge, 0, SOURCE, MB_PAYLOAD_MAX, i);
    }
    bridge_ring(bridge, 0);
    qtest_step(bridge->qtest, 20 * WIRE_NS(MB_PAYLOAD_MAX));
    ck_assert_uint_eq(bridge_tx_head(bridge, 0), 15);
}

static struct mb_slot *oldest(void)
{
    return (struct mb_slot *)test_segment_ring(segment, TARGET, SOURCE);
}

START_TEST(room_never)
{
    fill_ring();
    oldest()->done_ns = UINT64_MAX;
    test_segment_news(segment, SOURCE, TARGET);
    expect_broken();
}
END_TEST

START_TEST(room_before_arrival)
{
    fill_ring();
    oldest()->done_ns = WIRE_NS(MB_PAYLOAD_MAX) + LATENCY_NS - 1;
    test_segment_news(segment, SOURCE, TARGET);
    expect_broken();
}
END_TEST

START_TEST(room_of_another_length)
{
    static const uint32_t lengths[] = { MB_PAYLOAD_MAX + 1, UINT32_MAX };

    fill_ring();
    oldest()->length = lengths[_i];
    oldest()->done_ns = 1000000;
    test_segment_news(segment, SOURCE, TARGET);
    expect_broken();
}
END_TEST

TCase *hostile_tests(void)
{
    TCase *tests = suite_case("hostile");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, truth);
    tcase_add_loop_test(tests, lie, 0, sizeof(lies) / sizeof(lies[0]));
    tcase_add_test(tests, far_future);
    tcase_add_test(tests, overlap);
    tcase_add_loop_test(tests, positions, 0, 7);
    tcase_add_test(tests, backwards);
    tcase_add_test(tests, overrun);
    tcase_add_test(tests, lost_message);
    tcase_add_test(tests, gap);
    tcase_add_test(tests, room_never);
    tcase_add_test(tests, room_before_arrival);
    tcase_add_loop_test(tests, room_of_another_length, 0, 2);
    return tests;
}
