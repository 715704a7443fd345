/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image's envelope: what was sealed opens, nothing else does.
 */
#include "migrate/image.h"

#include <string.h>

#include "lib/errno.h"
#include "tests/unit/guest/suite.h"

static uint8_t buffer[512] __attribute__((aligned(8)));
static size_t bytes;

static void seal(size_t body)
{
    struct codec c;
    int64_t length;

    image_start(&c, buffer, sizeof(buffer));
    for (size_t i = 0; i < body; i++) {
        uint8_t byte = (uint8_t)(i * 7 + 1);

        put_bytes(&c, &byte, 1);
    }
    length = image_seal(&c, buffer);
    ck_assert_int_eq(length, (int64_t)(sizeof(struct image_header) + body));
    bytes = (size_t)length;
}

START_TEST(round_trip)
{
    for (size_t body = 0; body < 40; body++) {
        struct codec c;

        seal(body);
        ck_assert_int_eq(image_open(&c, buffer, bytes), 0);
        ck_assert_uint_eq(codec_left(&c), body);
        for (size_t i = 0; i < body; i++) {
            uint8_t byte;

            get_bytes(&c, &byte, 1);
            ck_assert_uint_eq(byte, (uint8_t)(i * 7 + 1));
        }
        ck_assert_int_eq(c.error, 0);
    }
}
END_TEST

START_TEST(every_flipped_bit_of_the_header_is_noticed)
{
    struct codec c;

    seal(61);
    for (size_t bit = 0; bit < sizeof(struct image_header) * 8; bit++) {
        buffer[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_msg(image_open(&c, buffer, bytes) != 0, "bit %zu", bit);
        buffer[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    ck_assert_int_eq(image_open(&c, buffer, bytes), 0);
}
END_TEST

START_TEST(lengths_that_lie)
{
    struct codec c;

    seal(16);
    for (size_t length = 0; length < bytes; length++) {
        ck_assert_int_eq(image_open(&c, buffer, length), -EINVAL);
    }
    ck_assert_int_eq(image_open(&c, buffer, bytes + 1), -EINVAL);
    ck_assert_int_eq(image_open(&c, buffer, (size_t)IMAGE_MAX + 1), -EINVAL);
}
END_TEST

START_TEST(other_version)
{
    struct image_header *header = (struct image_header *)buffer;
    struct codec c;

    seal(16);
    header->version++;
    ck_assert_int_eq(image_open(&c, buffer, bytes), -EPROTONOSUPPORT);
}
END_TEST

START_TEST(too_small_a_buffer)
{
    uint8_t small[sizeof(struct image_header) + 8] __attribute__((aligned(8)));
    struct codec c;

    image_start(&c, small, sizeof(small));
    put_u64(&c, 1);
    put_u32(&c, 2);
    ck_assert_int_eq(image_seal(&c, small), -ENOSPC);
    image_start(&c, small, sizeof(struct image_header) - 1);
    ck_assert_int_eq(image_seal(&c, small), -ENOSPC);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        round_trip,
        every_flipped_bit_of_the_header_is_noticed,
        lengths_that_lie,
        other_version,
        too_small_a_buffer,
    };

    return suite_run("image", tests, SUITE_COUNT(tests));
}
