/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links under pressure in clusters that run in lock step: many nodes send to
 * one, ports are shared, rings are full, messages are lost, doubled, late,
 * nodes crash. Whatever happens, it is the same in every run, however the
 * nodes wait for each other.
 */
#include <check.h>
#include <stdlib.h>

#include "cluster.h"
#include "suites.h"

#define SINK "GODWIT_TRAFFIC_SINK"

/* -- links -- */

typedef void LinkChange(struct mb_link_model *model, uint32_t index);

static void change_links(TestSegment *segment, LinkChange *change)
{
    uint32_t count = segment->header->node_count;

    for (uint32_t i = 0; i < count * count; i++) {
        if (segment->links[i].ring_offset != 0) {
            change(&segment->links[i].model, i);
        }
    }
}

static void switched(struct mb_link_model *model, uint32_t index)
{
    model->flags |= MB_LINK_SWITCHED;
    model->mtu_bytes = 1500;
    model->framing_bytes = 38;
    model->overhead_ns = 100 + index;
}

/* Of some hundred messages a node sends, each kind strikes some dozen. */
static void faulty(struct mb_link_model *model, uint32_t index)
{
    const uint32_t tenth = UINT32_MAX / 10;

    model->flags |= MB_LINK_FAULTY;
    model->seed = index;
    model->late_ns = 30000;
    model->loss = tenth;
    model->corruption = tenth;
    model->duplication = tenth;
    model->reordering = tenth;
    model->delay = tenth;
}

static void unequal(struct mb_link_model *model, uint32_t index)
{
    model->latency_ns = 3000 + index * 7 % 5 * 12500;
}

static void fast(struct mb_link_model *model, uint32_t index)
{
    (void)index;
    model->bits_per_s = UINT64_C(100000000000);
}

static void shape_switched(TestSegment *segment)
{
    change_links(segment, switched);
}

static void shape_faulty(TestSegment *segment)
{
    change_links(segment, switched);
    change_links(segment, faulty);
}

static void shape_all(TestSegment *segment)
{
    change_links(segment, switched);
    change_links(segment, faulty);
    change_links(segment, unequal);
}

static void shape_fast(TestSegment *segment)
{
    change_links(segment, fast);
    change_links(segment, faulty);
}

/* The others' rings to it are full, and their ports stand still. */
static void shape_sink_crashes(TestSegment *segment)
{
    change_links(segment, switched);
    change_links(segment, fast);
    segment->nodes[0].crash_ns = 1500000;
}

/* Some of its messages are on the wire, or in front of the port. */
static void shape_sender_crashes(TestSegment *segment)
{
    change_links(segment, switched);
    segment->nodes[2].crash_ns = 3456789;
    segment->nodes[3].crash_message = 40;
}

static void shape_down(TestSegment *segment)
{
    change_links(segment, switched);
    for (uint64_t i = 1; i < 20; i++) {
        test_segment_add_fault(segment, 1, 0, (struct mb_link_fault) {
            .kind = MB_LINK_FAULT_DOWN, .from_ns = i * 1000000,
            .until_ns = i * 1000000 + 300000,
        });
    }
}

/* -- tests -- */

static const Run ways[] = {
    { .device = "x-schedule=grid" },
    { .device = "x-wait=futex" },
    { .device = "x-publish=777,x-wait=yield" },
    { .device = "x-window=3000" },
    { .accel = "one-insn-per-tb=on" },
    { .disturbed = true, .late = true },
};

static const struct {
    Run run;
    uint32_t outputs;           /* nodes that come to their end */
} cases[] = {
    { { .node_count = 5, .kernel = SINK, .shape = shape_switched }, 5 },
    { { .node_count = 5, .kernel = SINK, .shape = shape_faulty }, 5 },
    { { .node_count = 4, .shape = shape_all }, 4 },
    { { .node_count = 4, .kernel = SINK, .shape = shape_all,
        .num = 1000, .den = 33, .cost = "load:3+div:20" }, 4 },
    { { .node_count = 4, .kernel = SINK, .shape = shape_fast }, 4 },
    { { .node_count = 4, .kernel = SINK, .shape = shape_sink_crashes }, 3 },
    { { .node_count = 4, .kernel = SINK, .shape = shape_sender_crashes }, 2 },
    { { .node_count = 3, .kernel = SINK, .shape = shape_down }, 3 },
};

START_TEST(same_any_way)
{
    Result expected = cluster_play(&cases[_i].run);

    ck_assert_uint_eq(expected.ended, MB_END_QUIET);
    ck_assert_uint_eq(expected.outputs, cases[_i].outputs);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        Run run = cases[_i].run;
        Result result;

        run.device = ways[i].device;
        run.accel = ways[i].accel;
        run.disturbed = ways[i].disturbed;
        run.late = ways[i].late;
        result = cluster_play(&run);
        cluster_expect_same(&expected, &result);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crowds");
    TCase *tests = suite_case("crowds");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tests, same_any_way, 0,
                        sizeof(cases) / sizeof(cases[0]));
    suite_add_tcase(suite, tests);

    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
