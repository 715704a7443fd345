/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * srv/disk.c: what docs/files.md says of the disks' time.
 */
#include "srv/disk.h"

#include "suite.h"

#define REVOLUTION_NS   11111111u
#define BLOCK_NS        (REVOLUTION_NS / 16)
#define CYLINDER        128u
#define CYLINDERS       4096u

static struct disk disk;

START_TEST(no_disk_takes_no_time)
{
    disk_init(&disk, DISK_NONE);
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 0, 77), 77);
    ck_assert_uint_eq(disk_request(&disk, DISK_WRITE, 1u << 20, 77), 77);
}
END_TEST

START_TEST(solid_state_takes_the_same_everywhere)
{
    disk_init(&disk, DISK_SSD);
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 0, 1000),
                      1000 + 80000 + 1365);
    /* behind the first */
    ck_assert_uint_eq(disk_request(&disk, DISK_WRITE, 9999999, 1000),
                      82365 + 20000 + 1365);
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 5, 1000000),
                      1000000 + 81365);
}
END_TEST

/* Block n of a track begins to pass n block times after the turn began. */
START_TEST(a_block_has_to_come_around)
{
    disk_init(&disk, DISK_HDD_1996);
    /* 0.5 ms of overhead: block 0 has just passed */
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 0, 0),
                      REVOLUTION_NS + BLOCK_NS);
    disk_init(&disk, DISK_HDD_1996);
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 1, 0), 2 * BLOCK_NS);
    /* the next one, asked for in time, without a pause */
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 2, 10), 3 * BLOCK_NS);
    /* too late by an overhead: a whole turn */
    ck_assert_uint_eq(disk_request(&disk, DISK_READ, 3, 3 * BLOCK_NS),
                      REVOLUTION_NS + 4 * BLOCK_NS);
}
END_TEST

static uint64_t seek_of(uint32_t cylinders)
{
    uint64_t done_ns;

    disk_init(&disk, DISK_HDD_1996);
    done_ns = disk_request(&disk, DISK_READ, (uint64_t)cylinders * CYLINDER,
                           0);
    /* what is not seek is overhead, less than a turn, and the transfer */
    return done_ns - BLOCK_NS;
}

START_TEST(the_arm_moves_first)
{
    ck_assert_uint_eq(seek_of(1) % REVOLUTION_NS, 0);
    suite_check(seek_of(1) >= 500000 + 2000000);
    suite_check(seek_of(1) < 500000 + 2000000 + REVOLUTION_NS);
    suite_check(seek_of(CYLINDERS - 1) >= 500000 + 18000000);
    suite_check(seek_of(CYLINDERS - 1) < 500000 + 18000000 + REVOLUTION_NS);
    ck_assert_uint_eq(disk_blocks(&disk), (uint64_t)CYLINDER * CYLINDERS);
    /* back again, and then it is there */
    ck_assert_uint_eq(disk.cylinder, CYLINDERS - 1);
    (void)disk_request(&disk, DISK_WRITE, 0, 1000000000);
    ck_assert_uint_eq(disk.cylinder, 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        no_disk_takes_no_time,
        solid_state_takes_the_same_everywhere,
        a_block_has_to_come_around,
        the_arm_moves_first,
    };

    return suite_run("disk", tests, SUITE_COUNT(tests));
}
