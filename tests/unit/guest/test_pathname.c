/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs/pathname.c: what is a plain path, and how paths relate.
 */
#include <string.h>

#include "fs/pathname.h"
#include "suite.h"

static bool plain(const char *path)
{
    return pathname_is_plain(path, (uint32_t)strlen(path));
}

START_TEST(plain_paths)
{
    ck_assert(plain(""));
    ck_assert(plain("a"));
    ck_assert(plain("a/b/c"));
    ck_assert(plain(".a"));
    ck_assert(plain("..."));
    ck_assert(plain("a/..b"));
    ck_assert(!plain("/"));
    ck_assert(!plain("/a"));
    ck_assert(!plain("a/"));
    ck_assert(!plain("a//b"));
    ck_assert(!plain("."));
    ck_assert(!plain(".."));
    ck_assert(!plain("a/./b"));
    ck_assert(!plain("a/.."));
    ck_assert(!pathname_is_plain("a\0b", 3));
}
END_TEST

START_TEST(lengths_at_the_bounds)
{
    char path[FS_PATH_MAX + 2];

    memset(path, 'a', sizeof(path));
    ck_assert(pathname_is_plain(path, FS_NAME_MAX));
    ck_assert(!pathname_is_plain(path, FS_NAME_MAX + 1));
    for (unsigned i = FS_NAME_MAX; i < sizeof(path); i += FS_NAME_MAX + 1) {
        path[i] = '/';
    }
    ck_assert(pathname_is_plain(path, FS_PATH_MAX - 2));
    ck_assert(!pathname_is_plain(path, FS_PATH_MAX));
}
END_TEST

START_TEST(below_and_child)
{
    ck_assert(pathname_is_below("a/b", "a"));
    ck_assert(pathname_is_below("a/b/c", "a"));
    ck_assert(pathname_is_below("a", ""));
    ck_assert(!pathname_is_below("", ""));
    ck_assert(!pathname_is_below("a", "a"));
    ck_assert(!pathname_is_below("ab", "a"));
    ck_assert(!pathname_is_below("a", "a/b"));
    ck_assert(pathname_is_child("a/b", "a"));
    ck_assert(pathname_is_child("a", ""));
    ck_assert(!pathname_is_child("a/b/c", "a"));
    ck_assert(!pathname_is_child("a/b", ""));
}
END_TEST

START_TEST(last_component)
{
    uint32_t bytes;

    ck_assert_str_eq(pathname_last("a/bc", 4, &bytes), "bc");
    ck_assert_uint_eq(bytes, 2);
    ck_assert_str_eq(pathname_last("abc", 3, &bytes), "abc");
    ck_assert_uint_eq(bytes, 3);
    (void)pathname_last("", 0, &bytes);
    ck_assert_uint_eq(bytes, 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        plain_paths, lengths_at_the_bounds, below_and_child, last_component,
    };

    return suite_run("pathname", tests, SUITE_COUNT(tests));
}
