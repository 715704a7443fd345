/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/codec.c: what is put is got, and errors stick.
 */
#include <string.h>

#include "lib/codec.h"
#include "lib/errno.h"
#include "suite.h"

START_TEST(reads_back_what_was_put)
{
    uint8_t buffer[64];
    char string[8];
    uint8_t bytes[3];
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    put_u32(&c, 0x12345678);
    put_u64(&c, 0xfedcba9876543210u);
    put_string(&c, "godwit");
    put_bytes(&c, "abc", 3);
    ck_assert_int_eq(c.error, 0);
    ck_assert_uint_eq(codec_left(&c), 64 - 4 - 8 - 16 - 3);

    codec_init(&c, buffer, sizeof(buffer));
    ck_assert_uint_eq(get_u32(&c), 0x12345678);
    ck_assert_uint_eq(get_u64(&c), 0xfedcba9876543210u);
    get_string(&c, string, sizeof(string));
    ck_assert_str_eq(string, "godwit");
    get_bytes(&c, bytes, 3);
    ck_assert_mem_eq(bytes, "abc", 3);
    ck_assert_int_eq(c.error, 0);
}
END_TEST

START_TEST(is_little_endian)
{
    uint8_t buffer[12];
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    put_u32(&c, 0x04030201);
    put_u64(&c, 0x0c0b0a0908070605u);
    for (unsigned i = 0; i < 12; i++) {
        ck_assert_uint_eq(buffer[i], i + 1);
    }
}
END_TEST

/* Numbers behind bytes of any length: the quick ways and the slow ones. */
START_TEST(numbers_need_no_alignment)
{
    for (unsigned skip = 0; skip < 8; skip++) {
        uint8_t buffer[20] __attribute__((aligned(8)));
        uint8_t before[8];
        struct codec c;

        codec_init(&c, buffer, skip + 12);
        put_bytes(&c, "01234567", skip);
        put_u64(&c, 0xfedcba9876543210u);
        put_u32(&c, 0x89abcdef);
        ck_assert_int_eq(c.error, 0);
        codec_init(&c, buffer, skip + 12);
        get_bytes(&c, before, skip);
        ck_assert_uint_eq(get_u64(&c), 0xfedcba9876543210u);
        ck_assert_uint_eq(get_u32(&c), 0x89abcdef);
        ck_assert_int_eq(c.error, 0);
        ck_assert_uint_eq(get_u32(&c), 0);
        ck_assert_int_eq(c.error, -EINVAL);
    }
}
END_TEST

START_TEST(fills_to_the_last_byte_and_not_beyond)
{
    uint8_t buffer[13] = { [12] = 0xee };
    struct codec c;

    codec_init(&c, buffer, 12);
    put_u64(&c, 1);
    put_u32(&c, 2);
    ck_assert_int_eq(c.error, 0);
    put_bytes(&c, "x", 1);
    ck_assert_int_eq(c.error, -ENOSPC);
    ck_assert_uint_eq(buffer[12], 0xee);
}
END_TEST

START_TEST(a_string_is_put_whole_or_not_at_all)
{
    uint8_t buffer[8];
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    put_string(&c, "abcde");
    ck_assert_int_eq(c.error, -ENOSPC);
    ck_assert_uint_eq(codec_left(&c), 8);
}
END_TEST

START_TEST(the_first_error_sticks_and_gets_return_zero)
{
    uint8_t buffer[6];
    struct codec c;
    uint8_t byte = 1;

    memset(buffer, 0xff, sizeof(buffer));
    codec_init(&c, buffer, sizeof(buffer));
    ck_assert_uint_eq(get_u64(&c), 0);
    ck_assert_int_eq(c.error, -EINVAL);
    ck_assert_uint_eq(get_u32(&c), 0);
    get_bytes(&c, &byte, 1);
    ck_assert_uint_eq(byte, 0);
    ck_assert_uint_eq(codec_left(&c), 6);
}
END_TEST

struct record {
    uint64_t first;
    uint32_t second;
    uint32_t third;
};

START_TEST(records_are_filled_and_read_in_place)
{
    uint8_t buffer[40] __attribute__((aligned(8)));
    const struct record *got;
    struct record *put;
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    put_string(&c, "abcde");                    /* 16 bytes */
    put = put_record(&c, sizeof(*put));
    *put = (struct record){ 1, 2, 3 };
    ck_assert_int_eq(c.error, 0);
    ck_assert_uint_eq(codec_left(&c), 8);
    put = put_record(&c, sizeof(*put));
    ck_assert_int_eq(c.error, -ENOSPC);
    memset(put, 0xff, sizeof(*put));            /* goes nowhere */
    ck_assert_uint_eq(codec_left(&c), 8);

    codec_init(&c, buffer, sizeof(buffer));
    (void)get_record(&c, 16);
    got = get_record(&c, sizeof(*got));
    ck_assert_uint_eq(got->first, 1);
    ck_assert_uint_eq(got->second, 2);
    ck_assert_uint_eq(got->third, 3);
    got = get_record(&c, sizeof(*got));
    ck_assert_int_eq(c.error, -EINVAL);
    ck_assert_uint_eq(got->first, 0);
    ck_assert_uint_eq(got->third, 0);
}
END_TEST

START_TEST(a_record_that_is_not_aligned_is_refused)
{
    uint8_t buffer[40] __attribute__((aligned(8)));
    const struct record *got;
    struct codec c;

    memset(buffer, 0xff, sizeof(buffer));
    codec_init(&c, buffer, sizeof(buffer));
    put_u32(&c, 1);
    (void)put_record(&c, sizeof(*got));
    ck_assert_int_eq(c.error, -EINVAL);
    codec_init(&c, buffer, sizeof(buffer));
    (void)get_u32(&c);
    got = get_record(&c, sizeof(*got));
    ck_assert_int_eq(c.error, -EINVAL);
    ck_assert_uint_eq(got->first, 0);
}
END_TEST

START_TEST(a_count_that_lies_is_refused)
{
    uint8_t buffer[8];
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    put_u32(&c, 5);
    put_u32(&c, 6);
    codec_init(&c, buffer, sizeof(buffer));
    ck_assert_uint_eq(get_count(&c, 5), 5);
    ck_assert_uint_eq(get_count(&c, 5), 0);
    ck_assert_int_eq(c.error, -EINVAL);
}
END_TEST

START_TEST(a_string_too_long_for_its_place_is_refused)
{
    uint8_t buffer[16];
    char string[6] = "xxxxx";
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    put_string(&c, "abcde");
    codec_init(&c, buffer, sizeof(buffer));
    get_string(&c, string, 6);
    ck_assert_str_eq(string, "abcde");
    codec_init(&c, buffer, sizeof(buffer));
    get_string(&c, string, 5);
    ck_assert_int_eq(c.error, -EINVAL);
    ck_assert_str_eq(string, "");
}
END_TEST

START_TEST(a_string_length_beyond_the_input_is_refused)
{
    uint8_t buffer[6] = { 4, 0, 0, 0, 'a', 'b' };
    char string[16];
    struct codec c;

    codec_init(&c, buffer, sizeof(buffer));
    get_string(&c, string, sizeof(string));
    ck_assert_int_eq(c.error, -EINVAL);
    ck_assert_str_eq(string, "");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        reads_back_what_was_put,
        is_little_endian,
        numbers_need_no_alignment,
        fills_to_the_last_byte_and_not_beyond,
        a_string_is_put_whole_or_not_at_all,
        the_first_error_sticks_and_gets_return_zero,
        records_are_filled_and_read_in_place,
        a_record_that_is_not_aligned_is_refused,
        a_count_that_lies_is_refused,
        a_string_too_long_for_its_place_is_refused,
        a_string_length_beyond_the_input_is_refused,
    };

    return suite_run("codec", tests, SUITE_COUNT(tests));
}
