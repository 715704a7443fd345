/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of changed pages never say too little, however small they are.
 */
#include <stdbool.h>

#include "mm/changes.h"

#include "tests/unit/guest/suite.h"

#define OBJECTS     3u
#define PAGES       4096u
#define NOTES       3000u

static struct mb_page_run runs[CHANGES_RUNS];

static bool has(const struct change_list *list, uint32_t object,
                uint64_t index)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct mb_page_run *run = &list->runs[i];

        if (run->object == object && index >= run->index &&
            index - run->index < run->count) {
            return true;
        }
    }
    return false;
}

static struct changes begin(void)
{
    return (struct changes){ .written.runs = runs };
}

START_TEST(neighbours_are_one_run)
{
    struct changes changes = begin();

    for (uint64_t i = 100; i < 200; i++) {
        changes_written(&changes, 0, i);
    }
    changes_written(&changes, 0, 150);
    ck_assert_uint_eq(changes.written.count, 1);
    ck_assert_uint_eq(runs[0].index, 100);
    ck_assert_uint_eq(runs[0].count, 100);
    ck_assert_uint_eq(changes.page_count, 101);
    changes_written(&changes, 0, 99);
    changes_written(&changes, 1, 100);
    ck_assert_uint_eq(changes.written.count, 3);
}
END_TEST

START_TEST(a_whole_object_stays_one)
{
    struct changes changes = { .removed.runs = runs };

    changes_removed(&changes, 1, 0, CHANGES_WHOLE);
    changes_removed(&changes, 1, 77, 5);
    changes_removed(&changes, 1, 0, CHANGES_WHOLE);
    ck_assert_uint_eq(changes.removed.count, 1);
    ck_assert_uint_eq(runs[0].count, CHANGES_WHOLE);
}
END_TEST

START_TEST(full_means_everything)
{
    struct changes changes = begin();

    for (uint64_t i = 0; i < CHANGES_RUNS; i++) {
        changes_written(&changes, 0, 2 * i);
    }
    ck_assert_uint_eq(changes.written.count, CHANGES_RUNS);
    ck_assert(!has(&changes.written, 0, 1));
    changes_written(&changes, 1, 7);
    ck_assert_uint_eq(changes.written.count, 2);
    ck_assert(has(&changes.written, 0, 1));
    ck_assert(has(&changes.written, 1, 7));
}
END_TEST

START_TEST(says_never_too_little)
{
    static bool written[OBJECTS][PAGES];
    struct changes changes = begin();
    uint64_t random = 1;

    for (unsigned n = 0; n < NOTES; n++) {
        uint32_t object = suite_random(&random) % OBJECTS;
        uint64_t index = suite_random(&random) % PAGES;

        written[object][index] = true;
        changes_written(&changes, object, index);
        ck_assert_uint_le(changes.written.count, CHANGES_RUNS);
    }
    for (uint32_t object = 0; object < OBJECTS; object++) {
        for (uint64_t index = 0; index < PAGES; index++) {
            suite_check(!written[object][index] ||
                        has(&changes.written, object, index));
        }
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        neighbours_are_one_run, a_whole_object_stays_one, full_means_everything,
        says_never_too_little,
    };

    return suite_run("changes", tests, SUITE_COUNT(tests));
}
