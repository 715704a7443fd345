/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link model without faults: how long a message occupies the port of its
 * sender, and how several share that of their receiver. All numbers are worked
 * out by hand from docs/specs/link.md.
 */
#include "suites.h"

#include "bridge.h"

#define NODES_MAX   4
#define BULK        MB_TX_BULK

static TestSegment *segment;
static Bridge *bridges[NODES_MAX];
static uint32_t node_count;
static Bridge *receiver;        /* the last of them */

static void create(uint32_t count, uint32_t flags)
{
    node_count = count;
    segment = test_segment_create(count);
    for (uint32_t i = 0; i < count * count; i++) {
        segment->links[i].model.flags = flags;
    }
}

static void start(void)
{
    for (uint32_t i = 0; i < node_count; i++) {
        bridges[i] = bridge_start(segment, i);
        bridge_set_up(bridges[i], 6);
    }
    receiver = bridges[node_count - 1];
    bridge_post(receiver, 64);
}

static void teardown(void)
{
    for (uint32_t i = 0; i < node_count; i++) {
        bridge_stop(bridges[i]);
        bridges[i] = NULL;
    }
    test_segment_destroy(segment);
}

/* From `source` to the last node. */
static void send_at(uint32_t source, uint64_t time_ns, uint32_t length,
                    uint64_t tag)
{
    Bridge *bridge = bridges[source];

    qtest_step_to(bridge->qtest, time_ns);
    bridge_queue_message(bridge, BULK, (uint16_t)(node_count - 1), length,
                         tag);
    bridge_ring(bridge, BULK);
}

/* Everything has been sent: what comes next, and when? */
static void expect_next(uint64_t time_ns, uint16_t source, uint32_t length,
                        uint64_t tag)
{
    uint32_t head;

    bridge_read32(receiver, MB_REG_STATUS);
    head = bridge_rx_head(receiver);
    qtest_step_to(receiver->qtest, time_ns - 1);
    ck_assert_uint_eq(bridge_rx_head(receiver), head);
    qtest_step_to(receiver->qtest, time_ns);
    ck_assert_uint_eq(bridge_rx_head(receiver), head + 1);
    bridge_expect_message(receiver, head, source, length, tag, time_ns);
}

/* -- the sender's port -- */

static const struct {
    uint64_t overhead_ns;
    uint64_t bits_per_s;
    uint32_t mtu_bytes;
    uint32_t framing_bytes;
    uint32_t length;
    uint64_t wire_ns;
} wires[] = {
    { 0, 1000000000, 0, 0, 0, 512 },
    { 0, 1000000000, 0, 0, 4096, 33280 },
    { 0, 1000000000, 0, 38, 4096, (4160 + 38) * 8 },
    { 700, 1000000000, 0, 0, 1, 700 + 520 },
    /* a header of 64 bytes is in the frames, too */
    { 0, 1000000000, 1500, 38, 1436, (1500 + 1 * 38) * 8 },
    { 0, 1000000000, 1500, 38, 1437, (1501 + 2 * 38) * 8 },
    { 0, 1000000000, 1500, 38, 4096, (4160 + 3 * 38) * 8 },
    { 0, 1000000000, 4160, 30, 4096, (4160 + 1 * 30) * 8 },
    { 0, 1000000000, 4159, 30, 4096, (4160 + 2 * 30) * 8 },
    { 5, 1000000000, 64, 10, 0, 5 + (64 + 10) * 8 },
    { 5, 1000000000, 64, 10, 1, 5 + (65 + 20) * 8 },
    /* parts of a ns count as one */
    { 0, 100000000000, 0, 0, 0, 6 },
    { 3, 100000000000, 0, 0, 4096, 3 + 333 },
    { 0, 3, 0, 0, 0, UINT64_C(170666666667) },
    { 0, MB_LINK_BITS_MAX, 0, 0, 0, 1 },
};

START_TEST(wire)
{
    struct mb_link_model *model;
    uint64_t end = 1000 + wires[_i].wire_ns;

    create(2, 0);
    model = &test_segment_link(segment, 0, 1)->model;
    model->overhead_ns = wires[_i].overhead_ns;
    model->bits_per_s = wires[_i].bits_per_s;
    model->mtu_bytes = wires[_i].mtu_bytes;
    model->framing_bytes = wires[_i].framing_bytes;
    start();
    send_at(0, 1000, wires[_i].length, 1);
    send_at(0, 1000, 0, 2);
    if (wires[_i].wire_ns > 1) {
        qtest_step_to(bridges[0]->qtest, end - 1);
        ck_assert_uint_eq(bridge_tx_head(bridges[0], BULK), 0);
    }
    qtest_step_to(bridges[0]->qtest, end);
    ck_assert_uint_eq(bridge_tx_head(bridges[0], BULK), 1);
    ck_assert_uint_eq(bridge_expect_trace(bridges[0],
                                          MB_TRACE_TX_END).time_ns, end);
    ck_assert_uint_eq(bridge_expect_trace(bridges[0],
                                          MB_TRACE_TX_START).time_ns, end);
    expect_next(end + LATENCY_NS, 0, wires[_i].length, 1);
}
END_TEST

/* One port for all links: a message to one node holds up one to another. */
START_TEST(one_port)
{
    create(3, 0);
    test_segment_link(segment, 0, 1)->model.bits_per_s = BITS_PER_S / 10;
    start();
    bridge_queue_message(bridges[0], BULK, 1, 0, 1);
    bridge_queue_message(bridges[0], BULK, 2, 0, 2);
    bridge_ring(bridges[0], BULK);
    qtest_step(bridges[0]->qtest, 10000);
    expect_next(5120 + 512 + LATENCY_NS, 0, 0, 2);
}
END_TEST

/* -- the receiver's port -- */

START_TEST(not_switched)
{
    create(3, 0);
    start();
    send_at(0, 1000, 4096, 1);
    send_at(1, 1001, 0, 2);
    expect_next(51001 + 512, 1, 0, 2);
    expect_next(51000 + 33280, 0, 4096, 1);
}
END_TEST

START_TEST(same_head)
{
    create(3, MB_LINK_SWITCHED);
    start();
    /* the higher source is known first, which makes no difference */
    send_at(1, 1000, 4096, 2);
    bridge_read32(receiver, MB_REG_STATUS);
    send_at(0, 1000, 4096, 1);
    expect_next(51000 + 33280, 0, 4096, 1);
    expect_next(51000 + 2 * 33280, 1, 4096, 2);
}
END_TEST

START_TEST(one_ns_earlier)
{
    create(3, MB_LINK_SWITCHED);
    start();
    send_at(0, 1001, 0, 1);
    send_at(1, 1000, 4096, 2);
    expect_next(51000 + 33280, 1, 4096, 2);
    expect_next(51000 + 33280 + 512, 0, 0, 1);
}
END_TEST

/* A head that comes when the port becomes free does not wait. */
START_TEST(port_free)
{
    create(3, MB_LINK_SWITCHED);
    start();
    send_at(0, 1000, 0, 1);
    send_at(1, 1000 + 512, 0, 2);
    send_at(0, 1000 + 2 * 512 - 1, 0, 3);
    send_at(1, 1000 + 4 * 512, 0, 4);
    expect_next(51000 + 512, 0, 0, 1);
    expect_next(51000 + 2 * 512, 1, 0, 2);
    expect_next(51000 + 3 * 512, 0, 0, 3);
    expect_next(51000 + 5 * 512, 1, 0, 4);
}
END_TEST

/* Each message takes the port for as long as its own link needs, without the
 * overhead, which is the sender's; the head is overhead and latency away. */
START_TEST(different_links)
{
    struct mb_link_model *model;

    create(3, MB_LINK_SWITCHED);
    model = &test_segment_link(segment, 1, 2)->model;
    model->bits_per_s = 10 * BITS_PER_S;
    model->overhead_ns = 400;
    model->latency_ns = 49600;
    start();
    send_at(0, 1000, 4096, 1);
    send_at(1, 1000, 4096, 2);
    send_at(1, 1000 + 400 + 3328, 4096, 3);
    expect_next(51000 + 33280, 0, 4096, 1);
    expect_next(51000 + 33280 + 3328, 1, 4096, 2);
    expect_next(51000 + 33280 + 2 * 3328, 1, 4096, 3);
}
END_TEST

/* Delivered at the same instant: by source, then by number. */
START_TEST(same_delivery)
{
    create(4, 0);
    start();
    send_at(2, 1000, 0, 3);
    send_at(0, 1000, 0, 1);
    send_at(1, 1000, 0, 2);
    bridge_read32(receiver, MB_REG_STATUS);
    qtest_step_to(receiver->qtest, 60000);
    ck_assert_uint_eq(bridge_rx_head(receiver), 3);
    for (uint16_t i = 0; i < 3; i++) {
        bridge_expect_message(receiver, i, i, 0, i + 1u, 51000 + 512);
    }
}
END_TEST

/* -- many -- */

#define EACH    14
#define SENDERS 3

typedef struct {
    uint64_t head_ns;
    uint64_t bits_ns;
    uint16_t source;
    uint32_t length;
    uint64_t tag;
    bool taken;
} Message;

static uint64_t random_state;

static uint64_t below(uint64_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1;
    return (random_state >> 33) % limit;
}

static void send_random(Message *messages, uint16_t source)
{
    uint64_t start_ns = 0;

    for (uint32_t i = 0; i < EACH; i++) {
        uint32_t length = (uint32_t)below(4097) / (below(2) ? 1 : 20);

        start_ns += below(3) ? 0 : below(30000);
        messages[i] = (Message) {
            .head_ns = start_ns + LATENCY_NS, .bits_ns = WIRE_NS(length),
            .source = source, .length = length, .tag = source * 100u + i,
        };
        send_at(source, start_ns, length, messages[i].tag);
        start_ns += WIRE_NS(length);
    }
    qtest_step_to(bridges[source]->qtest, start_ns);
}

/* The one whose head is first; ties go to the one that stands first. */
static Message *take_first(Message *messages)
{
    Message *first = NULL;

    for (uint32_t i = 0; i < SENDERS * EACH; i++) {
        if (!messages[i].taken &&
            (first == NULL || messages[i].head_ns < first->head_ns)) {
            first = &messages[i];
        }
    }
    ck_assert_ptr_nonnull(first);
    first->taken = true;
    return first;
}

START_TEST(many_to_one)
{
    Message messages[SENDERS * EACH];
    uint64_t free_ns = 0;

    random_state = (uint64_t)_i + 1;
    create(SENDERS + 1, MB_LINK_SWITCHED);
    start();
    for (uint16_t i = 0; i < SENDERS; i++) {
        send_random(&messages[i * EACH], i);
    }
    bridge_read32(receiver, MB_REG_STATUS);
    qtest_step_to(receiver->qtest, 10000000);
    ck_assert_uint_eq(bridge_rx_head(receiver), SENDERS * EACH);
    for (uint32_t i = 0; i < SENDERS * EACH; i++) {
        const Message *next = take_first(messages);

        free_ns = (next->head_ns > free_ns ? next->head_ns : free_ns) +
                  next->bits_ns;
        bridge_expect_message(receiver, i, next->source, next->length,
                              next->tag, free_ns);
    }
}
END_TEST

TCase *link_tests(void)
{
    TCase *tests = suite_case("links");

    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_loop_test(tests, wire, 0, sizeof(wires) / sizeof(wires[0]));
    tcase_add_test(tests, one_port);
    tcase_add_test(tests, not_switched);
    tcase_add_test(tests, same_head);
    tcase_add_test(tests, one_ns_earlier);
    tcase_add_test(tests, port_free);
    tcase_add_test(tests, different_links);
    tcase_add_test(tests, same_delivery);
    tcase_add_loop_test(tests, many_to_one, 0, 4);
    return tests;
}
