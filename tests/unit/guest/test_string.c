/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/string.c against the C library's functions of the same names.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define memcpy guest_memcpy
#define memmove guest_memmove
#define memset guest_memset
#define memcmp guest_memcmp
#define strlen guest_strlen
#define strnlen guest_strnlen
#define strcmp guest_strcmp
#define strncmp guest_strncmp
#define strchr guest_strchr
#define strrchr guest_strrchr
#undef LIB_STRING_H
#include "lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#define SPACE 512

static void fill(uint8_t *bytes, uint64_t seed)
{
    for (unsigned i = 0; i < SPACE; i++) {
        bytes[i] = (uint8_t)suite_random(&seed);
    }
}

/* Lengths around every threshold of the implementation. */
static const unsigned lengths[] = {
    0, 1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 31, 32, 33, 40, 63, 64, 65, 71, 72,
    127, 128, 129, 200, 256, 300,
};

START_TEST(copies_at_every_alignment)
{
    for (unsigned n = 0; n < SUITE_COUNT(lengths); n++) {
        for (unsigned place = 0; place < 64; place++) {
            uint8_t from[SPACE], to[SPACE], expected[SPACE];

            fill(from, place);
            fill(to, n);
            memcpy(expected, to, SPACE);
            memcpy(expected + 64 + place / 8, from + place % 8, lengths[n]);
            ck_assert_ptr_eq(guest_memcpy(to + 64 + place / 8, from + place % 8,
                                          lengths[n]), to + 64 + place / 8);
            ck_assert_mem_eq(to, expected, SPACE);
        }
    }
}
END_TEST

START_TEST(moves_over_itself)
{
    for (unsigned n = 0; n < SUITE_COUNT(lengths); n++) {
        for (unsigned from = 0; from < 96; from++) {
            for (unsigned to = from > 70 ? from - 70 : 0; to < from + 70;
                 to++) {
                uint8_t moved[SPACE], expected[SPACE];

                fill(moved, n);
                memcpy(expected, moved, SPACE);
                memmove(expected + to, expected + from, lengths[n]);
                guest_memmove(moved + to, moved + from, lengths[n]);
                if (memcmp(moved, expected, SPACE) != 0) {
                    ck_abort_msg("%u bytes from %u to %u", lengths[n], from,
                                 to);
                }
            }
        }
    }
}
END_TEST

START_TEST(copies_no_byte_beside_the_source)
{
    /* Ends of the allocations are watched by the sanitizer. */
    for (unsigned length = 16; length < 100; length++) {
        uint8_t *from = malloc(length);
        uint8_t *to = malloc(length);

        memset(from, 1, length);
        guest_memcpy(to, from, length);
        ck_assert_mem_eq(to, from, length);
        guest_memcpy(to, from + 3, length - 3);
        free(from);
        free(to);
    }
}
END_TEST

START_TEST(sets_at_every_alignment)
{
    for (unsigned n = 0; n < SUITE_COUNT(lengths); n++) {
        for (unsigned place = 0; place < 8; place++) {
            uint8_t set[SPACE], expected[SPACE];

            fill(set, n);
            memcpy(expected, set, SPACE);
            memset(expected + place, 0xa5, lengths[n]);
            guest_memset(set + place, 0x1a5, lengths[n]);
            ck_assert_mem_eq(set, expected, SPACE);
        }
    }
}
END_TEST

START_TEST(compares_as_unsigned_bytes)
{
    ck_assert_int_eq(guest_memcmp("abc", "abc", 3), 0);
    ck_assert_int_lt(guest_memcmp("a\x7f", "a\x80", 2), 0);
    ck_assert_int_gt(guest_memcmp("b", "a", 1), 0);
    ck_assert_int_eq(guest_memcmp("b", "a", 0), 0);
    ck_assert_int_eq(guest_strcmp("abc", "abc"), 0);
    ck_assert_int_lt(guest_strcmp("ab", "abc"), 0);
    ck_assert_int_gt(guest_strcmp("\x80", "a"), 0);
    ck_assert_int_eq(guest_strncmp("abx", "aby", 2), 0);
    ck_assert_int_lt(guest_strncmp("abx", "aby", 3), 0);
}
END_TEST

START_TEST(measures_and_finds)
{
    const char *path = "/bin/busybox";

    ck_assert_uint_eq(guest_strlen(""), 0);
    ck_assert_uint_eq(guest_strlen(path), 12);
    ck_assert_uint_eq(guest_strnlen(path, 4), 4);
    ck_assert_uint_eq(guest_strnlen("ab", 4), 2);
    ck_assert_ptr_eq(guest_strchr(path, '/'), path);
    ck_assert_ptr_eq(guest_strrchr(path, '/'), path + 4);
    ck_assert_ptr_eq(guest_strchr(path, '\0'), path + 12);
    ck_assert_ptr_null(guest_strchr(path, 'z'));
    ck_assert_ptr_null(guest_strrchr(path, 'z'));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        copies_at_every_alignment,
        moves_over_itself,
        copies_no_byte_beside_the_source,
        sets_at_every_alignment,
        compares_as_unsigned_bytes,
        measures_and_finds,
    };

    return suite_run("string", tests, SUITE_COUNT(tests));
}
