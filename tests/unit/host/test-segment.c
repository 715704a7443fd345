/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/segment.c and lib/segment-config.c: rings that are large enough, tables
 * that are filled, and segments that are not sound.
 */
#include "lib/segment.h"
#include "suite.h"

#define FAULTS  130u

/* Every node linked to every other one. */
static SegmentConfig *make_config(uint32_t nodes, uint64_t latency_ns,
                                  uint64_t bits_per_s)
{
    SegmentConfig *config = segment_config_new(nodes);

    config->until_ns = 1000000000;
    for (uint32_t i = 0; i < nodes * nodes; i++) {
        if (i % (nodes + 1) != 0) {
            config->models[i].latency_ns = latency_ns;
            config->models[i].bits_per_s = bits_per_s;
        }
    }
    return config;
}

START_TEST(geometry_of_the_usual_cluster)
{
    g_autoptr(SegmentConfig) config = make_config(2, 50000, 1000000000);
    SegmentGeometry geometry = segment_compute_geometry(config);

    ck_assert_uint_eq(geometry.ring_bytes, 64 << 10);
    ck_assert_uint_eq(geometry.links_offset, 4096);
    ck_assert_uint_eq(geometry.nodes_offset,
                      4096 + 4 * sizeof(struct mb_link));
    ck_assert_uint_eq(geometry.faults_offset, geometry.nodes_offset +
                      2 * sizeof(struct mb_node));
    ck_assert_uint_eq(geometry.rings_offset, 8192);
    ck_assert_uint_eq(geometry.node_rings_offset, 8192 + 2 * (64 << 10));
    ck_assert_uint_eq(geometry.bytes, geometry.node_rings_offset +
                      2 * ((1 << 20) + (256 << 10)));
}
END_TEST

START_TEST(rings_take_no_room_where_there_is_no_link)
{
    g_autoptr(SegmentConfig) config = make_config(3, 50000, 1000000000);

    config->models[1].bits_per_s = 0;
    config->models[3].bits_per_s = 0;
    SegmentGeometry geometry = segment_compute_geometry(config);
    ck_assert_uint_eq(geometry.node_rings_offset - geometry.rings_offset,
                      4 * geometry.ring_bytes);
}
END_TEST

/* What is under way both ways fits, unless the segment would get too large. */
START_TEST(rings_hold_what_is_on_the_wire)
{
    uint64_t state = 3;
    unsigned fitted = 0;

    for (unsigned round = 0; round < 5000; round++) {
        uint64_t nodes = 1 + suite_random(&state) % 16;
        uint64_t latency_ns =
            100 + (suite_random(&state) >> (30 + suite_random(&state) % 34));
        uint64_t bits_per_s =
            1000 + (suite_random(&state) >> (24 + suite_random(&state) % 40));
        g_autoptr(SegmentConfig) config = make_config((uint32_t)nodes,
                                                      latency_ns, bits_per_s);
        SegmentGeometry geometry = segment_compute_geometry(config);
        uint64_t rings = nodes * (nodes - 1) * geometry.ring_bytes;
        double wire_bytes = 2e-9 * (double)latency_ns *
            (double)bits_per_s / 8;
        ck_assert_uint_eq(geometry.ring_bytes & (geometry.ring_bytes - 1), 0);
        ck_assert_uint_ge(geometry.ring_bytes, MB_RING_BYTES_MIN);
        ck_assert_uint_le(geometry.ring_bytes, MB_RING_BYTES_MAX);
        ck_assert_uint_le(rings, UINT64_C(1) << 30);
        if (wire_bytes * 2 <= (double)geometry.ring_bytes) {
            fitted++;
        } else if (nodes > 1) {
            ck_assert(geometry.ring_bytes == MB_RING_BYTES_MAX ||
                      2 * rings > UINT64_C(1) << 30);
        }
    }
    ck_assert_uint_gt(fitted, 2000);
}
END_TEST

/* A late message stays in the ring for longer. */
START_TEST(rings_hold_late_messages)
{
    g_autoptr(SegmentConfig) config = make_config(2, 50000, 1000000000);

    config->models[1].late_ns = 100000000;
    ck_assert_uint_eq(segment_compute_geometry(config).ring_bytes, 64 << 10);
    config->models[1].flags = MB_LINK_FAULTY;
    ck_assert_uint_eq(segment_compute_geometry(config).ring_bytes, 32 << 20);
}
END_TEST

/* All pairs of 256 nodes, in memory that is used only where it is touched. */
START_TEST(largest_cluster_has_its_segment)
{
    g_autoptr(SegmentConfig) config = make_config(256, 50000, 100000000000);
    GError *error = NULL;
    g_autoptr(Segment) segment = segment_create(config, &error);

    ck_assert_no_error(error);
    ck_assert_uint_eq(segment->geometry.ring_bytes, MB_RING_BYTES_MIN);
    const struct mb_link *last = segment_link(segment, 255, 254);
    ck_assert_uint_eq(last->ring_offset + segment->geometry.ring_bytes,
                      segment->geometry.node_rings_offset);
    ck_assert_uint_lt(segment->geometry.bytes, UINT64_C(5) << 30);
}
END_TEST

static Segment *make_segment(SegmentConfig *config)
{
    GError *error = NULL;

    memset(config->config_sha256, 0xab, sizeof(config->config_sha256));
    Segment *segment = segment_create(config, &error);
    ck_assert_no_error(error);
    return segment;
}

START_TEST(segment_is_filled_as_the_bridges_expect)
{
    g_autoptr(SegmentConfig) config = make_config(3, 50000, 1000000000);

    config->models[2].bits_per_s = 0;
    config->nodes[1] = (SegmentNode) { 2, 3, 66, 77, 5 };
    g_autoptr(Segment) segment = make_segment(config);
    const struct mb_segment *header = segment->header;
    uint64_t next = segment->geometry.rings_offset;
    ck_assert_str_eq(header->magic, MB_SEGMENT_MAGIC);
    ck_assert_uint_eq(header->version, MB_SEGMENT_VERSION);
    ck_assert_uint_eq(header->node_count, 3);
    ck_assert_uint_eq(header->bytes, segment->geometry.bytes);
    ck_assert_uint_eq(header->until_ns, 1000000000);
    ck_assert_uint_eq(header->synchronised, 1);
    ck_assert_uint_eq(header->config_sha256[31], 0xab);
    ck_assert_uint_eq(header->ended, MB_END_NOT);
    for (uint32_t i = 0; i < 9; i++) {
        const struct mb_link *link = segment_link(segment, i / 3, i % 3);
        if (i % 4 == 0 || i == 2) {
            ck_assert_ptr_null(link);
            ck_assert_uint_eq(segment->links[i].model.bits_per_s, 0);
            continue;
        }
        ck_assert_ptr_eq(link, &segment->links[i]);
        ck_assert_uint_eq(link->model.latency_ns, 50000);
        ck_assert_uint_eq(link->model.bits_per_s, 1000000000);
        ck_assert_uint_eq(link->model.fault_count, 0);
        ck_assert_uint_eq(link->ring_offset, next);
        next += segment->geometry.ring_bytes;
    }
    const struct mb_node *node = &segment->nodes[1];
    ck_assert_uint_eq(node->clock_num, 2);
    ck_assert_uint_eq(node->clock_den, 3);
    ck_assert_uint_eq(node->read_ns, 66);
    ck_assert_uint_eq(node->crash_ns, 77);
    ck_assert_uint_eq(node->crash_message, 5);
    ck_assert_uint_eq(node->promise_ns, 0);
    ck_assert_uint_eq(node->inbound_ns, MB_NEVER);
    ck_assert_uint_eq(node->awaited_ns, MB_NEVER);
    ck_assert_uint_eq(segment->nodes[0].crash_ns, MB_NEVER);
    ck_assert_uint_eq(segment->nodes[2].output_offset +
                      segment->geometry.output_bytes, header->bytes);
}
END_TEST

/* Link 0-1 gets faults 1 and 3, link 1-0 all others: more than a page. */
START_TEST(each_link_has_its_own_faults)
{
    g_autoptr(SegmentConfig) config = make_config(2, 50000, 1000000000);

    for (uint32_t i = 0; i < FAULTS; i++) {
        bool back = i != 1 && i != 3;
        SegmentFault fault = { .source = back, .target = !back,
                               .fault = { .kind = 1, .seq = i } };
        g_array_append_val(config->faults, fault);
    }
    g_autoptr(Segment) segment = make_segment(config);
    const uint8_t *base = (const uint8_t *)segment->header;
    const struct mb_link_model *forth = &segment_link(segment, 0, 1)->model;
    const struct mb_link_model *back = &segment_link(segment, 1, 0)->model;
    const struct mb_link_fault *faults =
        (const struct mb_link_fault *)(base + back->faults_offset);
    ck_assert_uint_eq(forth->fault_count, 2);
    ck_assert_uint_eq(back->fault_count, FAULTS - 2);
    ck_assert_uint_eq(forth->faults_offset, segment->geometry.faults_offset);
    ck_assert_uint_eq(back->faults_offset % MB_LINE, 0);
    ck_assert_uint_ge(back->faults_offset,
                      forth->faults_offset + 2 * sizeof(*faults));
    ck_assert_uint_le(back->faults_offset + (FAULTS - 2) * sizeof(*faults),
                      segment->geometry.rings_offset);
    ck_assert_uint_eq(faults[0].seq, 0);
    ck_assert_uint_eq(faults[1].seq, 2);
    ck_assert_uint_eq(faults[FAULTS - 3].seq, FAULTS - 1);
}
END_TEST

START_TEST(segment_opens_only_if_it_is_sound)
{
    g_autoptr(SegmentConfig) config = make_config(2, 50000, 1000000000);
    g_autoptr(Segment) segment = make_segment(config);
    struct mb_segment good = *segment->header;
    GError *error = NULL;

    ck_assert(segment_check(&good, good.bytes, &error));
    ck_assert(!segment_check(&good, good.bytes - 1, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "do not fit");
    struct mb_segment bad = good;
    bad.magic[0] = 'X';
    ck_assert(!segment_check(&bad, good.bytes, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "not a segment");
    bad = good;
    bad.version--;
    ck_assert(!segment_check(&bad, good.bytes, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "not a segment");
    bad = good;
    bad.node_count = MB_NODES_MAX + 1;
    ck_assert(!segment_check(&bad, good.bytes, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "do not fit");
    bad = good;
    bad.nodes_offset = good.bytes - 128;
    ck_assert(!segment_check(&bad, good.bytes, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "do not fit");
    bad = good;
    bad.trace_bytes = 3 << 16;
    ck_assert(!segment_check(&bad, good.bytes, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "ring size");

    g_autoptr(Segment) again = segment_open(dup(segment->fd), &error);
    ck_assert_no_error(error);
    ck_assert_uint_eq(again->node_count, 2);
    segment->nodes[1].trace_offset += 128;
    ck_assert_ptr_null(segment_open(dup(segment->fd), &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "rings of node 1");
}
END_TEST

/* Nobody can pull the memory away from under the others. */
START_TEST(segment_keeps_its_size)
{
    g_autoptr(SegmentConfig) config = make_config(1, 50000, 1000000000);
    g_autoptr(Segment) segment = make_segment(config);

    ck_assert_int_ne(ftruncate(segment->fd, 0), 0);
    ck_assert_int_ne(ftruncate(segment->fd, 1 << 30), 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        geometry_of_the_usual_cluster,
        rings_take_no_room_where_there_is_no_link,
        rings_hold_what_is_on_the_wire, rings_hold_late_messages,
        largest_cluster_has_its_segment,
        segment_is_filled_as_the_bridges_expect, each_link_has_its_own_faults,
        segment_opens_only_if_it_is_sound, segment_keeps_its_size,
    };

    return suite_run("segment", tests, G_N_ELEMENTS(tests));
}
