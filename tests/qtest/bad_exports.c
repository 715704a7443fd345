/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exports that cannot be, tables that lie, readers that ask for what is not
 * theirs, and for everything at once: the emulator lives on, reads nothing but
 * the guest's memory, and always comes to an end.
 */
#include "suites.h"

#include <string.h>

#include "exporter.h"

static Exporter x;

static void setup(void)
{
    exporter_start(&x);
    bridge_post(x.reader, 32);
    bridge_post(x.server, 8);
}

static void teardown(void)
{
    ck_assert_uint_eq(bridge_read32(x.server, MB_REG_MAGIC), MB_MAGIC);
    ck_assert_uint_eq(x.segment->header->ended, MB_END_NOT);
    exporter_stop(&x);
}

/* -- descriptions -- */

static const struct {
    uint32_t offset;
    uint32_t bytes;
    uint64_t value;
} refused_fields[] = {
#define BAD(field, value_) \
    { offsetof(struct mb_export, field), \
      sizeof(((struct mb_export *)0)->field), value_ }
    BAD(slot, MB_EXPORTS),
    BAD(slot, UINT32_MAX),
    BAD(count, MB_EXPORT_PAGES + 1),
    BAD(count, UINT32_MAX),
    BAD(reader, 0),                     /* itself */
    BAD(reader, 3),                     /* nobody */
    BAD(reader, UINT32_MAX),
    BAD(reserved, 1),
    BAD(directory, EXPORT_DIRECTORY + 4),
    BAD(directory, UINT64_MAX - 7),
    BAD(directory, UINT64_MAX - 4096 + 1),
    BAD(notice, EXPORT_NOTICE + 4),
    BAD(notice, UINT64_MAX - 7),
    BAD(notice, UINT64_MAX - 23),
#undef BAD
};

START_TEST(refused)
{
    struct mb_export desc = exporter_good(10);

    exporter_offer(&x, 10);
    memcpy((uint8_t *)&desc + refused_fields[_i].offset,
           &refused_fields[_i].value, refused_fields[_i].bytes);
    exporter_describe(&x, &desc);
    ck_assert_uint_eq(bridge_read32(x.server, MB_REG_IRQ_STATUS),
                      MB_IRQ_ERROR);
    bridge_expect_status(x.server, MB_STATUS_BAD_EXPORT);
    /* what was there still is */
    exporter_ask(&x, 4, 9);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_SERVED);
}
END_TEST

START_TEST(refused_address)
{
    bridge_write64(x.server, MB_REG_EXPORT, EXPORT_DESC + 4);
    bridge_expect_status(x.server, MB_STATUS_BAD_EXPORT);
    bridge_write64(x.server, MB_REG_EXPORT, RAM_END - 8);
    bridge_expect_status(x.server, MB_STATUS_DMA_FAULT);
    bridge_write64(x.server, MB_REG_EXPORT, UINT64_MAX - 7);
    bridge_expect_status(x.server, MB_STATUS_DMA_FAULT);
    bridge_write64(x.server, MB_REG_EXPORT, BAR_REGS);
    bridge_expect_status(x.server, MB_STATUS_DMA_FAULT);
}
END_TEST

START_TEST(refused_while_off)
{
    const struct mb_export desc = exporter_good(10);

    bridge_write32(x.server, MB_REG_CONTROL, 0);
    exporter_describe(&x, &desc);
    bridge_expect_status(x.server, MB_STATUS_BAD_EXPORT);
}
END_TEST

/* A link that loses messages has a protocol of the kernels on it. */
START_TEST(refused_where_messages_are_lost)
{
    const struct mb_export desc = exporter_good(10);

    exporter_stop(&x);
    x = (Exporter) { .segment = test_segment_create(3) };
    test_segment_link(x.segment, (uint32_t)_i, 1 - (uint32_t)_i)->model.flags =
        MB_LINK_FAULTY;
    x.server = bridge_start(x.segment, 0);
    bridge_set_up(x.server, 5);
    exporter_describe(&x, &desc);
    bridge_expect_status(x.server, MB_STATUS_BAD_EXPORT);
}
END_TEST

/* -- tables -- */

static void write64(uint64_t addr, uint64_t value)
{
    qtest_memory_write(x.server->qtest, addr, &value, sizeof(value));
}

/* Where the only page of an export is said to be. */
static const uint64_t nowhere[] = {
    0, BAR_REGS, BAR_MSIX, RAM_END, RAM_END - 8, UINT64_MAX - 7,
    UINT64_C(1) << 56,
};
#define NOWHERE (int)(sizeof(nowhere) / sizeof(nowhere[0]))

/* The guest is told, and gets the request. */
static void expect_passed_on(void)
{
    exporter_ask(&x, 0, 9);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 1);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 0);
    bridge_expect_status(x.server, MB_STATUS_DMA_FAULT);
}

START_TEST(directory_nowhere)
{
    struct mb_export desc = exporter_good(10);

    exporter_offer(&x, 10);
    desc.directory = nowhere[_i] & ~UINT64_C(0xfff);
    exporter_describe(&x, &desc);
    if (desc.directory > UINT64_MAX - 4096 || nowhere[_i] == RAM_END - 8) {
        bridge_expect_status(x.server, desc.directory > UINT64_MAX - 4096
                             ? MB_STATUS_BAD_EXPORT : 0);
        return;
    }
    expect_passed_on();
}
END_TEST

START_TEST(table_nowhere)
{
    exporter_offer(&x, 1);
    write64(EXPORT_DIRECTORY, nowhere[_i]);
    expect_passed_on();
}
END_TEST

/* It finds out when it sends: nothing is sent. */
START_TEST(page_nowhere)
{
    exporter_offer(&x, 1);
    write64(EXPORT_TABLE(0) + 8,
            (nowhere[_i] & ~UINT64_C(0xfff)) | MB_EXPORT_OFFERED);
    exporter_ask(&x, 0, 9);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    if (nowhere[_i] != RAM_END - 8) {
        ck_assert_uint_eq(bridge_rx_head(x.reader), 0);
        bridge_expect_status(x.server, MB_STATUS_DMA_FAULT);
    }
    ck_assert_uint_ne(exporter_request_done(&x, 0), 0);
}
END_TEST

/* As many entries as there may be, in tables that are all the same one, which
 * is the directory itself; in no order: some are found, some are not. */
START_TEST(table_of_itself)
{
    struct mb_export desc = exporter_good(MB_EXPORT_PAGES);

    exporter_offer(&x, 10);
    for (uint64_t i = 0; i < MB_EXPORT_TABLES; i++) {
        write64(EXPORT_DIRECTORY + 8 * i, EXPORT_DIRECTORY);
    }
    exporter_describe(&x, &desc);
    for (uint64_t i = 0; i < 8; i++) {
        exporter_ask(&x, i, i);
    }
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 8);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* A page that is the table: what is sent is as it was before the mark. */
START_TEST(page_of_the_table)
{
    struct mb_export_page entry = {
        .key = mb_export_key(0, EXPORT_INDEX(0)),
        .page = EXPORT_TABLE(0) | MB_EXPORT_OFFERED,
    };

    exporter_offer(&x, 1);
    qtest_memory_write(x.server->qtest, EXPORT_TABLE(0), &entry,
                       sizeof(entry));
    exporter_ask(&x, 0, 9);
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 1);
    qtest_memory_read(x.reader->qtest, RX_PAGE(0), &entry, sizeof(entry));
    ck_assert_uint_eq(entry.page, EXPORT_TABLE(0) | MB_EXPORT_OFFERED);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* -- readers -- */

/* Node 2 says it is the reader: what a link carries is from its own end. */
START_TEST(false_reader)
{
    struct mb_slot *slot =
        (struct mb_slot *)test_segment_ring(x.segment, 2, 0);

    exporter_offer(&x, 10);
    *slot = (struct mb_slot) {
        .msg = { .type = MB_MSG_REQUEST, .source = 2, .pid = EXPORT_PID,
                 .epoch = EXPORT_EPOCH, .index = EXPORT_INDEX(4) },
        .end_ns = WIRE_NS(0),
    };
    __atomic_store_n(&test_segment_link(x.segment, 2, 0)->head, MB_SLOT_ALIGN,
                     __ATOMIC_RELEASE);
    test_segment_news(x.segment, 2, 0);
    bridge_read32(x.server, MB_REG_STATUS);
    /* too late: the source that was checked counts */
    slot->msg.source = 1;
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(bridge_rx_head(x.server), 1);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_OFFERED);
}
END_TEST

/* Another request in the place of the one that was taken: the page of which is
 * sent, if it is exported to that reader, or none. */
START_TEST(changed_request)
{
    struct mb_slot *slot =
        (struct mb_slot *)test_segment_ring(x.segment, 1, 0);

    exporter_offer(&x, 10);
    exporter_ask(&x, 4, 9);
    exporter_run(&x, WIRE_NS(0) + LATENCY_NS + 1);
    slot->msg.index = EXPORT_INDEX(_i);
    slot->length = UINT32_MAX;
    exporter_run(&x, 1000000);
    ck_assert_uint_eq(exporter_state(&x, 4), MB_EXPORT_OFFERED);
    ck_assert_uint_eq(bridge_rx_head(x.reader), _i < 10 ? 1 : 0);
    bridge_expect_status(x.server, 0);
}
END_TEST

/* As many requests as the ring holds, and once more, for pages that there are
 * and that there are not. All come to an end, and nothing else is held up. */
START_TEST(flood)
{
    exporter_offer(&x, 12);
    for (unsigned round = 0; round < 80; round++) {
        for (uint64_t i = 0; i < 16; i++) {
            exporter_ask(&x, (round + i) % 12, i);
        }
        exporter_run(&x, (round + 1) * UINT64_C(20000));
    }
    bridge_queue_message(x.server, MB_TX_URGENT, 1, 100, 3);
    bridge_ring(x.server, MB_TX_URGENT);
    exporter_run(&x, 4000000);
    ck_assert_uint_eq(bridge_tx_head(x.reader, 0), 80 * 16);
    ck_assert_uint_eq(bridge_tx_head(x.server, 0), 1);
    ck_assert_uint_eq(bridge_rx_head(x.reader), 13);
    ck_assert_uint_eq(bridge_rx_head(x.server), 0);
    bridge_expect_status(x.server, 0);
    bridge_expect_status(x.reader, 0);
}
END_TEST

TCase *bad_export_tests(void)
{
    TCase *tests = suite_case("bad exports");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refused, 0,
                        sizeof(refused_fields) / sizeof(refused_fields[0]));
    tcase_add_test(tests, refused_address);
    tcase_add_test(tests, refused_while_off);
    tcase_add_loop_test(tests, refused_where_messages_are_lost, 0, 2);
    tcase_add_loop_test(tests, directory_nowhere, 0, NOWHERE);
    tcase_add_loop_test(tests, table_nowhere, 0, NOWHERE);
    tcase_add_loop_test(tests, page_nowhere, 0, NOWHERE);
    tcase_add_test(tests, table_of_itself);
    tcase_add_test(tests, page_of_the_table);
    tcase_add_test(tests, false_reader);
    tcase_add_loop_test(tests, changed_request, 9, 11);
    tcase_add_test(tests, flood);
    return tests;
}
