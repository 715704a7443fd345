/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run-length maps of remote pages: building, and refusing what a broken peer
 * might send.
 */
#include "migrate/map.h"

#include "tests/unit/guest/suite.h"

static struct mb_page_run runs[MAP_RUNS];

static bool add(struct map *map, uint32_t object, uint64_t index)
{
    return map_add(map, &(struct mb_page_run){ object, 1, index });
}

START_TEST(neighbours_share_a_run)
{
    struct map map;

    map_init(&map, runs, MAP_RUNS);
    ck_assert(add(&map, 0, 16));
    ck_assert(add(&map, 0, 17));
    ck_assert(add(&map, 0, 18));
    ck_assert(add(&map, 0, 20));
    ck_assert(add(&map, 1, 21));
    ck_assert_uint_eq(map.count, 3);
    ck_assert_uint_eq(runs[0].index, 16);
    ck_assert_uint_eq(runs[0].count, 3);
    ck_assert_uint_eq(runs[1].index, 20);
    ck_assert_uint_eq(runs[1].count, 1);
    ck_assert_uint_eq(runs[2].object, 1);
}
END_TEST

START_TEST(full)
{
    struct map map;

    map_init(&map, runs, 2);
    ck_assert(add(&map, 0, 0));
    ck_assert(add(&map, 0, 2));
    ck_assert(!add(&map, 0, 4));
    ck_assert(add(&map, 0, 3));     /* the last run still grows */
    ck_assert_uint_eq(map.count, 2);
    ck_assert_uint_eq(runs[1].count, 2);
}
END_TEST

START_TEST(longest_run)
{
    struct map map;

    map_init(&map, runs, MAP_RUNS);
    ck_assert(add(&map, 0, 0));
    runs[0].count = MAP_RUN_PAGES;
    ck_assert(add(&map, 0, MAP_RUN_PAGES));
    ck_assert_uint_eq(map.count, 2);
    runs[1].count = MAP_RUN_PAGES - 2;
    ck_assert(map_add(&map, &(struct mb_page_run){
        0, 2, 2ull * MAP_RUN_PAGES - 2 }));
    ck_assert_uint_eq(map.count, 2);
    ck_assert_uint_eq(runs[1].count, MAP_RUN_PAGES);
}
END_TEST

static bool valid(uint32_t object, uint32_t count, uint64_t index)
{
    struct mb_page_run run = { object, count, index };

    return map_is_valid(&run, sizeof(run), 4);
}

START_TEST(validation)
{
    ck_assert(map_is_valid(runs, 0, 4));
    ck_assert(valid(0, 1, 0));
    ck_assert(valid(3, MAP_RUN_PAGES, 5));
    ck_assert(!valid(4, 1, 0));
    ck_assert(!valid(UINT32_MAX, 1, 0));
    ck_assert(!valid(0, 0, 0));
    ck_assert(!valid(0, MAP_RUN_PAGES + 1, 0));
    ck_assert(valid(0, 1, UINT64_MAX - 1));
    ck_assert(!valid(0, 1, UINT64_MAX));
    ck_assert(!valid(0, 2, UINT64_MAX - 1));
}
END_TEST

START_TEST(odd_length)
{
    ck_assert(!map_is_valid(runs, 1, 4));
    ck_assert(!map_is_valid(runs, sizeof(runs[0]) - 1, 4));
    ck_assert(!map_is_valid(runs, sizeof(runs[0]) + 1, 4));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        neighbours_share_a_run,
        full,
        longest_run,
        validation,
        odd_length,
    };

    return suite_run("map", tests, SUITE_COUNT(tests));
}
