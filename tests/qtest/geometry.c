/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments and places in them that a bridge does not accept: the emulator says
 * why and ends before the machine exists.
 */
#include "suites.h"

#include <string.h>

#include "bridge.h"

static TestSegment *segment;

static void setup(void)
{
    segment = test_segment_create(2);
}

static void teardown(void)
{
    test_segment_destroy(segment);
}

#define HEADER(field, value) \
    { "header", offsetof(struct mb_segment, field), \
      sizeof(((struct mb_segment *)0)->field), value }
#define LINK(field, value) \
    { "link", offsetof(struct mb_link, field), \
      sizeof(((struct mb_link *)0)->field), value }
#define NODE(field, value) \
    { "node", offsetof(struct mb_node, field), \
      sizeof(((struct mb_node *)0)->field), value }

/* What is written over one field of a good segment of two nodes. */
static const struct {
    const char *where;
    size_t offset;
    size_t bytes;
    uint64_t value;
} bad[] = {
    HEADER(magic, 0),
    HEADER(version, MB_SEGMENT_VERSION + 1),
    HEADER(node_count, 0),
    HEADER(node_count, 1),              /* there is no node 1 */
    HEADER(node_count, MB_NODES_MAX + 1),
    HEADER(node_count, UINT32_MAX),
    HEADER(bytes, UINT64_MAX),
    HEADER(bytes, 4096),
    HEADER(links_offset, 0),
    HEADER(links_offset, UINT64_MAX - 127),
    HEADER(nodes_offset, 0),
    HEADER(nodes_offset, 4097),
    HEADER(nodes_offset, UINT64_MAX - 127),
    HEADER(ring_bytes, 0),
    HEADER(ring_bytes, MB_RING_BYTES_MIN / 2),
    HEADER(ring_bytes, MB_RING_BYTES_MIN + 128),
    HEADER(ring_bytes, UINT64_C(1) << 63),
    HEADER(trace_bytes, 0),
    HEADER(trace_bytes, UINT64_C(1) << 62),
    HEADER(output_bytes, 4096),
    HEADER(until_ns, UINT64_MAX / 2),
    HEADER(synchronised, 1),            /* without -icount */
    LINK(ring_offset, 128),
    LINK(ring_offset, 65537),
    LINK(ring_offset, UINT64_MAX - 127),
    LINK(model.bits_per_s, 0),
    LINK(model.latency_ns, UINT64_MAX),
    LINK(model.latency_ns, 0),
    LINK(model.overhead_ns, UINT64_MAX),
    LINK(model.late_ns, UINT64_MAX),
    LINK(model.framing_bytes, UINT32_MAX),
    LINK(model.flags, UINT32_MAX),
    LINK(model.fault_count, MB_LINK_FAULTS_MAX + 1),
    LINK(model.fault_count, UINT32_MAX),
    NODE(trace_offset, 0),
    NODE(trace_offset, UINT64_MAX - 127),
    NODE(output_offset, 0),
    NODE(output_offset, UINT64_MAX - 127),
    NODE(clock_num, 0),
    NODE(clock_den, 0),
    NODE(read_ns, 0),
    NODE(read_ns, MB_LINK_NS_MAX + 1),
    NODE(state, MB_NODE_JOINED),
};
#define BAD_COUNT ((int)(sizeof(bad) / sizeof(bad[0])))

START_TEST(refused)
{
    uint8_t *base;

    if (strcmp(bad[_i].where, "header") == 0) {
        base = (uint8_t *)segment->header;
    } else if (strcmp(bad[_i].where, "link") == 0) {
        base = (uint8_t *)test_segment_link(segment, 1, 0);
    } else {
        base = (uint8_t *)&segment->nodes[1];
    }
    memcpy(base + bad[_i].offset, &bad[_i].value, bad[_i].bytes);
    bridge_expect_refusal(segment, 1);
    ck_assert_uint_eq(segment->nodes[0].state, MB_NODE_ABSENT);
}
END_TEST

START_TEST(no_such_node)
{
    bridge_expect_refusal(segment, 2);
    bridge_expect_refusal(segment, UINT32_MAX);
}
END_TEST

START_TEST(joined_twice)
{
    Bridge *bridge = bridge_start(segment, 1);

    ck_assert_uint_eq(segment->nodes[1].state, MB_NODE_JOINED);
    bridge_expect_refusal(segment, 1);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
    bridge_stop(bridge);
}
END_TEST

/* Nodes without a link to each other are a cluster, too. */
START_TEST(no_link)
{
    struct mb_tx_desc desc = { .msg = { .type = 1, .target = 0 } };
    Bridge *bridge;

    test_segment_link(segment, 1, 0)->ring_offset = 0;
    /* not in one direction only: nothing could ever be acknowledged */
    bridge_expect_refusal(segment, 1);
    test_segment_link(segment, 0, 1)->ring_offset = 0;
    bridge = bridge_start(segment, 1);
    bridge_set_up(bridge, 4);
    bridge_put(bridge, 0, &desc);
    bridge_ring(bridge, 0);
    bridge_expect_status(bridge, MB_STATUS_BAD_DESC);
    bridge_stop(bridge);
}
END_TEST

TCase *geometry_tests(void)
{
    TCase *tests = suite_case("geometry");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refused, 0, BAD_COUNT);
    tcase_add_test(tests, no_such_node);
    tcase_add_test(tests, joined_twice);
    tcase_add_test(tests, no_link);
    return tests;
}
