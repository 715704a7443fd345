/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/units.c and lib/nearest.c: exact or refused, and the right remedy.
 */
#include "lib/nearest.h"
#include "lib/units.h"
#include "suite.h"

static const struct {
    Unit unit;
    const char *text;
    uint64_t value;
} good[] = {
    { UNIT_NONE, "0", 0 },
    { UNIT_NONE, "007", 7 },
    { UNIT_NONE, "9223372036854775807", INT64_MAX },
    { UNIT_TIME, "0s", 0 },
    { UNIT_TIME, "1ns", 1 },
    { UNIT_TIME, "1.5ms", 1500000 },
    { UNIT_TIME, "0.000000001s", 1 },
    { UNIT_TIME, "1.500us", 1500 },
    { UNIT_TIME, "50 us", 50000 },
    { UNIT_TIME, "2min", 120000000000 },
    { UNIT_TIME, "1.5h", 5400000000000 },
    { UNIT_TIME, "9223372036.854775807s", INT64_MAX },
    { UNIT_SIZE, "64MiB", 67108864 },
    { UNIT_SIZE, "1.5KiB", 1536 },
    { UNIT_SIZE, "3KB", 3000 },
    { UNIT_SIZE, "2GiB", UINT64_C(2) << 30 },
    { UNIT_SIZE, "12B", 12 },
    { UNIT_FREQUENCY, "1GHz", 1000000000 },
    { UNIT_FREQUENCY, "7.8125MHz", 7812500 },
    { UNIT_FREQUENCY, "62500kHz", 62500000 },
    { UNIT_RATE, "1Gbit/s", 1000000000 },
    { UNIT_RATE, "0.5kbit/s", 500 },
    /* parts of 2^32, rounded down */
    { UNIT_PROBABILITY, "0", 0 },
    { UNIT_PROBABILITY, "1", UINT64_C(1) << 32 },
    { UNIT_PROBABILITY, "100%", UINT64_C(1) << 32 },
    { UNIT_PROBABILITY, "0.5", UINT64_C(1) << 31 },
    { UNIT_PROBABILITY, "50 %", UINT64_C(1) << 31 },
    { UNIT_PROBABILITY, "0.1%", 4294967 },
    { UNIT_PROBABILITY, "0.001", 4294967 },
    { UNIT_PROBABILITY, "0.000000000232830643653870", 1 },
    { UNIT_PROBABILITY, "0.000000000232830643653869", 0 },
    { UNIT_PROBABILITY, "0.0000000002", 0 },
    { UNIT_PROBABILITY, "99.9999999999%", UINT32_MAX },
};

START_TEST(parses_exactly)
{
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        GError *error = NULL;
        uint64_t value = ~UINT64_C(0);
        ck_assert_msg(unit_parse(good[i].unit, good[i].text, &value, &error),
                      "%s", good[i].text);
        ck_assert_msg(value == good[i].value, "%s", good[i].text);
    }
}
END_TEST

static const struct {
    Unit unit;
    const char *text;
    const char *part;
} bad[] = {
    { UNIT_NONE, "", "not a plain number" },
    { UNIT_NONE, "two", "not a plain number" },
    { UNIT_NONE, "2x", "not a plain number" },
    { UNIT_NONE, "1.5", "not a whole number" },
    { UNIT_NONE, "-1", "negative" },
    { UNIT_NONE, "9223372036854775808", "too large" },
    { UNIT_TIME, "", "not a time" },
    { UNIT_TIME, "ms", "not a time" },
    { UNIT_TIME, ".5s", "not a time" },
    { UNIT_TIME, "1.s", "not a time" },
    { UNIT_TIME, "+1s", "not a time" },
    { UNIT_TIME, "0", "needs a unit: ns, us, ms, s, min, h" },
    { UNIT_TIME, "10", "needs a unit" },
    { UNIT_TIME, "10sec", "unknown unit 'sec'" },
    { UNIT_TIME, "1MS", "unknown unit 'MS'" },
    { UNIT_TIME, "1.5.5s", "unknown unit '.5s'" },
    { UNIT_TIME, "1e3s", "unknown unit 'e3s'" },
    { UNIT_TIME, "1.5ns", "not a whole number of ns" },
    { UNIT_TIME, "0.0000000001s", "not a whole number of ns" },
    { UNIT_TIME, "9223372036.854775808s", "too large" },
    { UNIT_TIME, "999999999999999999999999h", "too large" },
    { UNIT_TIME, "9999999999999999999999999h", "not a time" },
    { UNIT_TIME, "-5ms", "negative" },
    { UNIT_SIZE, "1MIB", "unknown unit" },
    { UNIT_SIZE, "0.3KiB", "not a whole number of B" },
    { UNIT_FREQUENCY, "1", "needs a unit: Hz, kHz, MHz, GHz" },
    { UNIT_RATE, "1Gb/s", "use bit/s, kbit/s, Mbit/s, Gbit/s" },
    { UNIT_PROBABILITY, "rarely", "not a probability: write a number such as "
      "0.1% or 0.001" },
    { UNIT_PROBABILITY, "1percent", "unknown unit 'percent': use %" },
    { UNIT_PROBABILITY, "-1%", "negative" },
};

START_TEST(refuses_what_is_not_exact)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        uint64_t value;
        ck_assert_msg(!unit_parse(bad[i].unit, bad[i].text, &value, &error),
                      "%s", bad[i].text);
        ck_assert_error(error, GODWIT_ERROR_USAGE, bad[i].part);
    }
}
END_TEST

START_TEST(formats_what_parses_to_the_same)
{
    static const struct {
        Unit unit;
        uint64_t value;
        const char *text;
    } cases[] = {
        { UNIT_NONE, 12, "12" },
        { UNIT_TIME, 0, "0ns" },
        { UNIT_TIME, 1500, "1500ns" },
        { UNIT_TIME, 60000000000, "60s" },
        { UNIT_SIZE, 67108864, "64MiB" },
        { UNIT_SIZE, 1000, "1000B" },
        { UNIT_FREQUENCY, 7812500, "7812500Hz" },
        { UNIT_RATE, 2500000000, "2500Mbit/s" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t value;
        g_autofree char *text = unit_format(cases[i].unit, cases[i].value);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert(unit_parse(cases[i].unit, text, &value, NULL));
        ck_assert_uint_eq(value, cases[i].value);
    }
}
END_TEST

/* Every number of parts has a text of its own, of ten decimals at most. */
START_TEST(formats_probabilities)
{
    static const struct {
        uint64_t parts;
        const char *text;
    } cases[] = {
        { 0, "0" }, { 1, "0.0000000003" }, { 4294967, "0.001" },
        { UINT64_C(1) << 31, "0.5" }, { UINT32_MAX, "0.9999999998" },
        { UINT64_C(1) << 32, "1" },
    };
    uint64_t state = 5;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = unit_format(UNIT_PROBABILITY, cases[i].parts);
        ck_assert_str_eq(text, cases[i].text);
    }
    for (unsigned round = 0; round < 20000; round++) {
        uint64_t parts = suite_random(&state) >> (32 + round % 33) % 64;
        uint64_t value;
        parts &= UINT32_MAX;
        g_autofree char *text = unit_format(UNIT_PROBABILITY, parts);
        ck_assert(unit_parse(UNIT_PROBABILITY, text, &value, NULL));
        ck_assert_msg(value == parts, "%s", text);
        ck_assert_uint_le(strlen(text), strlen("0.0123456789"));
    }
}
END_TEST

START_TEST(formats_shortly_for_people)
{
    g_autofree char *time = unit_format_short(UNIT_TIME, 1234567);
    g_autofree char *ns = unit_format_short(UNIT_TIME, 999);
    g_autofree char *size = unit_format_short(UNIT_SIZE, 1536);

    ck_assert_str_eq(time, "1.235 ms");
    ck_assert_str_eq(ns, "999 ns");
    ck_assert_str_eq(size, "1.500 KiB");
}
END_TEST

START_TEST(finds_the_nearest_name)
{
    const char *const names[] = { "nodes", "memory", "clock" };

    ck_assert_str_eq(nearest_name("node", names, 3), "nodes");
    ck_assert_str_eq(nearest_name("memry", names, 3), "memory");
    ck_assert_str_eq(nearest_name("clcok", names, 3), "clock");
    ck_assert_ptr_null(nearest_name("bandwidth", names, 3));
    ck_assert_ptr_null(nearest_name("", names, 3));
    ck_assert_ptr_null(nearest_name("x", names, 0));
    g_autofree char *long_word = g_strnfill(500, 'n');
    ck_assert_ptr_null(nearest_name(long_word, names, 3));
}
END_TEST

START_TEST(lists_names_when_none_is_near)
{
    const char *const names[] = { "nodes", "memory" };
    g_autofree char *near = nearest_remedy("nods", names, 2);
    g_autofree char *list = nearest_remedy("bandwidth", names, 2);
    g_autofree char *none = nearest_remedy("bandwidth", names, 0);

    ck_assert_str_eq(near, "; did you mean 'nodes'?");
    ck_assert_str_eq(list, "; there is nodes, memory");
    ck_assert_str_eq(none, "; there is none");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        parses_exactly, refuses_what_is_not_exact,
        formats_what_parses_to_the_same, formats_probabilities,
        formats_shortly_for_people,
        finds_the_nearest_name, lists_names_when_none_is_near,
    };

    return suite_run("units", tests, G_N_ELEMENTS(tests));
}
