/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that wait for their process: the newest counts, nothing is lost and
 * nothing is kept; the sanitizers see pages that nobody frees.
 */
#include "migrate/collection.h"

#include <stdlib.h>
#include <string.h>

#include "fake/page.h"
#include "lib/errno.h"

#include "tests/unit/guest/suite.h"

#define FAR     (1ull << 26)

static void *page_of(char contents)
{
    char *page = page_alloc();

    *page = contents;
    return page;
}

static void put(struct collection *collection, uint32_t object,
                uint64_t index, char contents)
{
    ck_assert_int_eq(collection_put(collection, object, index,
                                    page_of(contents)), 0);
}

/* -- an object that takes what lies below its end -- */

static struct {
    uint64_t end;
    uint64_t indices[16];
    char contents[16];
    unsigned count;
    int error;
} taken;

static int adopt(struct pages *pages, uint64_t index, void **entries,
                 uint32_t count)
{
    (void)pages;
    ck_assert_uint_eq(index / PAGES_ADOPT, (index + count - 1) / PAGES_ADOPT);
    for (uint32_t i = 0; i < count && index + i < taken.end; i++) {
        if (entries[i] != NULL) {
            ck_assert_uint_lt(taken.count, SUITE_COUNT(taken.indices));
            taken.indices[taken.count] = index + i;
            taken.contents[taken.count++] = *(char *)entries[i];
            page_put(entries[i]);
            entries[i] = NULL;
        }
    }
    return taken.error;
}

static const struct pages_ops ops = { .adopt = adopt };

static int install(struct collection *collection, uint32_t object,
                   uint64_t end)
{
    struct pages pages = { .ops = &ops, .object = object };

    memset(&taken, 0, sizeof(taken));
    taken.end = end;
    return collection_install(collection, &pages);
}

START_TEST(hands_over_what_came)
{
    struct collection *collection = collection_create();

    put(collection, 0, 511, 'a');
    put(collection, 0, 512, 'b');
    put(collection, 0, FAR, 'c');
    put(collection, 2, 512, 'x');
    ck_assert_int_eq(install(collection, 0, UINT64_MAX), 0);
    ck_assert_uint_eq(taken.count, 3);
    ck_assert_mem_eq(taken.contents, "abc", 3);
    ck_assert_uint_eq(taken.indices[2], FAR);
    ck_assert_int_eq(install(collection, 1, UINT64_MAX), 0);
    ck_assert_uint_eq(taken.count, 0);
    collection_destroy(collection);
}
END_TEST

START_TEST(newer_replaces_older)
{
    struct collection *collection = collection_create();

    put(collection, 1, 5, 'a');
    put(collection, 1, 5, 'b');
    ck_assert_int_eq(install(collection, 1, UINT64_MAX), 0);
    ck_assert_uint_eq(taken.count, 1);
    ck_assert_int_eq(taken.contents[0], 'b');
    collection_destroy(collection);
}
END_TEST

START_TEST(forgets_runs)
{
    const struct mb_page_run run = { 0, 512, 510 }, whole = { 1, 1u << 26, 0 };
    const struct mb_page_run nowhere = { 99999, 1, 0 };
    struct collection *collection = collection_create();

    put(collection, 0, 509, 'a');
    put(collection, 0, 510, 'b');
    put(collection, 0, 1021, 'c');
    put(collection, 0, 1022, 'd');
    put(collection, 1, 0, 'e');
    put(collection, 1, FAR - 1, 'f');
    collection_forget(collection, &run);
    collection_forget(collection, &whole);
    collection_forget(collection, &nowhere);
    ck_assert_int_eq(install(collection, 0, UINT64_MAX), 0);
    ck_assert_uint_eq(taken.count, 2);
    ck_assert_mem_eq(taken.contents, "ad", 2);
    ck_assert_int_eq(install(collection, 1, UINT64_MAX), 0);
    ck_assert_uint_eq(taken.count, 0);
    collection_destroy(collection);
}
END_TEST

START_TEST(keeps_nothing_that_is_not_wanted)
{
    struct collection *collection = collection_create();

    put(collection, 0, 3, 'a');
    put(collection, 0, 900, 'b');
    ck_assert_int_eq(install(collection, 0, 4), 0);
    ck_assert_uint_eq(taken.count, 1);
    collection_destroy(collection);
    collection_destroy(NULL);
}
END_TEST

START_TEST(refuses_places_that_are_none)
{
    struct collection *collection = collection_create();
    void *page = page_of('a');

    ck_assert_int_eq(collection_put(collection, 257, 0, page), -EINVAL);
    ck_assert_int_eq(collection_put(collection, 0, 1ull << 27, page),
                     -EINVAL);
    page_put(page);
    collection_destroy(collection);
}
END_TEST

START_TEST(leaves_memory_to_others)
{
    struct collection *collection;
    void *taken_by_others[20] = { NULL };
    unsigned count = 0;
    void *page;

    fake_pages_total = 160;
    fake_pages_left = 20;
    collection = collection_create();
    put(collection, 0, 0, 'a');         /* and three nodes of the tree */
    page = page_of('b');
    while (fake_pages_left >= 10) {
        taken_by_others[count++] = page_alloc();
    }
    ck_assert_int_eq(collection_put(collection, 0, 1, page), -ENOMEM);
    page_put(page);
    while (count > 0) {
        page_put(taken_by_others[--count]);
    }
    collection_destroy(collection);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        hands_over_what_came, newer_replaces_older, forgets_runs,
        keeps_nothing_that_is_not_wanted, refuses_places_that_are_none,
        leaves_memory_to_others,
    };

    return suite_run("collection", tests, SUITE_COUNT(tests));
}
