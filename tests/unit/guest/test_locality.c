/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrate/locality.c: which pages come next, and how many of them are wanted.
 */
#include "migrate/locality.h"

#include "suite.h"

static struct locality locality;
static struct stream streams[STREAMS];

static void forget(void)
{
    locality = (struct locality){ 0 };
}

/* Each 100 cycles behind the one before it. */
static void refer(const uint64_t *pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        locality_note(&locality, pages[i], 100 * (locality.count + 1));
    }
}
#define REFER(...) \
    refer((uint64_t[]){ __VA_ARGS__ }, \
          sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static void check_stream(unsigned i, uint64_t index, int32_t stride,
                         uint32_t count)
{
    ck_assert_uint_eq(streams[i].index, index);
    ck_assert_int_eq(streams[i].stride, stride);
    ck_assert_uint_eq(streams[i].count, count);
}

START_TEST(nothing_follows_from_one_reference)
{
    forget();
    ck_assert_uint_eq(locality_zone(&locality, streams), 0);
    REFER(10);
    ck_assert_uint_eq(locality_zone(&locality, streams), 0);
}
END_TEST

START_TEST(neighbours_are_a_stream)
{
    forget();
    REFER(10, 11);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 12, 1, ZONE_LEAST);
    forget();
    REFER(11, 10);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 9, -1, ZONE_LEAST);
}
END_TEST

START_TEST(other_strides_need_a_third_reference)
{
    forget();
    REFER(10, 17);
    ck_assert_uint_eq(locality_zone(&locality, streams), 0);
    REFER(24);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 31, 7, ZONE_LEAST);
    REFER(24 + 8);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 31, 7, ZONE_LEAST);
}
END_TEST

/* Shares are rounded up. */
START_TEST(streams_alternate)
{
    forget();
    REFER(100, 900, 500, 101, 897, 499, 102, 894, 498);
    ck_assert_uint_eq(locality_zone(&locality, streams), 3);
    check_stream(0, 497, -1, (ZONE_LEAST + 2) / 3);
    check_stream(1, 891, -3, (ZONE_LEAST + 2) / 3);
    check_stream(2, 103, 1, (ZONE_LEAST + 2) / 3);
}
END_TEST

START_TEST(no_more_than_four_streams)
{
    forget();
    REFER(100, 250, 333, 490, 777, 101, 251, 334, 491, 778);
    ck_assert_uint_eq(locality_zone(&locality, streams), 0);
}
END_TEST

START_TEST(what_has_been_passed_is_no_stream)
{
    forget();
    REFER(10, 11, 12, 13);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 14, 1, ZONE_LEAST);
}
END_TEST

START_TEST(scattered_references_foretell_nothing)
{
    forget();
    REFER(7, 90, 33, 33, 1000, 512, 4, 61, 300, 17, 850, 43, 7, 90, 33);
    ck_assert_uint_eq(locality_zone(&locality, streams), 0);
}
END_TEST

/* The window holds 16 references, of which all are foreseen but the first, in
 * 15 * 100 cycles: one page each 100. */
START_TEST(the_zone_covers_a_response)
{
    forget();
    for (uint64_t i = 0; i < LOCALITY_WINDOW; i++) {
        REFER(50 + i);
    }
    locality_timed(&locality, 2000);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 50 + LOCALITY_WINDOW, 1, 20);
    /* A quarter of the way to 4000. */
    locality_timed(&locality, 4000);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    ck_assert_uint_eq(streams[0].count, 25);
    for (unsigned i = 0; i < 100; i++) {
        locality_timed(&locality, 1000000);
    }
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    ck_assert_uint_eq(streams[0].count, ZONE_MOST);
}
END_TEST

/* Half of the references are no stream: half as many pages. */
START_TEST(the_zone_shrinks_with_what_cannot_be_foreseen)
{
    forget();
    for (uint64_t i = 0; i < LOCALITY_WINDOW / 2; i++) {
        REFER(1000 * i * i + 5, 50 + i);
    }
    locality_timed(&locality, 3000);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 50 + LOCALITY_WINDOW / 2, 1, 7 * 3000 / 1500);
}
END_TEST

/* No time has passed between references that the kernel makes for a system
 * call. */
START_TEST(references_at_once)
{
    forget();
    locality_note(&locality, 10, 5);
    locality_note(&locality, 11, 5);
    ck_assert_uint_eq(locality_zone(&locality, streams), 1);
    check_stream(0, 12, 1, ZONE_MOST);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        nothing_follows_from_one_reference,
        neighbours_are_a_stream,
        other_strides_need_a_third_reference,
        streams_alternate,
        no_more_than_four_streams,
        what_has_been_passed_is_no_stream,
        scattered_references_foretell_nothing,
        the_zone_covers_a_response,
        the_zone_shrinks_with_what_cannot_be_foreseen,
        references_at_once,
    };

    return suite_run("locality", tests, SUITE_COUNT(tests));
}
