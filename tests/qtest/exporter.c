/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node that exports pages, and one that reads them.
 */
#include "exporter.h"

#include <check.h>
#include <string.h>

#define SERVER      0u
#define READER      1u
#define PAGE_BYTES  4096u

void exporter_start(Exporter *x)
{
    *x = (Exporter) { .segment = test_segment_create(3) };
    x->server = bridge_start(x->segment, SERVER);
    x->reader = bridge_start(x->segment, READER);
    bridge_set_up(x->server, 5);
    bridge_set_up(x->reader, 5);
}

void exporter_stop(Exporter *x)
{
    bridge_stop(x->server);
    bridge_stop(x->reader);
    test_segment_destroy(x->segment);
}

/* -- the server's memory -- */

static uint64_t entry_addr(uint64_t i)
{
    return EXPORT_TABLE(i / MB_EXPORT_TABLE) +
           i % MB_EXPORT_TABLE * sizeof(struct mb_export_page);
}

static uint8_t fill_of(uint64_t i)
{
    return (uint8_t)(i * 7 + 1);
}

static void write_pages(Exporter *x, uint32_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct mb_export_page entry = {
            .key = mb_export_key(0, EXPORT_INDEX(i)),
            .page = EXPORT_PAGE(i) | MB_EXPORT_OFFERED,
        };
        uint8_t page[PAGE_BYTES];

        memset(page, fill_of(i), sizeof(page));
        qtest_memory_write(x->server->qtest, EXPORT_PAGE(i), page,
                           sizeof(page));
        qtest_memory_write(x->server->qtest, entry_addr(i), &entry,
                           sizeof(entry));
    }
    for (uint64_t i = 0; i * MB_EXPORT_TABLE < count; i++) {
        uint64_t table = EXPORT_TABLE(i);

        qtest_memory_write(x->server->qtest, EXPORT_DIRECTORY + 8 * i, &table,
                           sizeof(table));
    }
}

struct mb_export exporter_good(uint32_t count)
{
    return (struct mb_export) {
        .slot = EXPORT_SLOT, .count = count, .pid = EXPORT_PID,
        .epoch = EXPORT_EPOCH, .reader = READER,
        .directory = EXPORT_DIRECTORY,
    };
}

void exporter_describe(Exporter *x, const struct mb_export *desc)
{
    qtest_memory_write(x->server->qtest, EXPORT_DESC, desc, sizeof(*desc));
    bridge_write64(x->server, MB_REG_EXPORT, EXPORT_DESC);
}

void exporter_offer_to(Exporter *x, uint32_t count, uint32_t reader)
{
    struct mb_export desc = exporter_good(count);

    desc.reader = reader;
    write_pages(x, count);
    exporter_describe(x, &desc);
    bridge_expect_status(x->server, 0);
}

void exporter_offer(Exporter *x, uint32_t count)
{
    exporter_offer_to(x, count, READER);
}

void exporter_close(Exporter *x)
{
    const struct mb_export desc = { .slot = EXPORT_SLOT };

    exporter_describe(x, &desc);
    bridge_expect_status(x->server, 0);
}

uint64_t exporter_state(Exporter *x, uint64_t i)
{
    struct mb_export_page entry;

    qtest_memory_read(x->server->qtest, entry_addr(i), &entry, sizeof(entry));
    ck_assert_uint_eq(entry.key, mb_export_key(0, EXPORT_INDEX(i)));
    ck_assert_uint_eq(entry.page & ~(uint64_t)MB_EXPORT_STATE, EXPORT_PAGE(i));
    return entry.page & MB_EXPORT_STATE;
}

void exporter_set_state(Exporter *x, uint64_t i, uint64_t state)
{
    struct mb_export_page entry = {
        .key = mb_export_key(0, EXPORT_INDEX(i)),
        .page = EXPORT_PAGE(i) | state,
    };

    qtest_memory_write(x->server->qtest, entry_addr(i), &entry, sizeof(entry));
}

/* -- the reader -- */

void exporter_send_list(Exporter *x, const struct mb_msg *msg,
                        const void *list, uint32_t bytes)
{
    uint64_t payload = TX_PAGE(x->reader->tx_tail[MB_TX_URGENT]);
    struct mb_tx_desc desc = {
        .msg = *msg,
        .addr = bytes > 0 ? payload : 0,
        .length = bytes,
    };

    if (bytes > 0) {
        qtest_memory_write(x->reader->qtest, payload, list, bytes);
    }
    if (desc.msg.type == 0) {
        desc.msg.type = MB_MSG_REQUEST;
    }
    desc.msg.target = SERVER;
    bridge_put(x->reader, MB_TX_URGENT, &desc);
    bridge_ring(x->reader, MB_TX_URGENT);
    x->requests++;
}

void exporter_send(Exporter *x, const struct mb_msg *msg)
{
    exporter_send_list(x, msg, NULL, 0);
}

void exporter_ask(Exporter *x, uint64_t i, uint64_t tag)
{
    const struct mb_msg msg = {
        .pid = EXPORT_PID, .epoch = EXPORT_EPOCH, .index = EXPORT_INDEX(i),
        .tag = tag,
    };

    exporter_send(x, &msg);
}

uint64_t exporter_request_done(Exporter *x, uint64_t n)
{
    const uint8_t *ring = test_segment_ring(x->segment, READER, SERVER);
    const struct mb_slot *slot = (const struct mb_slot *)
        (ring + n * MB_SLOT_ALIGN % x->segment->header->ring_bytes);

    return slot->done_ns;
}

/* In steps that are shorter than the latency, so that neither gets a message
 * late: bridges that are not synchronised look when they are asked. */
void exporter_run(Exporter *x, uint64_t time_ns)
{
    uint64_t now;

    while ((now = qtest_now(x->server->qtest)) < time_ns) {
        uint64_t next = now + LATENCY_NS / 2;

        next = next < time_ns ? next : time_ns;
        bridge_read32(x->server, MB_REG_STATUS);
        bridge_read32(x->reader, MB_REG_STATUS);
        qtest_step_to(x->server->qtest, next);
        qtest_step_to(x->reader->qtest, next);
    }
    bridge_read32(x->server, MB_REG_STATUS);
    bridge_read32(x->reader, MB_REG_STATUS);
}

static void expect(Exporter *x, uint32_t n, uint64_t i, uint16_t flags,
                   uint64_t tag, uint64_t arrival_ns)
{
    struct mb_rx_completion completion;
    uint8_t expected[PAGE_BYTES], found[PAGE_BYTES];

    bridge_completion(x->reader, n, &completion);
    ck_assert_uint_eq(completion.msg.type, MB_MSG_PAGE);
    ck_assert_uint_eq(completion.msg.flags, flags);
    ck_assert_uint_eq(completion.msg.source, SERVER);
    ck_assert_uint_eq(completion.msg.pid, EXPORT_PID);
    ck_assert_uint_eq(completion.msg.epoch, EXPORT_EPOCH);
    ck_assert_uint_eq(completion.msg.object, 0);
    ck_assert_uint_eq(completion.msg.index, EXPORT_INDEX(i));
    ck_assert_uint_eq(completion.msg.tag, tag);
    ck_assert_uint_eq(completion.msg.aux, 0);
    ck_assert_uint_eq(completion.length, PAGE_BYTES);
    if (arrival_ns != 0) {
        ck_assert_uint_eq(completion.arrival_ns, arrival_ns);
    }
    memset(expected, fill_of(i), sizeof(expected));
    qtest_memory_read(x->reader->qtest, RX_PAGE(n % 32), found, sizeof(found));
    ck_assert_mem_eq(found, expected, sizeof(found));
}

void exporter_expect_page(Exporter *x, uint32_t n, uint64_t i, uint64_t tag,
                          uint64_t arrival_ns)
{
    expect(x, n, i, MB_MSG_DEMANDED, tag, arrival_ns);
}

void exporter_expect_prefetched(Exporter *x, uint32_t n, uint64_t i,
                                uint64_t arrival_ns)
{
    expect(x, n, i, MB_MSG_PREFETCHED, 0, arrival_ns);
}
