/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that a bridge serves by itself: what a reader gets and when, and what
 * the guest that serves sees of it, which is nothing but marks in its table.
 */
#include "suites.h"

#include <string.h>

#include "exporter.h"

static Exporter x;

static void setup(void)
{
    exporter_start(&x);
    bridge_post(x.reader, 16);
}

static void teardown(void)
{
    exporter_stop(&x);
}

/* -- one page -- */

START_TEST(served)
{
    const uint64_t asked = WIRE_NS(0) + LATENCY_NS, start = asked + READ_NS;
    const uint64_t arrival = start + WIRE_NS(4096) + LATENCY_NS;
    struct mb_trace_record record;

    exporter_offer(&x, 10);
    exporter_ask(&x, 7, 0xabc);
    exporter_run(&x, start - 1);
    ck_assert_uint_eq(exporter_state(&x, 7), MB_EXPORT_OFFERED);
    exporter_run(&x, start);
    ck_assert_uint_eq(exporter_state(&x, 7), MB_EXPORT_SERVED);
    ck_assert_uint_eq(exporter_state(&x, 6), MB_EXPORT_OFFERED);
    exporter_run(&x, arrival);
    exporter_expect_page(&x, 0, 7, 0xabc, arrival);

    record = bridge_expect_trace(x.server, MB_TRACE_RX);
    ck_assert_uint_eq(record.time_ns, asked);
    record = bridge_expect_trace(x.server, MB_TRACE_READ);
    ck_assert_uint_eq(record.time_ns, start);
    ck_assert_uint_eq(record.arg[1], 0xabc);
    ck_assert_uint_eq(record.arg[3] >> 48, MB_READ_READY);
    record = bridge_expect_trace(x.server, MB_TRACE_TX_START);
    ck_assert_uint_eq(record.time_ns, start);
    ck_assert_uint_eq(record.arg[1], 0xabc);
    /* the guest has not been asked, and not been told */
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    ck_assert_uint_eq(bridge_read32(x.server, MB_REG_IRQ_STATUS), 0);
    ck_assert_uint_eq(bridge_tx_head(x.server, 0), 0);
    bridge_expect_status(x.server, 0);
}
END_TEST

static void expect_read(uint64_t tag, enum mb_read_outcome outcome)
{
    struct mb_trace_record record =
        bridge_expect_trace(x.server, MB_TRACE_READ);

    ck_assert_uint_eq(record.arg[1], tag);
    ck_assert_uint_eq(record.arg[3] >> 48, outcome);
}

/* Each page once, whether it has been sent when the second request comes, or
 * is just being served. */
START_TEST(once)
{
    exporter_offer(&x, 10);
    exporter_ask(&x, 3, 1);
    if (_i == 0) {
        exporter_run(&x, 500000);
    }
    exporter_ask(&x, 3, 2);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 1);
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    expect_read(1, MB_READ_READY);
    if (_i == 1) {
        expect_read(2, MB_READ_READY);
    }
    expect_read(2, MB_READ_GONE);
    ck_assert_uint_ne(exporter_request_done(&x, 1), 0);
}
END_TEST

/* In a table of two pages: its edges, and where the tables meet. */
START_TEST(found)
{
    static const uint64_t pages[] = { 0, 1, 255, 256, 257, 298, 299 };

    exporter_offer(&x, 300);
    for (uint64_t i = 0; i < 7; i++) {
        exporter_ask(&x, pages[i], i);
    }
    exporter_run(&x, 2000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 7);
    for (uint32_t i = 0; i < 7; i++) {
        ck_assert_uint_eq(exporter_state(&x, pages[i]), MB_EXPORT_SERVED);
        exporter_expect_page(&x, i, pages[i], i, 0);
    }
    bridge_expect_status(x.server, 0);
}
END_TEST

/* -- several -- */

/* One request at a time: they come WIRE_NS(0) apart, which is less. */
START_TEST(one_at_a_time)
{
    const uint64_t first = WIRE_NS(0) + LATENCY_NS;

    exporter_offer(&x, 10);
    for (uint64_t i = 0; i < 3; i++) {
        exporter_ask(&x, i, i);
    }
    exporter_run(&x, 1000000);
    for (uint64_t i = 0; i < 3; i++) {
        struct mb_trace_record record =
            bridge_expect_trace(x.server, MB_TRACE_READ);

        ck_assert_uint_eq(record.time_ns, first + (i + 1) * READ_NS);
        ck_assert_uint_eq(record.arg[1], i);
    }
    for (uint32_t i = 0; i < 3; i++) {
        exporter_expect_page(&x, i, i, i, first + READ_NS +
                             (i + 1) * WIRE_NS(4096) + LATENCY_NS);
    }
}
END_TEST

/* The port: urgent messages first, then these pages, then bulk messages. */
START_TEST(order)
{
    static const uint64_t tags[] = { 1, 3, 9, 2 };
    const uint64_t asked = WIRE_NS(0) + LATENCY_NS;

    exporter_offer(&x, 10);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, asked);
    bridge_queue_message(x.server, MB_TX_BULK, 1, 4096, 1);
    bridge_queue_message(x.server, MB_TX_BULK, 1, 4096, 2);
    bridge_ring(x.server, MB_TX_BULK);
    exporter_run(&x, asked + READ_NS);
    bridge_queue_message(x.server, MB_TX_URGENT, 1, 100, 3);
    bridge_ring(x.server, MB_TX_URGENT);
    exporter_run(&x, 1000000);
    for (unsigned i = 0; i < 4; i++) {
        struct mb_trace_record record =
            bridge_expect_trace(x.server, MB_TRACE_TX_START);

        ck_assert_uint_eq(record.arg[1], tags[i]);
    }
    ck_assert_uint_eq(bridge_tx_head(x.server, MB_TX_BULK), 2);
    ck_assert_uint_eq(bridge_tx_head(x.server, MB_TX_URGENT), 1);
}
END_TEST

/* -- taking back -- */

/* Up to the instant at which the answer would start, the page is the guest's
 * to take back; what it then is does not leave. */
START_TEST(withdrawn_while_the_port_is_busy)
{
    const uint64_t ready = WIRE_NS(0) + LATENCY_NS + READ_NS;

    exporter_offer(&x, 10);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, ready - 1);
    bridge_queue_message(x.server, MB_TX_BULK, 1, 4096, 1);
    bridge_ring(x.server, MB_TX_BULK);
    exporter_run(&x, ready + 100);
    expect_read(9, MB_READ_READY);
    exporter_set_state(&x, 4, MB_EXPORT_WITHDRAWN);
    exporter_run(&x, 1000000);
    expect_read(9, MB_READ_GONE);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 1);
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    ck_assert_uint_ne(exporter_request_done(&x, 0), 0);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* So does closing the export, disabling and resetting the bridge. */
START_TEST(closed_while_served)
{
    exporter_offer(&x, 10);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, WIRE_NS(0) + LATENCY_NS + 1);
    if (_i == 0) {
        exporter_close(&x);
    } else {
        bridge_write32(x.server, MB_REG_CONTROL,
                       _i == 1 ? 0 : MB_CONTROL_RESET);
    }
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_OFFERED);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 0);
    ck_assert_uint_ne(exporter_request_done(&x, 0), 0);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* After that, requests are for the guest again. */
START_TEST(closed_before)
{
    exporter_offer(&x, 10);
    if (_i == 0) {
        exporter_close(&x);
    } else {
        bridge_write32(x.server, MB_REG_CONTROL,
                       _i == 1 ? 0 : MB_CONTROL_RESET);
        bridge_set_up(x.server, 5);
    }
    bridge_post(x.server, 2);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 1);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 0);
}
END_TEST

/* -- what is not exported is for the guest -- */

START_TEST(not_exported)
{
    static const struct mb_msg others[] = {
        { .pid = EXPORT_PID + 1, .epoch = EXPORT_EPOCH },
        { .pid = EXPORT_PID, .epoch = EXPORT_EPOCH + 1 },
        { .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .object = 1 },
        { .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .index = 10000 },
        { .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .index = UINT64_MAX },
        /* its low bits are a key that there is */
        { .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .object = 1u << 16 },
        { .type = 2, .pid = EXPORT_PID, .epoch = EXPORT_EPOCH },
    };
    struct mb_msg msg = others[_i];
    struct mb_rx_completion completion;

    exporter_offer(&x, 10);
    bridge_post(x.server, 2);
    if (msg.index == 0) {
        msg.index = EXPORT_INDEX(0);
    }
    exporter_send(&x, &msg);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 1);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 0);
    bridge_completion(x.server, 0, &completion);
    ck_assert_uint_eq(completion.msg.pid, msg.pid);
    ck_assert_uint_eq(completion.msg.index, msg.index);
    ck_assert_uint_eq(exporter_state(&x, 0), MB_EXPORT_OFFERED);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* To another node it is not exported either. */
START_TEST(another_reader)
{
    exporter_offer_to(&x, 10, 2);
    bridge_post(x.server, 2);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 1);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_OFFERED);
}
END_TEST

/* -- room -- */

/* The page waits for room as all others do, and no other is chosen before it
 * there; then it is looked up again. */
START_TEST(waits_for_room)
{
    const uint32_t fit = MB_RING_BYTES_MIN / (4096 + MB_SLOT_ALIGN);

    exporter_offer(&x, 100);
    bridge_write32(x.reader, MB_REG_CONTROL, 0);
    bridge_set_up(x.reader, 5);
    for (uint64_t i = 0; i < fit + 2; i++) {
        exporter_ask(&x, i, i);
    }
    exporter_run(&x, 3000000);
    ck_assert_uint_eq(exporter_state(&x, fit - 1), MB_EXPORT_SERVED);
    ck_assert_uint_eq(exporter_state(&x, fit), MB_EXPORT_OFFERED);
    ck_assert_uint_eq(test_segment_link(x.segment, 0, 1)->starved, 1);

    exporter_set_state(&x, fit, MB_EXPORT_WITHDRAWN);
    bridge_post(x.reader, 2);
    exporter_run(&x, 4000000);
    ck_assert_uint_eq(exporter_state(&x, fit), MB_EXPORT_WITHDRAWN);
    ck_assert_uint_eq(exporter_state(&x, fit + 1), MB_EXPORT_SERVED);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* A page for one node does not wait behind a bulk message for another one
 * whose ring is full. */
START_TEST(not_behind_another_link)
{
    exporter_offer(&x, 10);
    for (uint64_t i = 0; i < 20; i++) {
        bridge_queue_message(x.server, MB_TX_BULK, 2, 4096, 100 + i);
    }
    bridge_ring(x.server, MB_TX_BULK);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(test_segment_link(x.segment, 0, 2)->starved, 1);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, 2000000);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_SERVED);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 1);
}
END_TEST

TCase *export_tests(void)
{
    TCase *tests = suite_case("exports");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, served);
    tcase_add_loop_test(tests, once, 0, 2);
    tcase_add_test(tests, found);
    tcase_add_test(tests, one_at_a_time);
    tcase_add_test(tests, order);
    tcase_add_test(tests, withdrawn_while_the_port_is_busy);
    tcase_add_loop_test(tests, closed_while_served, 0, 3);
    tcase_add_loop_test(tests, closed_before, 0, 3);
    tcase_add_loop_test(tests, not_exported, 0, 7);
    tcase_add_test(tests, another_reader);
    tcase_add_test(tests, waits_for_room);
    tcase_add_test(tests, not_behind_another_link);
    return tests;
}
