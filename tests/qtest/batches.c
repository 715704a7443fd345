/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that name more pages in their payload: which of them come, in which
 * order and when, and what comes in between.
 */
#include "suites.h"

#include "exporter.h"

static Exporter x;

static void setup(void)
{
    exporter_start(&x);
    bridge_post(x.reader, 32);
}

static void teardown(void)
{
    bridge_expect_status(x.server, 0);
    ck_assert_uint_eq(x.segment->header->ended, MB_END_NOT);
    exporter_stop(&x);
}

/* -- asking -- */

/* Page i itself; its neighbours are not exported. */
static struct mb_page_run run_of(uint64_t i)
{
    return (struct mb_page_run) { .count = 1, .index = EXPORT_INDEX(i) };
}

static void ask(uint64_t i, uint64_t tag, const struct mb_page_run *runs,
                uint32_t count)
{
    const struct mb_msg msg = {
        .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .index = EXPORT_INDEX(i),
        .tag = tag,
    };

    exporter_send_list(&x, &msg, runs, count * (uint32_t)sizeof(*runs));
}

/* When the answer to a request of so many runs starts, if it left at 0. */
static uint64_t start_ns(uint32_t count)
{
    return WIRE_NS(count * sizeof(struct mb_page_run)) + LATENCY_NS + READ_NS;
}

/* The n-th of pages that leave one behind the other. */
static uint64_t arrival_ns(uint32_t count, uint64_t n)
{
    return start_ns(count) + (n + 1) * WIRE_NS(4096) + LATENCY_NS;
}

/* -- what comes -- */

/* In the order of the payload, not of the table, and back to back. */
START_TEST(in_their_order)
{
    const struct mb_page_run runs[] = {
        run_of(6),
        { .count = 3, .index = EXPORT_INDEX(1) },   /* 1, none, 2 */
        run_of(0),
    };
    static const uint64_t pages[] = { 6, 1, 2, 0 };

    exporter_offer(&x, 10);
    ask(4, 9, runs, 3);
    exporter_run(&x, arrival_ns(3, 4));
    ck_assert_uint_eq(bridge_rx_head(x.reader), 5);
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    exporter_expect_page(&x, 0, 4, 9, arrival_ns(3, 0));
    for (uint32_t n = 0; n < 4; n++) {
        exporter_expect_prefetched(&x, n + 1, pages[n], arrival_ns(3, n + 1));
        ck_assert_uint_eq(exporter_state(&x, pages[n]), MB_EXPORT_SERVED);
    }
    ck_assert_uint_eq(exporter_state(&x, 3), MB_EXPORT_OFFERED);
    /* the request stood in its ring until the last one left */
    ck_assert_uint_eq(exporter_request_done(&x, 0),
                      start_ns(3) + 4 * WIRE_NS(4096));
}
END_TEST

/* Each takes the bridge its time, from the start of the one before it. */
START_TEST(served_one_by_one)
{
    const struct mb_page_run runs[] = { run_of(6), run_of(7) };
    uint64_t ready_ns[] = {
        start_ns(2), start_ns(2) + READ_NS,
        start_ns(2) + WIRE_NS(4096) + READ_NS,
    };

    exporter_offer(&x, 10);
    ask(4, 9, runs, 2);
    exporter_run(&x, 1000000);
    for (unsigned n = 0; n < 3; n++) {
        struct mb_trace_record record =
            bridge_expect_trace(x.server, MB_TRACE_READ);

        ck_assert_uint_eq(record.time_ns, ready_ns[n]);
        ck_assert_uint_eq(record.arg[1], n == 0 ? 9 : 0);
        ck_assert_uint_eq(record.arg[3] >> 48, MB_READ_READY);
    }
}
END_TEST

/* What has been sent, was taken back, or never was exported. */
START_TEST(left_out)
{
    const struct mb_page_run runs[] = {
        run_of(1), run_of(2), { .count = 1, .index = UINT64_MAX },
        { .object = 1, .count = 1, .index = EXPORT_INDEX(3) },
        { .object = UINT32_MAX, .count = 1, .index = EXPORT_INDEX(3) },
        { .count = 0, .index = EXPORT_INDEX(5) },
        { .count = 2, .index = EXPORT_INDEX(9) },   /* the last one, none */
        run_of(4), run_of(8), run_of(8),
    };

    exporter_offer(&x, 10);
    exporter_set_state(&x, 1, MB_EXPORT_WITHDRAWN);
    exporter_set_state(&x, 2, MB_EXPORT_SERVED);
    ask(4, 9, runs, sizeof(runs) / sizeof(runs[0]));
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 3);
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    exporter_expect_page(&x, 0, 4, 9, 0);
    exporter_expect_prefetched(&x, 1, 9, 0);
    exporter_expect_prefetched(&x, 2, 8, 0);
    ck_assert_uint_eq(exporter_state(&x, 3), MB_EXPORT_OFFERED);
    ck_assert_uint_eq(exporter_state(&x, 5), MB_EXPORT_OFFERED);
    ck_assert_uint_ne(exporter_request_done(&x, 0), 0);
}
END_TEST

/* The page of the fault is gone when the request comes, or when its turn has
 * come: the others are not. */
START_TEST(first_gone)
{
    const struct mb_page_run runs[] = { run_of(6) };

    exporter_offer(&x, 10);
    if (_i == 0) {
        exporter_set_state(&x, 4, MB_EXPORT_WITHDRAWN);
    }
    ask(4, 9, runs, 1);
    exporter_run(&x, start_ns(1) - 1);
    exporter_set_state(&x, 4, MB_EXPORT_WITHDRAWN);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 1);
    exporter_expect_prefetched(&x, 0, 6, 0);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_WITHDRAWN);
}
END_TEST

/* If the guest has not exported the page of the fault, the whole request is for
 * the guest. */
START_TEST(first_not_exported)
{
    const struct mb_page_run runs[] = { run_of(6) };
    struct mb_rx_completion completion;

    exporter_offer(&x, 10);
    bridge_post(x.server, 1);
    ask(10, 9, runs, 1);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 1);
    bridge_completion(x.server, 0, &completion);
    ck_assert_uint_eq(completion.length, sizeof(runs));
    ck_assert_uint_eq(bridge_rx_head(x.reader), 0);
    ck_assert_uint_eq(exporter_state(&x, 6), MB_EXPORT_OFFERED);
}
END_TEST

/* Bytes that are no whole run are nothing. */
START_TEST(half_a_run)
{
    const struct mb_page_run runs[] = { run_of(6), run_of(7) };
    const struct mb_msg msg = {
        .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .index = EXPORT_INDEX(4),
    };

    exporter_offer(&x, 10);
    exporter_send_list(&x, &msg, runs, 2 * sizeof(runs[0]) - 1);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 2);
    exporter_expect_prefetched(&x, 1, 6, 0);
}
END_TEST

/* So many pages are looked at and no more, whatever the runs say. */
START_TEST(bounded)
{
    const struct mb_page_run runs[] = {
        { .count = UINT32_MAX, .index = EXPORT_INDEX(0) }, run_of(298),
    };
    const uint64_t named = (MB_REQUEST_PAGES - 1 + 1) / 2;

    exporter_offer(&x, 300);
    ask(299, 9, runs, 2);
    for (uint32_t n = 0; n < named + 1; n++) {
        exporter_run(&x, arrival_ns(2, n));
        ck_assert_uint_eq(bridge_rx_head(x.reader), n + 1);
        bridge_post(x.reader, 1);
    }
    exporter_run(&x, arrival_ns(2, named + 3));
    ck_assert_uint_eq(bridge_rx_head(x.reader), named + 1);
    ck_assert_uint_eq(exporter_state(&x, named - 1), MB_EXPORT_SERVED);
    ck_assert_uint_eq(exporter_state(&x, named), MB_EXPORT_OFFERED);
    ck_assert_uint_eq(exporter_state(&x, 298), MB_EXPORT_OFFERED);
    ck_assert_uint_ne(exporter_request_done(&x, 0), 0);
}
END_TEST

/* -- what comes in between -- */

/* A page that is asked for meanwhile is not behind the rest of a payload. */
START_TEST(another_request)
{
    const struct mb_page_run runs[] = { run_of(5), run_of(6), run_of(7) };

    exporter_offer(&x, 10);
    ask(4, 9, runs, 3);
    ask(1, 10, NULL, 0);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 5);
    exporter_expect_page(&x, 0, 4, 9, arrival_ns(3, 0));
    exporter_expect_page(&x, 1, 1, 10, arrival_ns(3, 1));
    exporter_expect_prefetched(&x, 2, 5, arrival_ns(3, 2));
    exporter_expect_prefetched(&x, 3, 6, arrival_ns(3, 3));
    exporter_expect_prefetched(&x, 4, 7, arrival_ns(3, 4));
}
END_TEST

/* What of a payload has not left when the export is closed, or the bridge is
 * disabled or reset, does not leave. */
START_TEST(closed_meanwhile)
{
    const struct mb_page_run runs[] = { run_of(5), run_of(6), run_of(7) };

    exporter_offer(&x, 10);
    ask(4, 9, runs, 3);
    exporter_run(&x, start_ns(3) + WIRE_NS(4096) + 1);
    ck_assert_uint_eq(exporter_state(&x, 5), MB_EXPORT_SERVED);
    if (_i == 0) {
        exporter_close(&x);
    } else {
        bridge_write32(x.server, MB_REG_CONTROL,
                       _i == 1 ? 0 : MB_CONTROL_RESET);
    }
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 2);
    ck_assert_uint_eq(exporter_state(&x, 6), MB_EXPORT_OFFERED);
    ck_assert_uint_ne(exporter_request_done(&x, 0), 0);
}
END_TEST

/* The payload is its sender's: what stands there later is what is asked for,
 * and no more than the length that was checked is read. */
START_TEST(changed_payload)
{
    const struct mb_page_run runs[] = { run_of(5), run_of(6) };
    uint8_t *ring = test_segment_ring(x.segment, 1, 0);
    struct mb_slot *slot = (struct mb_slot *)ring;
    struct mb_page_run *sent = (struct mb_page_run *)(ring + sizeof(*slot));

    exporter_offer(&x, 10);
    ask(4, 9, runs, 2);
    exporter_run(&x, start_ns(2) + 1);
    sent[0] = run_of(8);
    sent[1] = (struct mb_page_run) { .count = UINT32_MAX,
                                     .index = EXPORT_INDEX(9) + 1 };
    sent[2] = run_of(3);
    slot->length = UINT32_MAX;
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 2);
    exporter_expect_prefetched(&x, 1, 8, 0);
    ck_assert_uint_eq(exporter_state(&x, 3), MB_EXPORT_OFFERED);
}
END_TEST

TCase *batch_tests(void)
{
    TCase *tests = suite_case("batches");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, in_their_order);
    tcase_add_test(tests, served_one_by_one);
    tcase_add_test(tests, left_out);
    tcase_add_loop_test(tests, first_gone, 0, 2);
    tcase_add_test(tests, first_not_exported);
    tcase_add_test(tests, half_a_run);
    tcase_add_test(tests, bounded);
    tcase_add_test(tests, another_request);
    tcase_add_loop_test(tests, closed_meanwhile, 0, 3);
    tcase_add_test(tests, changed_payload);
    return tests;
}
