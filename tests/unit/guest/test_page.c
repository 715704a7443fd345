/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm/page.c: allocation, reference counts, ranges.
 */
#include "mm/page.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define PAGES 16                /* of pretended RAM; the first is the table */

static uint8_t *ram;

static void set_up(void)
{
    uint64_t start, free_start;

    ram = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE);
    memset(ram, 0xaa, PAGES * PAGE_SIZE);
    start = (uint64_t)ram;
    free_start = page_init(start, start + PAGES * PAGE_SIZE, start);
    ck_assert_uint_eq(free_start, start + PAGES * sizeof(uint32_t));
    /* Pages 1-3 and 8-15, cut by addresses that are not aligned. */
    page_add(free_start, start + 4 * PAGE_SIZE + 1);
    page_add(start + 7 * PAGE_SIZE + 1, start + PAGES * PAGE_SIZE);
}

START_TEST(hands_out_every_page_once)
{
    void *pages[11];

    set_up();
    ck_assert_uint_eq(page_total_count(), 11);
    for (unsigned i = 0; i < 11; i++) {
        ck_assert_uint_eq(page_free_count(), 11 - i);
        pages[i] = page_alloc_raw();
        ck_assert_ptr_nonnull(pages[i]);
        ck_assert_uint_eq((uint64_t)pages[i] % PAGE_SIZE, 0);
        memset(pages[i], (int)i, PAGE_SIZE);
        for (unsigned j = 0; j < i; j++) {
            ck_assert_ptr_ne(pages[i], pages[j]);
        }
    }
    ck_assert_ptr_null(page_alloc());
    ck_assert_uint_eq(page_free_count(), 0);
    for (unsigned i = 0; i < 11; i++) {
        page_put(pages[i]);
    }
    ck_assert_uint_eq(page_free_count(), 11);
    free(ram);
}
END_TEST

START_TEST(zeroes)
{
    static const uint8_t zeroes[PAGE_SIZE];
    void *page;

    set_up();
    page = page_alloc();
    ck_assert_mem_eq(page, zeroes, PAGE_SIZE);
    memset(page, 1, PAGE_SIZE);
    page_put(page);
    ck_assert_ptr_eq(page_alloc(), page);
    ck_assert_mem_eq(page, zeroes, PAGE_SIZE);
    free(ram);
}
END_TEST

START_TEST(frees_with_the_last_reference)
{
    void *page;

    set_up();
    page = page_alloc();
    page_get(page);
    ck_assert_uint_eq(page_refs(page), 2);
    page_put(page);
    ck_assert_uint_eq(page_free_count(), 10);
    page_put(page);
    ck_assert_uint_eq(page_free_count(), 11);
    page_put(NULL);
    free(ram);
}
END_TEST

static void prepare_all(void)
{
    unsigned steps = 0;

    while (page_prepare()) {
        suite_check(++steps < 1000);
    }
}

/* Those that are ready count as free, and are given to whoever needs them. */
START_TEST(ready_pages_are_free_pages)
{
    static const uint8_t zeroes[PAGE_SIZE];
    void *pages[11];

    set_up();
    prepare_all();
    ck_assert_uint_eq(page_free_count(), 11);
    for (unsigned i = 0; i < 11; i++) {
        pages[i] = i % 2 ? page_alloc_raw() : page_alloc_ready();
        ck_assert_ptr_nonnull(pages[i]);
        ck_assert_uint_eq(page_refs(pages[i]), 1);
        if (i % 2 == 0) {
            ck_assert_mem_eq(pages[i], zeroes, PAGE_SIZE);
        }
        memset(pages[i], 1, PAGE_SIZE);
        for (unsigned j = 0; j < i; j++) {
            ck_assert_ptr_ne(pages[i], pages[j]);
        }
    }
    ck_assert_ptr_null(page_alloc_ready());
    ck_assert(!page_prepare());
    for (unsigned i = 0; i < 11; i++) {
        page_put(pages[i]);
    }
    ck_assert_uint_eq(page_free_count(), 11);
    free(ram);
}
END_TEST

/* However far the work has got. */
START_TEST(a_page_that_is_half_ready_is_zero)
{
    static const uint8_t zeroes[PAGE_SIZE];

    for (unsigned steps = 0; steps < 40; steps++) {
        void *page;

        set_up();
        for (unsigned i = 0; i < 11; i++) {
            page = page_alloc_raw();
            memset(page, 1, PAGE_SIZE);
            page_put(page);
        }
        for (unsigned i = 0; i < steps; i++) {
            (void)page_prepare();
        }
        for (unsigned i = 0; i < 11; i++) {
            page = page_alloc_ready();
            ck_assert_mem_eq(page, zeroes, PAGE_SIZE);
            (void)page_prepare();
        }
        while (page_alloc_raw() != NULL) {
        }
        free(ram);
    }
}
END_TEST

START_TEST(runs_are_neighbours_and_zero)
{
    static const uint8_t zeroes[4 * PAGE_SIZE];
    uint8_t *run, *other;

    set_up();
    run = page_alloc_run(4);
    other = page_alloc_run(4);
    ck_assert_ptr_nonnull(run);
    ck_assert_ptr_nonnull(other);
    ck_assert(run + 4 * PAGE_SIZE <= other || other + 4 * PAGE_SIZE <= run);
    ck_assert_mem_eq(run, zeroes, sizeof(zeroes));
    ck_assert_uint_eq(page_refs(run + 3 * PAGE_SIZE), 1);
    ck_assert_uint_eq(page_free_count(), 3);
    ck_assert_ptr_null(page_alloc_run(4));      /* three are left, apart */
    memset(run, 1, sizeof(zeroes));
    page_put_run(run, 4);
    ck_assert_uint_eq(page_free_count(), 7);
    ck_assert_ptr_null(page_alloc_run(5));
    ck_assert_ptr_eq(page_alloc_run(4), run);
    ck_assert_mem_eq(run, zeroes, sizeof(zeroes));
    free(ram);
}
END_TEST

START_TEST(runs_serve_as_pages_at_last)
{
    void *pages[11];

    set_up();
    page_put_run(page_alloc_run(4), 4);
    page_put_run(page_alloc_run(1), 1);
    ck_assert_uint_eq(page_free_count(), 11);
    for (unsigned i = 0; i < 11; i++) {
        pages[i] = page_alloc();
        ck_assert_ptr_nonnull(pages[i]);
        memset(pages[i], 1, PAGE_SIZE);
        for (unsigned j = 0; j < i; j++) {
            ck_assert_ptr_ne(pages[i], pages[j]);
        }
    }
    ck_assert_ptr_null(page_alloc());
    ck_assert_ptr_null(page_alloc_run(1));
    free(ram);
}
END_TEST

START_TEST(ready_pages_can_be_hidden)
{
    static const uint8_t zeroes[PAGE_SIZE];
    void *page, *hidden, *shown;

    set_up();
    while (page_prepare()) {
    }
    shown = page_alloc_ready();
    page_put(shown);
    ck_assert(page_prepare());          /* half of a page */
    page_hide_ready();
    ck_assert_ptr_null(page_alloc_ready());     /* all others are hidden */
    page_show_ready();
    hidden = page_alloc_ready();
    ck_assert_ptr_eq(hidden, shown);
    ck_assert_mem_eq(hidden, zeroes, PAGE_SIZE);
    page_put(hidden);
    page_hide_ready();
    page = page_alloc_ready();
    ck_assert_ptr_eq(page, hidden);     /* the only one that is not */
    page_show_ready();
    free(ram);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        hands_out_every_page_once, zeroes, frees_with_the_last_reference,
        ready_pages_are_free_pages, a_page_that_is_half_ready_is_zero,
        runs_are_neighbours_and_zero, runs_serve_as_pages_at_last,
        ready_pages_can_be_hidden,
    };

    return suite_run("page", tests, SUITE_COUNT(tests));
}
