/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/segment.c: geometry that carries what is on the wire, and segments that
 * are not sound.
 */
#include "lib/segment.h"
#include "suite.h"

static SegmentConfig make_config(uint32_t nodes, uint64_t latency_ns,
                                 uint64_t bits_per_s, uint32_t ns_per_insn)
{
    return (SegmentConfig) {
        .node_count = nodes,
        .ns_per_insn = ns_per_insn,
        .latency_ns = latency_ns,
        .bits_per_s = bits_per_s,
        .until_ns = 1000000000,
    };
}

START_TEST(geometry_of_the_usual_cluster)
{
    SegmentConfig config = make_config(2, 50000, 1000000000, 1);
    SegmentGeometry geometry;

    ck_assert(segment_compute_geometry(&config, &geometry, NULL));
    ck_assert_uint_eq(geometry.grid_ns, 50000);
    ck_assert_uint_eq(geometry.ring_bytes, 64 << 10);
    ck_assert_uint_eq(geometry.links_offset, 4096);
    ck_assert_uint_eq(geometry.nodes_offset, 4096 + 4 * 384);
    ck_assert_uint_eq(geometry.rings_offset, 8192);
    ck_assert_uint_eq(geometry.node_rings_offset, 8192 + 2 * (64 << 10));
    ck_assert_uint_eq(geometry.bytes, geometry.node_rings_offset +
                      2 * ((1 << 20) + (256 << 10)));
}
END_TEST

START_TEST(lookahead_allows_for_late_instructions)
{
    SegmentConfig config = make_config(2, 50000, 1000000000, 128);
    SegmentGeometry geometry;
    GError *error = NULL;

    ck_assert(segment_compute_geometry(&config, &geometry, NULL));
    ck_assert_uint_eq(geometry.grid_ns, 50000 - 127);
    config.latency_ns = 128;
    ck_assert(segment_compute_geometry(&config, &geometry, NULL));
    ck_assert_uint_eq(geometry.grid_ns, 1);
    config.latency_ns = 127;
    ck_assert(!segment_compute_geometry(&config, &geometry, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "an instruction takes");
}
END_TEST

/* Whatever the link, a ring holds what is sent in two grids and a latency. */
START_TEST(rings_hold_what_is_on_the_wire)
{
    uint64_t state = 3;
    unsigned fitted = 0;

    for (unsigned round = 0; round < 20000; round++) {
        SegmentConfig config = make_config(
            1 + suite_random(&state) % 16,
            100 + (suite_random(&state) >> (30 + suite_random(&state) % 34)),
            1000 + (suite_random(&state) >> (24 + suite_random(&state) % 40)),
            1u << suite_random(&state) % 7);
        SegmentGeometry geometry;
        if (!segment_compute_geometry(&config, &geometry, NULL)) {
            continue;
        }
        fitted++;
        double seconds = 1e-9 * (double)(2 * geometry.grid_ns +
                                         config.latency_ns);
        double wire_bytes = (double)config.bits_per_s / 8 * seconds;
        ck_assert_uint_gt(geometry.grid_ns, 0);
        ck_assert_uint_le(geometry.grid_ns + config.ns_per_insn - 1,
                          config.latency_ns);
        ck_assert(wire_bytes * 2 <= (double)geometry.ring_bytes);
        ck_assert_uint_le(geometry.ring_bytes, MB_RING_BYTES_MAX);
        ck_assert_uint_ge(geometry.ring_bytes, MB_RING_BYTES_MIN);
        ck_assert_uint_eq(geometry.ring_bytes & (geometry.ring_bytes - 1), 0);
        ck_assert_uint_lt(geometry.bytes, UINT64_C(2) << 30);
    }
    ck_assert_uint_gt(fitted, 5000);
}
END_TEST

START_TEST(grid_shrinks_until_the_ring_fits)
{
    SegmentConfig config = make_config(2, 100000000, 2000000000, 1);
    SegmentGeometry geometry;
    GError *error = NULL;

    ck_assert(segment_compute_geometry(&config, &geometry, NULL));
    ck_assert_uint_eq(geometry.ring_bytes, MB_RING_BYTES_MAX);
    ck_assert_uint_lt(geometry.grid_ns, config.latency_ns);
    config.bits_per_s = 100000000000;
    ck_assert(!segment_compute_geometry(&config, &geometry, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "lower one of them");
}
END_TEST

static Segment *make_segment(uint32_t nodes)
{
    SegmentConfig config = make_config(nodes, 50000, 1000000000, 1);
    GError *error = NULL;

    memset(config.config_sha256, 0xab, sizeof(config.config_sha256));
    Segment *segment = segment_create(&config, &error);
    ck_assert_no_error(error);
    return segment;
}

START_TEST(segment_is_filled_as_the_bridges_expect)
{
    g_autoptr(Segment) segment = make_segment(3);
    const struct mb_segment *header = segment->header;
    uint64_t next = segment->geometry.rings_offset;

    ck_assert_str_eq(header->magic, MB_SEGMENT_MAGIC);
    ck_assert_uint_eq(header->version, MB_SEGMENT_VERSION);
    ck_assert_uint_eq(header->node_count, 3);
    ck_assert_uint_eq(header->bytes, segment->geometry.bytes);
    ck_assert_uint_eq(header->until_ns, 1000000000);
    ck_assert_uint_eq(header->ns_per_insn, 1);
    ck_assert_uint_eq(header->config_sha256[31], 0xab);
    ck_assert_uint_eq(header->ended, MB_END_NOT);
    for (uint32_t source = 0; source < 3; source++) {
        for (uint32_t target = 0; target < 3; target++) {
            const struct mb_link *link = segment_link(segment, source, target);
            const struct mb_link *raw = &segment->links[source * 3 + target];
            if (source == target) {
                ck_assert_ptr_null(link);
                ck_assert_uint_eq(raw->ring_offset, 0);
                continue;
            }
            ck_assert_ptr_eq(link, raw);
            ck_assert_uint_eq(link->latency_ns, 50000);
            ck_assert_uint_eq(link->bits_per_s, 1000000000);
            ck_assert_uint_eq(link->ring_offset, next);
            next += segment->geometry.ring_bytes;
        }
    }
    ck_assert_uint_eq(segment->nodes[2].output_offset +
                      segment->geometry.output_bytes, header->bytes);
}
END_TEST

START_TEST(segment_opens_only_if_it_is_sound)
{
    g_autoptr(Segment) segment = make_segment(2);
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
    bad = good;
    bad.grid_ns = 0;
    ck_assert(!segment_check(&bad, good.bytes, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "clock");

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
    g_autoptr(Segment) segment = make_segment(1);

    ck_assert_int_ne(ftruncate(segment->fd, 0), 0);
    ck_assert_int_ne(ftruncate(segment->fd, 1 << 30), 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        geometry_of_the_usual_cluster, lookahead_allows_for_late_instructions,
        rings_hold_what_is_on_the_wire, grid_shrinks_until_the_ring_fits,
        segment_is_filled_as_the_bridges_expect,
        segment_opens_only_if_it_is_sound, segment_keeps_its_size,
    };

    return suite_run("segment", tests, G_N_ELEMENTS(tests));
}
