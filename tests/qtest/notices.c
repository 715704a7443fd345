/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest learns of the pages that its bridge serves: a count, the last one,
 * and an interrupt when there are as many as it waits for.
 */
#include "suites.h"

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

static void offer(uint32_t count, uint64_t notice, uint64_t alarm)
{
    const struct mb_export_notice start = { .alarm = alarm };
    struct mb_export desc = exporter_good(count);

    exporter_offer(&x, count);
    if (notice == EXPORT_NOTICE) {
        qtest_memory_write(x.server->qtest, notice, &start, sizeof(start));
    }
    desc.notice = notice;
    exporter_describe(&x, &desc);
    bridge_expect_status(x.server, 0);
}

static struct mb_export_notice notice(void)
{
    struct mb_export_notice now;

    qtest_memory_read(x.server->qtest, EXPORT_NOTICE, &now, sizeof(now));
    return now;
}

static uint32_t interrupts(void)
{
    return bridge_read32(x.server, MB_REG_IRQ_STATUS);
}

/* At the instant at which the page leaves, and not for one that does not. */
START_TEST(counted)
{
    const uint64_t start = WIRE_NS(0) + LATENCY_NS + READ_NS;

    offer(10, EXPORT_NOTICE, 0);
    exporter_set_state(&x, 3, MB_EXPORT_WITHDRAWN);
    exporter_ask(&x, 7, 1);
    exporter_ask(&x, 3, 2);
    exporter_ask(&x, 5, 3);
    exporter_run(&x, start - 1);
    ck_assert_uint_eq(notice().served, 0);
    exporter_run(&x, start);
    ck_assert_uint_eq(notice().served, 1);
    ck_assert_uint_eq(notice().key, mb_export_key(0, EXPORT_INDEX(7)));
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(notice().served, 2);
    ck_assert_uint_eq(notice().key, mb_export_key(0, EXPORT_INDEX(5)));
    ck_assert_uint_eq(notice().alarm, 0);
    ck_assert_uint_eq(interrupts(), 0);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* So are those of a payload. */
START_TEST(batch_counted)
{
    const struct mb_page_run run = { .count = 5, .index = EXPORT_INDEX(0) };
    const struct mb_msg msg = {
        .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .index = EXPORT_INDEX(8),
    };

    offer(10, EXPORT_NOTICE, 4);
    exporter_send_list(&x, &msg, &run, sizeof(run));
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(notice().served, 4);
    ck_assert_uint_eq(notice().key, mb_export_key(0, EXPORT_INDEX(2)));
    ck_assert_uint_eq(interrupts(), MB_IRQ_SERVED);
}
END_TEST

/* When there are as many, not one sooner, and not again with the next. */
START_TEST(alarm_rings_once)
{
    offer(10, EXPORT_NOTICE, 2);
    for (uint64_t i = 0; i < 4; i++) {
        exporter_ask(&x, i, i);
        exporter_run(&x, (i + 1) * 200000);
        ck_assert_uint_eq(notice().served, i + 1);
        ck_assert_uint_eq(interrupts(), i == 1 ? MB_IRQ_SERVED : 0);
        bridge_write32(x.server, MB_REG_IRQ_STATUS, MB_IRQ_SERVED);
    }
}
END_TEST

/* The guest may move it while pages leave. */
START_TEST(alarm_moves)
{
    struct mb_export_notice now;

    offer(10, EXPORT_NOTICE, 2);
    exporter_ask(&x, 0, 1);
    exporter_run(&x, 200000);
    now = notice();
    now.alarm = 3;
    qtest_memory_write(x.server->qtest, EXPORT_NOTICE, &now, sizeof(now));
    exporter_ask(&x, 1, 1);
    exporter_run(&x, 400000);
    ck_assert_uint_eq(interrupts(), 0);
    exporter_ask(&x, 2, 1);
    exporter_run(&x, 600000);
    ck_assert_uint_eq(interrupts(), MB_IRQ_SERVED);
}
END_TEST

/* The page has left all the same. */
START_TEST(nowhere)
{
    static const uint64_t places[] = { RAM_END, RAM_END - 16, BAR_REGS,
                                       UINT64_C(1) << 62 };

    offer(10, places[_i], 0);
    exporter_ask(&x, 0, 1);
    exporter_run(&x, 1000000);
    exporter_expect_page(&x, 0, 0, 1, 0);
    ck_assert_uint_eq(exporter_state(&x, 0), MB_EXPORT_SERVED);
    bridge_expect_status(x.server, MB_STATUS_DMA_FAULT);
}
END_TEST

START_TEST(none)
{
    const struct mb_export_notice before = { .served = 77, .alarm = 78 };

    offer(10, 0, 0);
    qtest_memory_write(x.server->qtest, EXPORT_NOTICE, &before,
                       sizeof(before));
    exporter_ask(&x, 0, 1);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(notice().served, 77);
    ck_assert_uint_eq(interrupts(), 0);
    bridge_expect_status(x.server, 0);
}
END_TEST

TCase *notice_tests(void)
{
    TCase *tests = suite_case("notices");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, counted);
    tcase_add_test(tests, batch_counted);
    tcase_add_test(tests, alarm_rings_once);
    tcase_add_test(tests, alarm_moves);
    tcase_add_loop_test(tests, nowhere, 0, 4);
    tcase_add_test(tests, none);
    return tests;
}
