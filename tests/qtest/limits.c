/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reader gets is what the guest has exported to it and nothing else,
 * whatever it asks for: requests at random against exports whose neighbours are
 * another reader's, taken back, closed, or no export's. Every page has contents
 * of its own, so that each byte that arrives is known to be from its place.
 * GODWIT_SEED repeats a run.
 */
#include "suites.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exporter.h"

#define ROUNDS      400u
#define ROUND_NS    UINT64_C(100000)
#define PAGES       64u
#define PAGE_WORDS  512u
#define RUNS_MOST   8u
#define OWN_PID     77u
#define FIRST_INDEX UINT64_C(0x1000)

/* Neighbours in memory, and in the numbers that a request can name. */
static const struct area {
    uint32_t first;
    uint32_t count;
    uint32_t pid;
    uint32_t epoch;
    uint32_t reader;
    bool closed;
} areas[] = {
    { 0, 16, OWN_PID, 3, 1, false },
    { 16, 16, OWN_PID, 4, 2, false },
    { 32, 16, OWN_PID + 1, 3, 1, false },
    { 48, 8, OWN_PID + 2, 3, 1, true },
    /* 56 to 63: nobody's */
};
#define AREAS   (sizeof(areas) / sizeof(areas[0]))

static Exporter x;
static uint64_t state;
static bool may_leave[PAGES];       /* to node 1, once */
static bool has_left[PAGES];
static uint32_t taken;              /* completions of the reader */

static uint64_t random64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t below(uint64_t limit)
{
    return random64() % limit;
}

/* -- memory -- */

static void fill(uint64_t words[PAGE_WORDS], uint64_t page)
{
    for (uint64_t i = 0; i < PAGE_WORDS; i++) {
        words[i] = ((page << 32 | i) + 1) * UINT64_C(0x9e3779b97f4a7c15);
    }
}

static uint64_t entry_addr(const struct area *area, uint32_t page)
{
    return EXPORT_TABLE(area - areas) +
           (page - area->first) * sizeof(struct mb_export_page);
}

static uint64_t key_of(uint32_t page)
{
    return mb_export_key(0, FIRST_INDEX + page);
}

/* In the third area two of three pages are in states that are not OFFERED. */
static uint64_t first_state(const struct area *area, uint32_t page)
{
    static const uint64_t states[] = { MB_EXPORT_OFFERED, MB_EXPORT_WITHDRAWN,
                                       MB_EXPORT_STATE };

    return area == &areas[2] ? states[page % 3] : MB_EXPORT_OFFERED;
}

static void set_state(const struct area *area, uint32_t page, uint64_t value)
{
    const struct mb_export_page entry = {
        .key = key_of(page), .page = EXPORT_PAGE(page) | value,
    };

    qtest_memory_write(x.server->qtest, entry_addr(area, page), &entry,
                       sizeof(entry));
}

static void open_area(const struct area *area)
{
    uint32_t slot = (uint32_t)(area - areas);
    struct mb_export desc = {
        .slot = slot, .count = area->count, .pid = area->pid,
        .epoch = area->epoch, .reader = area->reader,
        .directory = EXPORT_DIRECTORY + 8 * slot,
    };
    uint64_t table = EXPORT_TABLE(slot);

    qtest_memory_write(x.server->qtest, desc.directory, &table, sizeof(table));
    for (uint32_t page = area->first; page < area->first + area->count;
         page++) {
        uint64_t value = first_state(area, page);

        set_state(area, page, value);
        may_leave[page] = area->reader == 1 && !area->closed &&
                          value == MB_EXPORT_OFFERED;
    }
    exporter_describe(&x, &desc);
    desc.count = 0;
    if (area->closed) {
        exporter_describe(&x, &desc);
    }
}

static void setup(void)
{
    const char *given = getenv("GODWIT_SEED");

    state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    printf("limits: GODWIT_SEED=%" PRIu64 "\n", state);
    fflush(stdout);
    state = state * UINT64_C(0x9e3779b97f4a7c15) | 1;
    memset(may_leave, 0, sizeof(may_leave));
    memset(has_left, 0, sizeof(has_left));
    taken = 0;
    exporter_start(&x);
    for (uint32_t page = 0; page < PAGES; page++) {
        uint64_t words[PAGE_WORDS];

        fill(words, page);
        qtest_memory_write(x.server->qtest, EXPORT_PAGE(page), words,
                           sizeof(words));
    }
    for (size_t i = 0; i < AREAS; i++) {
        open_area(&areas[i]);
    }
    bridge_expect_status(x.server, 0);
    bridge_post(x.reader, 32);
    bridge_post(x.server, 32);
}

static void teardown(void)
{
    ck_assert_uint_eq(x.segment->header->ended, MB_END_NOT);
    exporter_stop(&x);
}

/* -- requests -- */

static uint32_t random_object(void)
{
    static const uint32_t objects[] = { 1, 1u << 16, UINT32_MAX };

    return below(4) ? 0 : objects[below(3)];
}

static uint64_t random_index(void)
{
    static const uint64_t indices[] = {
        0, UINT64_MAX, UINT64_C(1) << MB_EXPORT_INDEX_BITS,
        UINT64_C(1) << MB_EXPORT_INDEX_BITS | FIRST_INDEX,
    };

    return below(8) ? FIRST_INDEX - 2 + below(PAGES + 4) : indices[below(4)];
}

static void random_request(void)
{
    static const uint32_t counts[] = { 0, 1, 2, 20, MB_REQUEST_PAGES,
                                       UINT32_MAX };
    const struct mb_msg msg = {
        .type = below(8) ? MB_MSG_REQUEST : (uint16_t)(1 + below(24)),
        .flags = (uint16_t)random64(),
        .source = (uint16_t)below(4),
        .pid = OWN_PID + (uint32_t)below(4),
        .epoch = 2 + (uint32_t)below(3),
        .object = random_object(),
        .index = random_index(),
        .tag = random64(),
        .arg = random64(),
    };
    struct mb_page_run runs[RUNS_MOST];
    uint32_t bytes = below(2) ? 0 : (uint32_t)below(sizeof(runs) + 1);

    for (uint32_t i = 0; i < RUNS_MOST; i++) {
        runs[i] = (struct mb_page_run) {
            .object = random_object(),
            .count = counts[below(sizeof(counts) / sizeof(counts[0]))],
            .index = random_index(),
        };
    }
    exporter_send_list(&x, &msg, runs, bytes);
}

/* The guest takes a page back. */
static void random_withdrawal(void)
{
    const struct area *area = &areas[0];
    uint32_t page = area->first + (uint32_t)below(area->count);
    struct mb_export_page entry;

    qtest_memory_read(x.server->qtest, entry_addr(area, page), &entry,
                      sizeof(entry));
    if ((entry.page & MB_EXPORT_STATE) == MB_EXPORT_OFFERED) {
        set_state(area, page, MB_EXPORT_WITHDRAWN);
        may_leave[page] = false;
    }
}

/* -- what came of them -- */

static const struct area *area_of(const struct mb_msg *msg)
{
    for (size_t i = 0; i < AREAS; i++) {
        uint64_t first = FIRST_INDEX + areas[i].first;

        if (msg->pid == areas[i].pid && msg->epoch == areas[i].epoch &&
            msg->object == 0 && msg->index >= first &&
            msg->index < first + areas[i].count) {
            return &areas[i];
        }
    }
    return NULL;
}

static void check_page(uint32_t n)
{
    struct mb_rx_completion completion;
    uint64_t expected[PAGE_WORDS], found[PAGE_WORDS];
    uint64_t page;

    bridge_completion(x.reader, n, &completion);
    ck_assert_uint_eq(completion.msg.type, MB_MSG_PAGE);
    ck_assert_uint_eq(completion.length, sizeof(found));
    ck_assert_ptr_nonnull(area_of(&completion.msg));
    page = completion.msg.index - FIRST_INDEX;
    ck_assert_msg(may_leave[page], "page %" PRIu64 " has left", page);
    ck_assert_msg(!has_left[page], "page %" PRIu64 " has left twice", page);
    has_left[page] = true;
    fill(expected, page);
    qtest_memory_read(x.reader->qtest, RX_PAGE(n % 32), found, sizeof(found));
    ck_assert_mem_eq(found, expected, sizeof(found));
}

static void take_all(void)
{
    uint32_t head = bridge_rx_head(x.reader);
    uint32_t handed = bridge_rx_head(x.server);

    for (; taken != head; taken++) {
        check_page(taken);
        bridge_post(x.reader, 1);
    }
    bridge_post(x.server, handed + 32 - x.server->rx_tail);
}

/* The guest's memory is as it was, but for the marks of pages that have left. */
static void check_memory(void)
{
    for (uint32_t page = 0; page < PAGES; page++) {
        uint64_t expected[PAGE_WORDS], found[PAGE_WORDS];

        fill(expected, page);
        qtest_memory_read(x.server->qtest, EXPORT_PAGE(page), found,
                          sizeof(found));
        ck_assert_mem_eq(found, expected, sizeof(found));
    }
    for (const struct area *area = areas; area < areas + AREAS; area++) {
        for (uint32_t i = 0; i < area->count; i++) {
            uint32_t page = area->first + i;
            struct mb_export_page entry;
            uint64_t is;

            qtest_memory_read(x.server->qtest, entry_addr(area, page), &entry,
                              sizeof(entry));
            is = entry.page & MB_EXPORT_STATE;
            ck_assert_uint_eq(entry.key, key_of(page));
            ck_assert_uint_eq(entry.page - is, EXPORT_PAGE(page));
            ck_assert_int_eq(is == MB_EXPORT_SERVED, has_left[page]);
        }
    }
}

START_TEST(nothing_else)
{
    uint32_t left = 0;

    for (uint32_t round = 1; round <= ROUNDS; round++) {
        random_request();
        if (below(16) == 0) {
            random_withdrawal();
        }
        exporter_run(&x, round * ROUND_NS);
        take_all();
    }
    /* what is still on its way of the last payloads */
    exporter_run(&x, (ROUNDS + 20) * ROUND_NS);
    take_all();
    check_memory();
    bridge_expect_status(x.server, 0);
    bridge_expect_status(x.reader, 0);
    for (uint32_t page = 0; page < PAGES; page++) {
        left += has_left[page];
    }
    ck_assert_uint_gt(left, 0);
}
END_TEST

TCase *limit_tests(void)
{
    TCase *tests = suite_case("limits");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, nothing_else, 0, 4);
    return tests;
}
