/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that cannot be: no bridge starts with one, at neither end.
 */
#include "suites.h"

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

static struct mb_link_model *model(void)
{
    return &test_segment_link(segment, 0, 1)->model;
}

START_TEST(bad_models)
{
    static const struct mb_link_model bad[] = {
        { .latency_ns = 0, .bits_per_s = 1 },
        { .latency_ns = MB_LINK_NS_MAX + 1, .bits_per_s = 1 },
        { .latency_ns = 1, .bits_per_s = 0 },
        { .latency_ns = 1, .bits_per_s = MB_LINK_BITS_MAX + 1 },
        { .latency_ns = 1, .bits_per_s = 1,
          .overhead_ns = MB_LINK_NS_MAX + 1 },
        { .latency_ns = 1, .bits_per_s = 1, .late_ns = MB_LINK_NS_MAX + 1 },
        { .latency_ns = 1, .bits_per_s = 1, .mtu_bytes = MB_LINK_MTU_MIN - 1 },
        { .latency_ns = 1, .bits_per_s = 1, .mtu_bytes = MB_LINK_MTU_MAX + 1 },
        { .latency_ns = 1, .bits_per_s = 1,
          .framing_bytes = MB_LINK_FRAMING_MAX + 1 },
        { .latency_ns = 1, .bits_per_s = 1, .flags = MB_LINK_FLAGS + 1 },
        { .latency_ns = 1, .bits_per_s = 1,
          .fault_count = MB_LINK_FAULTS_MAX + 1, .faults_offset = 4096 },
        { .latency_ns = 1, .bits_per_s = 1, .fault_count = 1 },
        { .latency_ns = 1, .bits_per_s = 1, .fault_count = 1,
          .faults_offset = UINT64_MAX - 127 },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        *model() = bad[i];
        bridge_expect_refusal(segment, 0);
        bridge_expect_refusal(segment, 1);
    }
}
END_TEST

START_TEST(bad_faults)
{
    static const struct mb_link_fault bad[] = {
        { .kind = 0 },
        { .kind = MB_LINK_FAULT_KINDS },
        { .kind = MB_LINK_FAULT_DELAY, .late_ns = MB_LINK_NS_MAX + 1 },
        { .kind = MB_LINK_FAULT_DOWN, .from_ns = 5, .until_ns = 5 },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        model()->fault_count = 0;
        test_segment_add_fault(segment, 0, 1, bad[i]);
        bridge_expect_refusal(segment, 0);
        bridge_expect_refusal(segment, 1);
    }
}
END_TEST

/* The news of room takes the other direction. */
START_TEST(one_way)
{
    test_segment_link(segment, 1, 0)->ring_offset = 0;
    bridge_expect_refusal(segment, 0);
    bridge_expect_refusal(segment, 1);
}
END_TEST

TCase *model_tests(void)
{
    TCase *tests = suite_case("models");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, bad_models);
    tcase_add_test(tests, bad_faults);
    tcase_add_test(tests, one_way);
    return tests;
}
