/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exports as the kernel keeps them, against a bridge that the test plays: what
 * it is told, and who of the two sends a page.
 */
#include "migrate/export.h"

#include "drivers/migbridge.h"
#include "fake/page.h"
#include "hw/abi/export.h"
#include "suite.h"

#define PAGES   600u            /* three tables */

static struct mb_export told[MB_EXPORTS];
static uint8_t memory[PAGES + 1][16] __attribute__((aligned(16)));
static void *pages[PAGES + 1];

void bridge_export(const struct mb_export *description)
{
    ck_assert_uint_lt(description->slot, MB_EXPORTS);
    told[description->slot] = *description;
}

static struct page_ref ref_of(uint32_t object, uint64_t index, uint32_t page)
{
    return (struct page_ref){ .object = object, .index = index,
                              .page = pages[page], .modified = true };
}

/* Addresses only: nobody looks at the pages. */
static void set_up(void)
{
    for (uint32_t i = 0; i <= PAGES; i++) {
        pages[i] = (void *)((uintptr_t)memory[0] / PAGE_SIZE * PAGE_SIZE +
                            i * PAGE_SIZE);
    }
}

static struct mb_export_page *entry_of(const struct mb_export *export,
                                       uint32_t i)
{
    const uint64_t *directory = phys_to_virt(export->directory);
    struct mb_export_page *table =
        phys_to_virt(directory[i / MB_EXPORT_TABLE]);

    return &table[i % MB_EXPORT_TABLE];
}

static const struct move move = { .pid = 5, .epoch = 2, .target = 3 };

START_TEST(the_bridge_is_told)
{
    struct export export = { 0 };
    const struct mb_export *is;
    uint64_t last = 0;

    set_up();
    ck_assert(export_add(&export, 0, 100, pages, 250));
    ck_assert(export_add(&export, 0, 400, pages + 250, 300));
    ck_assert(export_add(&export, 2, 7, pages + 550, 50));
    export_open(&export, &move);
    is = &told[export.slot];
    ck_assert_uint_eq(is->count, PAGES);
    ck_assert_uint_eq(is->pid, 5);
    ck_assert_uint_eq(is->epoch, 2);
    ck_assert_uint_eq(is->reader, 3);
    for (uint32_t i = 0; i < PAGES; i++) {
        const struct mb_export_page *entry = entry_of(is, i);

        suite_check(i == 0 || entry->key > last);
        suite_check(entry->page ==
                    (virt_to_phys(pages[i]) | MB_EXPORT_OFFERED));
        last = entry->key;
    }
    ck_assert_uint_eq(entry_of(is, 250)->key, mb_export_key(0, 400));
    ck_assert_uint_eq(entry_of(is, PAGES - 1)->key, mb_export_key(2, 56));
    ck_assert_uint_eq(export_close(&export), 0);
    ck_assert_uint_eq(told[0].count + told[MB_EXPORTS - 1].count, 0);
}
END_TEST

/* The kernel takes every third page, the bridge had every fifth. */
START_TEST(one_of_the_two_sends_a_page)
{
    struct export export = { 0 };
    struct page_ref stranger;
    uint64_t served = 0;

    set_up();
    ck_assert(export_add(&export, 0, 100, pages, PAGES));
    export_open(&export, &move);
    for (uint32_t i = 0; i < PAGES; i += 5, served++) {
        entry_of(&told[export.slot], i)->page += MB_EXPORT_SERVED -
                                                 MB_EXPORT_OFFERED;
    }
    for (uint32_t i = 0; i < PAGES; i += 3) {
        struct page_ref ref = ref_of(0, 100 + i, i);

        suite_check(export_withdraw(&export, &ref) == (i % 5 != 0));
        /* asked again: it still is the kernel's, or the bridge's */
        suite_check(export_withdraw(&export, &ref) == (i % 5 != 0));
        suite_check((entry_of(&told[export.slot], i)->page &
                     MB_EXPORT_STATE) ==
                    (i % 5 != 0 ? MB_EXPORT_WITHDRAWN : MB_EXPORT_SERVED));
    }
    stranger = ref_of(0, 99, 0);
    ck_assert(export_withdraw(&export, &stranger));
    stranger = ref_of(1, 100, 0);
    ck_assert(export_withdraw(&export, &stranger));
    ck_assert_uint_eq(export_close(&export), served);
}
END_TEST

/* What finds no room is not exported, and the rest is. */
START_TEST(memory_runs_out)
{
    struct export export = { 0 };
    struct page_ref last;

    set_up();
    fake_pages_left = 2;
    ck_assert(!export_add(&export, 0, 100, pages, PAGES));
    export_open(&export, &move);
    ck_assert_uint_eq(told[export.slot].count, MB_EXPORT_TABLE);
    last = ref_of(0, 100 + MB_EXPORT_TABLE, MB_EXPORT_TABLE);
    ck_assert(export_withdraw(&export, &last));
    ck_assert_uint_eq(export_close(&export), 0);
    ck_assert_uint_eq(fake_pages_left, 2);
    fake_pages_left = UINT64_MAX;
}
END_TEST

START_TEST(slots_run_out)
{
    struct export exports[MB_EXPORTS + 1] = { 0 };

    set_up();
    for (uint32_t i = 0; i < MB_EXPORTS; i++) {
        ck_assert(export_add(&exports[i], 0, 1, pages, 1));
    }
    ck_assert(!export_add(&exports[MB_EXPORTS], 0, 1, pages, 1));
    export_open(&exports[MB_EXPORTS], &move);
    ck_assert_uint_eq(export_close(&exports[MB_EXPORTS]), 0);
    for (uint32_t i = 0; i < MB_EXPORTS; i++) {
        ck_assert_uint_eq(export_close(&exports[i]), 0);
    }
}
END_TEST

static struct mb_export_notice *notice_of(const struct export *export)
{
    ck_assert_uint_eq(told[export->slot].notice,
                      virt_to_phys(&export->notice));
    return phys_to_virt(told[export->slot].notice);
}

/* What the bridge says of the last page is told once. */
START_TEST(the_last_page_is_news)
{
    struct export export = { 0 };
    struct mb_page_run page;
    struct mb_export_notice *notice;

    set_up();
    ck_assert(!export_news(&export, &page));
    ck_assert(export_add(&export, 3, 100, pages, 10));
    export_open(&export, &move);
    notice = notice_of(&export);
    ck_assert(!export_news(&export, &page));
    notice->key = mb_export_key(3, 107);
    notice->served = 2;
    ck_assert(export_news(&export, &page));
    ck_assert_uint_eq(page.object, 3);
    ck_assert_uint_eq(page.index, 107);
    ck_assert(!export_news(&export, &page));
    notice->served = 3;
    ck_assert(export_news(&export, &page));
    ck_assert_uint_eq(export_close(&export), 0);
    ck_assert(!export_news(&export, &page));
}
END_TEST

/* Until there are as many, the bridge knows for how many it has to ring. */
START_TEST(the_last_of_all_is_awaited)
{
    struct export export = { 0 };
    struct mb_export_notice *notice;

    set_up();
    ck_assert(export_await(&export, 0));
    ck_assert(!export_await(&export, 1));
    ck_assert(export_add(&export, 3, 100, pages, 10));
    export_open(&export, &move);
    notice = notice_of(&export);
    notice->served = 6;
    ck_assert(!export_await(&export, 10));
    ck_assert_uint_eq(notice->alarm, 10);
    ck_assert(!export_await(&export, 7));
    ck_assert_uint_eq(notice->alarm, 7);
    notice->served = 7;
    ck_assert(export_await(&export, 7));
    ck_assert(export_await(&export, 6));
    ck_assert_uint_eq(export_close(&export), 0);
}
END_TEST

/* Nothing was exported: the kernel sends everything. */
START_TEST(nothing)
{
    struct export export = { 0 };
    struct page_ref ref;

    set_up();
    ref = ref_of(0, 1, 0);
    export_open(&export, &move);
    ck_assert(export_withdraw(&export, &ref));
    ck_assert_uint_eq(export_close(&export), 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_bridge_is_told, one_of_the_two_sends_a_page, memory_runs_out,
        slots_run_out, the_last_page_is_news, the_last_of_all_is_awaited,
        nothing,
    };

    export_init();
    return suite_run("export", tests, SUITE_COUNT(tests));
}
