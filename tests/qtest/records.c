/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace stamps and process output, on their way to the host tool.
 */
#include "suites.h"

#include <string.h>
#include <unistd.h>

#include "bridge.h"

static TestSegment *segment;
static Bridge *bridge;

static void setup(void)
{
    segment = test_segment_create(1);
    bridge = bridge_start(segment, 0);
    qtest_step_to(bridge->qtest, 5000);
}

static void teardown(void)
{
    bridge_stop(bridge);
    test_segment_destroy(segment);
}

static void stamp(const struct mb_trace_record *record)
{
    qtest_memory_write(bridge->qtest, SCRATCH, record, sizeof(*record));
    bridge_write64(bridge, MB_REG_STAMP, SCRATCH);
}

START_TEST(stamps)
{
    struct mb_trace_record record = {
        .type = MB_TRACE_GUEST_END - 1, .node = 9, .seq = 99, .pid = 3,
        .epoch = 4, .instret = 55, .arg = { 1, 2, 3, UINT64_MAX },
    };
    struct mb_trace_record found;

    /* no time: the device fills it in */
    stamp(&record);
    found = bridge_expect_trace(bridge, record.type);
    ck_assert_uint_eq(found.time_ns, 5000);
    ck_assert_uint_eq(found.instret, 0);
    ck_assert_uint_eq(found.pid, 3);
    ck_assert_uint_eq(found.epoch, 4);
    ck_assert_mem_eq(found.arg, record.arg, sizeof(record.arg));

    /* a time of the guest's own, up to now */
    record.time_ns = 1234;
    stamp(&record);
    found = bridge_expect_trace(bridge, record.type);
    ck_assert_uint_eq(found.time_ns, 1234);
    ck_assert_uint_eq(found.instret, 55);
    record.time_ns = 5000;
    stamp(&record);
    ck_assert_uint_eq(bridge_expect_trace(bridge, record.type).time_ns, 5000);
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(bad_stamps)
{
    struct mb_trace_record record = { .type = MB_TRACE_BOOT,
                                      .time_ns = 5001 };
    uint64_t count;

    stamp(&record);
    bridge_expect_status(bridge, MB_STATUS_BAD_STAMP);
    record.time_ns = UINT64_MAX;
    stamp(&record);
    bridge_expect_status(bridge, MB_STATUS_BAD_STAMP);
    record.time_ns = 0;
    record.type = 0;
    stamp(&record);
    bridge_expect_status(bridge, MB_STATUS_BAD_STAMP);
    record.type = MB_TRACE_GUEST_END;
    stamp(&record);
    bridge_expect_status(bridge, MB_STATUS_BAD_STAMP);
    bridge_write64(bridge, MB_REG_STAMP, SCRATCH + 4);
    bridge_expect_status(bridge, MB_STATUS_BAD_STAMP);
    bridge_write64(bridge, MB_REG_STAMP, RAM_END - 8);
    bridge_expect_status(bridge, MB_STATUS_DMA_FAULT);
    bridge_write64(bridge, MB_REG_STAMP, BAR_REGS);
    bridge_expect_status(bridge, MB_STATUS_DMA_FAULT);

    /* nothing of it in the trace, but each new status bit */
    count = bridge_trace_count(bridge);
    for (uint64_t i = 0; i < count; i++) {
        bridge_expect_trace(bridge, MB_TRACE_STATUS);
    }
    ck_assert_uint_eq(count, 7);
}
END_TEST

static void output(const struct mb_output_desc *desc)
{
    qtest_memory_write(bridge->qtest, SCRATCH, desc, sizeof(*desc));
    bridge_write64(bridge, MB_REG_OUTPUT, SCRATCH);
}

static const struct mb_output *output_at(uint64_t position)
{
    return (const struct mb_output *)((const uint8_t *)segment->header +
                                      segment->nodes[0].output_offset +
                                      position);
}

START_TEST(outputs)
{
    struct mb_output_desc desc = {
        .pid = 7, .stream = 2, .offset = UINT64_C(1) << 40,
        .addr = SCRATCH + 64, .length = 5,
    };
    const struct mb_output *found = output_at(0);

    qtest_memory_write(bridge->qtest, SCRATCH + 64, "hello", 5);
    output(&desc);
    ck_assert_uint_eq(segment->nodes[0].output_head, 64);
    ck_assert_uint_eq(found->pid, 7);
    ck_assert_uint_eq(found->stream, 2);
    ck_assert_uint_eq(found->offset, UINT64_C(1) << 40);
    ck_assert_uint_eq(found->time_ns, 5000);
    ck_assert_uint_eq(found->length, 5);
    ck_assert_mem_eq(found + 1, "hello", 5);

    desc.length = MB_OUTPUT_MAX;
    output(&desc);
    ck_assert_uint_eq(segment->nodes[0].output_head,
                      64 + sizeof(*found) + MB_OUTPUT_MAX);
    ck_assert_uint_eq(output_at(64)->length, MB_OUTPUT_MAX);
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(bad_outputs)
{
    static const struct {
        uint32_t stream;
        uint32_t length;
        uint64_t addr;
        uint32_t status;
    } bad[] = {
        { 1, 0, SCRATCH, MB_STATUS_BAD_OUTPUT },
        { 1, MB_OUTPUT_MAX + 1, SCRATCH, MB_STATUS_BAD_OUTPUT },
        { 1, UINT32_MAX, SCRATCH, MB_STATUS_BAD_OUTPUT },
        { 0, 1, SCRATCH, MB_STATUS_BAD_OUTPUT },
        { 3, 1, SCRATCH, MB_STATUS_BAD_OUTPUT },
        { 1, 2, RAM_END - 1, MB_STATUS_DMA_FAULT },
        { 1, 1, UINT64_MAX, MB_STATUS_DMA_FAULT },
        { 1, 2, UINT64_MAX, MB_STATUS_DMA_FAULT },
        { 1, 4, BAR_REGS, MB_STATUS_DMA_FAULT },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct mb_output_desc desc = { .stream = bad[i].stream,
                                       .length = bad[i].length,
                                       .addr = bad[i].addr };

        output(&desc);
        bridge_expect_status(bridge, bad[i].status);
    }
    bridge_write64(bridge, MB_REG_OUTPUT, SCRATCH + 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_OUTPUT);
    bridge_write64(bridge, MB_REG_OUTPUT, RAM_END - 16);
    bridge_expect_status(bridge, MB_STATUS_DMA_FAULT);
    ck_assert_uint_eq(segment->nodes[0].output_head, 0);
}
END_TEST

/* Until the device has caught up; the loop ends with the test's time-out. */
static void await(const uint64_t *position, uint64_t value)
{
    while (__atomic_load_n(position, __ATOMIC_ACQUIRE) != value) {
        usleep(100);
    }
}

START_TEST(full_trace)
{
    struct mb_node *node = &segment->nodes[0];
    uint64_t bytes = segment->header->trace_bytes;
    uint64_t size = sizeof(struct mb_trace_record);
    struct mb_trace_record record = { .type = MB_TRACE_BOOT };
    uint32_t attention;

    qtest_memory_write(bridge->qtest, SCRATCH, &record, size);
    attention = segment->header->attention;
    for (uint64_t i = 0; i < bytes / size; i++) {
        bridge_write64(bridge, MB_REG_STAMP, SCRATCH);
    }
    ck_assert_uint_eq(node->trace_head, bytes);
    ck_assert_uint_eq(segment->header->attention, attention + 1);

    /* these find it full, are kept, and come when there is room */
    for (uint32_t i = 0; i < 3; i++) {
        bridge_write64(bridge, MB_REG_STAMP, SCRATCH);
    }
    ck_assert_uint_eq(node->trace_head, bytes);
    while (__atomic_load_n(&segment->header->attention, __ATOMIC_ACQUIRE) ==
           attention + 1) {
        usleep(100);
    }
    __atomic_store_n(&node->trace_tail, 2 * size, __ATOMIC_RELEASE);
    await(&node->trace_head, bytes + 2 * size);
    __atomic_store_n(&node->trace_tail, bytes, __ATOMIC_RELEASE);
    await(&node->trace_head, bytes + 3 * size);
    bridge->trace_tail = bytes / size;
    for (uint32_t i = 0; i < 3; i++) {
        bridge_expect_trace(bridge, MB_TRACE_BOOT);
    }
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(full_output)
{
    struct mb_node *node = &segment->nodes[0];
    struct mb_output_desc desc = { .stream = 1, .addr = SCRATCH + 4096,
                                   .length = MB_OUTPUT_MAX };
    uint64_t size = sizeof(struct mb_output) + MB_OUTPUT_MAX;
    uint64_t fit = segment->header->output_bytes / size;

    for (uint64_t i = 0; i <= fit; i++) {
        output(&desc);
    }
    ck_assert_uint_eq(node->output_head, fit * size);
    /* one waits; a guest, whose CPU stands still, cannot bring a second */
    output(&desc);
    bridge_expect_status(bridge, MB_STATUS_BAD_OUTPUT);
    __atomic_store_n(&node->output_tail, size, __ATOMIC_RELEASE);
    await(&node->output_head, (fit + 1) * size);
}
END_TEST

/* A host tool that claims to have read more than there is gets no more. */
START_TEST(bad_host_tail)
{
    struct mb_trace_record record = { .type = MB_TRACE_BOOT };

    segment->nodes[0].trace_tail = UINT64_MAX / 2;
    for (uint32_t i = 0; i < 100; i++) {
        stamp(&record);
    }
    ck_assert_uint_eq(bridge_trace_count(bridge), 0);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
}
END_TEST

TCase *record_tests(void)
{
    TCase *tests = suite_case("records");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, stamps);
    tcase_add_test(tests, bad_stamps);
    tcase_add_test(tests, outputs);
    tcase_add_test(tests, bad_outputs);
    tcase_add_test(tests, full_trace);
    tcase_add_test(tests, full_output);
    tcase_add_test(tests, bad_host_tail);
    return tests;
}
