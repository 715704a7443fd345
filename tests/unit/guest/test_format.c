/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/format.c against the C library's snprintf.
 */
#include "lib/format.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"

#define SAME(...) \
    do { \
        char ours[128], theirs[128]; \
        size_t length = format_string(ours, sizeof(ours), __VA_ARGS__); \
        snprintf(theirs, sizeof(theirs), __VA_ARGS__); \
        ck_assert_str_eq(ours, theirs); \
        ck_assert_uint_eq(length, strlen(theirs)); \
    } while (0)

START_TEST(formats_numbers)
{
    SAME("%d %d %d", 0, INT_MAX, INT_MIN);
    SAME("%ld %ld", LONG_MAX, LONG_MIN);
    SAME("%u %lu", UINT_MAX, ULONG_MAX);
    SAME("%x %lx", 0xdeadbeef, 0xfedcba9876543210ul);
    SAME("%zu", (size_t)77);
}
END_TEST

START_TEST(pads)
{
    SAME("[%5d] [%-5d] [%05d] [%05d]", 42, 42, 42, -42);
    SAME("[%016lx] [%4x] [%-4x]", 0x1234ul, 0xab, 0xab);
    SAME("[%8s] [%-8s] [%2s]", "abc", "abc", "abc");
    SAME("[%3c] [%-3c]", 'x', 'y');
    SAME("[%3d] [%03d]", 123456, -123456);
}
END_TEST

START_TEST(passes_text_through)
{
    SAME("plain");
    SAME("100%% %c%s", 'a', "");
}
END_TEST

START_TEST(cuts_off_and_terminates)
{
    char buffer[4] = "zzz";

    ck_assert_uint_eq(format_string(buffer, 4, "%d", 12345), 5);
    ck_assert_str_eq(buffer, "123");
    ck_assert_uint_eq(format_string(buffer, 1, "abc"), 3);
    ck_assert_str_eq(buffer, "");
    ck_assert_uint_eq(format_string(NULL, 0, "abc"), 3);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        formats_numbers, pads, passes_text_through, cuts_off_and_terminates,
    };

    return suite_run("format", tests, SUITE_COUNT(tests));
}
