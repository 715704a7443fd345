/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/trace-*.c: merged in order, damaged files refused, records in words.
 */
#include "lib/file.h"
#include "lib/trace-file.h"
#include "lib/trace-store.h"
#include "lib/trace-words.h"
#include "suite.h"

#include "hw/abi/message.h"

static struct mb_trace_record make_record(uint16_t node, uint32_t seq,
                                          uint64_t time_ns)
{
    return (struct mb_trace_record) {
        .time_ns = time_ns, .node = node, .seq = seq, .type = MB_TRACE_BOOT,
    };
}

static void append(TraceStore *store, uint16_t node, uint32_t seq,
                   uint64_t time_ns)
{
    struct mb_trace_record record = make_record(node, seq, time_ns);
    GError *error = NULL;

    ck_assert(trace_store_append(store, node, &record, 1, &error));
    ck_assert_no_error(error);
}

static TraceStore *make_store(uint32_t nodes)
{
    GError *error = NULL;
    TraceStore *store = trace_store_new(nodes, AT_FDCWD, &error);

    ck_assert_no_error(error);
    return store;
}

static TraceFile *write_and_open(TraceStore *store)
{
    GError *error = NULL;
    int fd = suite_file();

    ck_assert(trace_store_write(store, fd, &error));
    TraceFile *file = trace_file_open(fd, &error);
    ck_assert_no_error(error);
    close(fd);
    return file;
}

START_TEST(merges_by_time_then_node_then_number)
{
    /* node, seq as they must come out */
    static const uint32_t expected[][2] = {
        { 1, 1 }, { 0, 0 }, { 2, 0 }, { 0, 1 }, { 1, 0 }, { 1, 2 }, { 0, 2 },
    };
    g_autoptr(TraceStore) store = make_store(3);

    append(store, 0, 0, 10);
    append(store, 0, 1, 20);
    append(store, 0, 2, 30);
    append(store, 1, 0, 20);
    append(store, 1, 1, 5);         /* stamped late */
    append(store, 1, 2, 20);
    append(store, 2, 0, 10);
    g_autoptr(TraceFile) file = write_and_open(store);
    ck_assert_uint_eq(file->node_count, 3);
    ck_assert_uint_eq(file->record_count, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        ck_assert_uint_eq(file->records[i].node, expected[i][0]);
        ck_assert_uint_eq(file->records[i].seq, expected[i][1]);
    }
}
END_TEST

START_TEST(merges_many)
{
    g_autoptr(TraceStore) store = make_store(16);
    uint64_t state = 5;
    uint32_t seq[16] = { 0 };

    for (unsigned i = 0; i < 20000; i++) {
        uint16_t node = suite_random(&state) % 16;
        append(store, node, seq[node]++, suite_random(&state) % 1000);
    }
    g_autoptr(TraceFile) file = write_and_open(store);
    ck_assert_uint_eq(file->record_count, 20000);
}
END_TEST

START_TEST(an_empty_trace_is_a_trace)
{
    g_autoptr(TraceStore) store = make_store(1);
    g_autoptr(TraceFile) file = write_and_open(store);

    ck_assert_uint_eq(file->record_count, 0);
}
END_TEST

START_TEST(store_refuses_wrong_node_and_gaps)
{
    g_autoptr(TraceStore) store = make_store(2);
    struct mb_trace_record records[2] = {
        make_record(0, 0, 1), make_record(0, 2, 2),
    };
    GError *error = NULL;

    ck_assert(!trace_store_append(store, 1, records, 1, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "of node 0");
    ck_assert(!trace_store_append(store, 0, records, 2, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "numbered 2");
    ck_assert(trace_store_append(store, 0, records, 1, &error));
    ck_assert(!trace_store_append(store, 0, records, 1, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "numbered 0");
}
END_TEST

typedef struct {
    struct mb_trace_file header;
    struct mb_trace_record records[2];
} SmallFile;

static SmallFile make_small_file(void)
{
    SmallFile file = {
        .header = {
            .magic = MB_TRACE_MAGIC,
            .version = MB_TRACE_VERSION,
            .node_count = 2,
            .record_bytes = sizeof(struct mb_trace_record),
            .record_count = 2,
        },
        .records = { make_record(0, 0, 5), make_record(1, 0, 5) },
    };

    return file;
}

static void expect(const SmallFile *file, size_t bytes, const char *part)
{
    GError *error = NULL;
    int fd = suite_file();

    ck_assert(file_write_all(fd, file, bytes, 0, &error));
    g_autoptr(TraceFile) opened = trace_file_open(fd, &error);
    if (part == NULL) {
        ck_assert_no_error(error);
    } else {
        ck_assert_ptr_null(opened);
        ck_assert_error(error, GODWIT_ERROR_FAILED, part);
    }
    close(fd);
}

START_TEST(damaged_files_are_refused)
{
    const SmallFile good = make_small_file();
    SmallFile bad;

    expect(&good, sizeof(good), NULL);
    expect(&good, 0, "cut short");
    expect(&good, sizeof(good.header) - 1, "cut short");
    expect(&good, sizeof(good) - 1, "cut short");
    expect(&good, sizeof(good) - sizeof(good.records[0]), "cut short");
    bad = good;
    bad.header.magic[7] = 'X';
    expect(&bad, sizeof(bad), "not a trace file");
    bad = good;
    bad.header.version++;
    expect(&bad, sizeof(bad), "of version 11");
    bad = good;
    bad.header.record_bytes = 65;
    expect(&bad, sizeof(bad), "of version");
    bad = good;
    bad.header.node_count = 0;
    expect(&bad, sizeof(bad), "of 0 nodes");
    bad = good;
    bad.header.node_count = 257;
    expect(&bad, sizeof(bad), "of 257 nodes");
    bad = good;
    bad.header.record_count = UINT64_MAX;
    expect(&bad, sizeof(bad), "cut short");
    bad = good;
    bad.records[1].node = 2;
    expect(&bad, sizeof(bad), "is of node 2");
    bad = good;
    bad.records[1].time_ns = 4;
    expect(&bad, sizeof(bad), "out of order");
    bad = good;
    bad.records[1].node = 0;
    expect(&bad, sizeof(bad), "out of order");
}
END_TEST

START_TEST(records_have_words)
{
    static const struct {
        struct mb_trace_record record;
        const char *words;
    } cases[] = {
        { { .type = MB_TRACE_TX_START, .pid = 1, .epoch = 2, .arg = {
                MB_MSG_PAGE | MB_MSG_DEMANDED << 16 | UINT64_C(4096) << 32,
                0x1f, 7, 3 } },
          "TX_START of PAGE (demanded, 4096 bytes) number 7 to node 3, tag "
          "1f, process 1, epoch 2" },
        { { .type = MB_TRACE_RX, .arg = { MB_MSG_ACK, 0, 8,
                                          2 | UINT64_C(1) << 48 } },
          "RX of ACK (0 bytes) number 8 from node 2, second copy" },
        { { .type = MB_TRACE_LOST, .arg = {
                MB_MSG_MAP | MB_MSG_AGAIN << 16, 0, 8, 2 | (uint64_t)MB_LOST_DOWN << 48 } },
          "LOST of MAP (again, 0 bytes) number 8 to node 2: link down" },
        { { .type = MB_TRACE_DROPPED, .arg = {
                99, 0, 8, 2 | UINT64_C(9) << 48 } },
          "DROPPED of 99 (0 bytes) number 8 from node 2: 9" },
        { { .type = MB_TRACE_PHASE, .pid = 4, .arg = { MB_MARK_SENT, 0, 5 } },
          "PHASE SENT of a migration to node 5, process 4" },
        { { .type = MB_TRACE_FAULT, .arg = { 0x20, MB_FAULT_TAKEN, 1, 0xab } },
          "FAULT TAKEN of page ab of object 1, tag 20" },
        { { .type = MB_TRACE_FAULT, .arg = {
                0x21, MB_FAULT_REQUESTED | MB_FAULT_AWAITS_MAP, 1, 0xac } },
          "FAULT REQUESTED of page ac of object 1, tag 21, awaits the map" },
        { { .type = MB_TRACE_PROC_EXIT, .arg = { 9, 10, 11, 12 } },
          "PROC_EXIT by signal 9 after 10 user instructions, 11 system calls "
          "and 12 page faults" },
        { { .type = MB_TRACE_PROC_EXIT, .arg = { 3 << 8 } },
          "PROC_EXIT with status 3 after 0 user instructions, 0 system calls "
          "and 0 page faults" },
        { { .type = MB_TRACE_CRASH }, "CRASH" },
        { { .type = MB_TRACE_READ, .arg[3] = (uint64_t)MB_READ_GONE << 48 | 2 },
          "READ of 0 (0 bytes) number 0 from node 2: gone" },
        { { .type = MB_TRACE_DOORBELL, .arg = { 1, 12 } },
          "DOORBELL queue 0x1, tail 0xc" },
        { { .type = 0x7777 }, "record of type 0x7777" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *words = trace_words(&cases[i].record);
        ck_assert_str_eq(words, cases[i].words);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        merges_by_time_then_node_then_number, merges_many,
        an_empty_trace_is_a_trace, store_refuses_wrong_node_and_gaps,
        damaged_files_are_refused, records_have_words,
    };

    return suite_run("trace", tests, G_N_ELEMENTS(tests));
}
