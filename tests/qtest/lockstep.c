/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common clock: whole clusters that have to do the same in every run,
 * however the nodes wait for each other, whatever the host does to them.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster.h"
#include "suites.h"

/* -- links -- */

static void set_latency(TestSegment *segment, uint32_t a, uint32_t b,
                        uint64_t ns)
{
    test_segment_link(segment, a, b)->model.latency_ns = ns;
    test_segment_link(segment, b, a)->model.latency_ns = ns;
}

static void unlink_nodes(TestSegment *segment, uint32_t a, uint32_t b)
{
    test_segment_link(segment, a, b)->ring_offset = 0;
    test_segment_link(segment, b, a)->ring_offset = 0;
}

/* Short and long ones, one that is shorter around a corner, and one that is
 * slower there than back. */
static void shape_unequal(TestSegment *segment)
{
    set_latency(segment, 0, 1, 1500);
    set_latency(segment, 1, 2, 70000);
    set_latency(segment, 0, 2, 200000);
    set_latency(segment, 2, 3, 12345);
    test_segment_link(segment, 3, 0)->model.latency_ns = 3000;
    test_segment_link(segment, 0, 3)->model.latency_ns = 9000;
}

/* 0 - 1   2 - 3 */
static void shape_islands(TestSegment *segment)
{
    for (uint32_t a = 0; a < 2; a++) {
        for (uint32_t b = 2; b < 4; b++) {
            unlink_nodes(segment, a, b);
        }
    }
}

/* A wire so fast that the rings are full: senders wait for room. */
static void shape_crowded(TestSegment *segment)
{
    uint32_t count = segment->header->node_count;

    for (uint32_t i = 0; i < count * count; i++) {
        segment->links[i].model.bits_per_s = UINT64_C(100000000000);
    }
}

static void shape_crash(TestSegment *segment)
{
    segment->nodes[1].crash_ns = 1234567;
}

static void shape_crash_message(TestSegment *segment)
{
    segment->nodes[2].crash_message = 7;
}

/* -- tests -- */

START_TEST(alone)
{
    const Run run = { .node_count = 2 };
    Result a = cluster_play(&run);
    Result b = cluster_play(&run);

    cluster_expect_quiet(&a, 2);
    cluster_expect_same(&a, &b);
}
END_TEST

static const Run any_way[] = {
    { .device = "x-schedule=grid" },
    { .device = "x-schedule=grid,x-wait=futex" },
    { .device = "x-wait=spin" },
    { .device = "x-wait=yield" },
    { .device = "x-wait=futex" },
    { .device = "x-publish=777" },
    { .device = "x-publish=100000,x-wait=yield" },
    { .device = "x-window=1000" },
    { .device = "x-window=33333,x-publish=10000,x-wait=futex" },
    { .accel = "one-insn-per-tb=on" },
    { .accel = "tb-size=1" },
    { .disturbed = true, .late = true },
    { .disturbed = true, .device = "x-wait=futex" },
};
#define ANY_WAY ((int)(sizeof(any_way) / sizeof(any_way[0])))

static void expect_same_any_way(const Run *run, const Run *way,
                                const Result *expected)
{
    Run other = *run;
    Result result;

    other.device = way->device;
    other.accel = way->accel;
    other.disturbed = way->disturbed;
    other.late = way->late;
    result = cluster_play(&other);
    cluster_expect_same(expected, &result);
}

START_TEST(any_schedule)
{
    const Run run = { .node_count = 3 };
    Result expected = cluster_play(&run);

    cluster_expect_quiet(&expected, 3);
    expect_same_any_way(&run, &any_way[_i], &expected);
}
END_TEST

START_TEST(unequal_links)
{
    const Run run = { .node_count = 4, .shape = shape_unequal };
    Result expected = cluster_play(&run);

    cluster_expect_quiet(&expected, 4);
    for (int i = _i; i < ANY_WAY; i += 4) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

/* Instructions that take some ns, and not all the same, do not end where
 * windows do. */
START_TEST(slow_clock)
{
    const Run run = { .node_count = 3, .num = 1000, .den = 33,
                      .cost = "load:3+div:20" };
    Result expected = cluster_play(&run);

    cluster_expect_quiet(&expected, 3);
    for (int i = 0; i < ANY_WAY; i += 3) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

START_TEST(many)
{
    const Run run = { .node_count = 8 };
    Result expected = cluster_play(&run);

    cluster_expect_quiet(&expected, 8);
    expect_same_any_way(&run, &any_way[11], &expected);
}
END_TEST

START_TEST(crowded)
{
    const Run run = { .node_count = 2, .shape = shape_crowded };
    Result expected = cluster_play(&run);

    cluster_expect_quiet(&expected, 2);
    for (int i = 0; i < ANY_WAY; i += 2) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

/* The nodes of one island do not wait for those of another. */
START_TEST(islands)
{
    const Run run = { .node_count = 4, .shape = shape_islands };
    Run late = run;
    Result expected = cluster_play(&run), result;

    cluster_expect_quiet(&expected, 4);
    late.disturbed = true;
    late.late = true;
    result = cluster_play(&late);
    cluster_expect_same(&expected, &result);
}
END_TEST

START_TEST(limit)
{
    const Run run = { .node_count = 2, .until_ns = 1234567 };
    Result expected = cluster_play(&run);

    ck_assert_uint_eq(expected.ended, MB_END_LIMIT);
    ck_assert_uint_le(cluster_busy_ns(&expected), run.until_ns);
    ck_assert_uint_eq(expected.outputs, 0);
    for (int i = 0; i < ANY_WAY; i++) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

START_TEST(halt)
{
    const Run run = { .node_count = 3, .kernel = "GODWIT_TRAFFIC_HALTS" };
    Result expected = cluster_play(&run);

    ck_assert_uint_eq(expected.ended, MB_END_HALT);
    ck_assert_uint_eq(expected.halt[0], 1);
    ck_assert_uint_eq(expected.halt[1], 0);
    /* the others come to where they cannot hear of it yet, and no further */
    for (uint32_t i = 1; i < 3; i++) {
        ck_assert_uint_le(expected.busy_ns[i],
                          expected.time_ns[0] + LATENCY_NS);
    }
    for (int i = 0; i < ANY_WAY; i++) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

static void expect_crash(const Result *result, uint32_t node)
{
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(result->state[i], i == node ? MB_NODE_CRASHED
                                                      : MB_NODE_ENDED);
    }
    ck_assert_uint_eq(result->ended, MB_END_QUIET);
    ck_assert_uint_eq(result->outputs, 2);
    ck_assert_uint_gt(cluster_busy_ns(result), result->time_ns[node]);
}

START_TEST(crash)
{
    const Run run = { .node_count = 3, .shape = shape_crash };
    Result expected = cluster_play(&run);

    expect_crash(&expected, 1);
    ck_assert_uint_eq(expected.time_ns[1], 1234567);
    for (int i = 0; i < ANY_WAY; i++) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

START_TEST(crash_message)
{
    const Run run = { .node_count = 3, .shape = shape_crash_message };
    Result expected = cluster_play(&run);

    expect_crash(&expected, 2);
    for (int i = 0; i < ANY_WAY; i += 3) {
        expect_same_any_way(&run, &any_way[i], &expected);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lockstep");
    TCase *tests = suite_case("lockstep");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, alone);
    tcase_add_loop_test(tests, any_schedule, 0, ANY_WAY);
    tcase_add_loop_test(tests, unequal_links, 0, 4);
    tcase_add_test(tests, slow_clock);
    tcase_add_test(tests, many);
    tcase_add_test(tests, crowded);
    tcase_add_test(tests, islands);
    tcase_add_test(tests, limit);
    tcase_add_test(tests, halt);
    tcase_add_test(tests, crash);
    tcase_add_test(tests, crash_message);
    suite_add_tcase(suite, tests);

    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
