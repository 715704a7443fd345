/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs/cpio.c: what an archive says is found again, and no archive, however
 * damaged, makes the index look outside of it.
 */
#include <string.h>

#include "archive.h"
#include "fs/cpio.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "suite.h"

static struct cpio cpio;

static uint32_t find(const char *path)
{
    return cpio_find(&cpio, path, (uint32_t)strlen(path));
}

static struct archive sample(void)
{
    struct archive archive = { 0 };

    archive_member(&archive, ".", LINUX_S_IFDIR | 0700, "", 0);
    archive_member(&archive, "./bin/tool", LINUX_S_IFREG | 0755, "abcde", 5);
    archive_member(&archive, "/bin/link", LINUX_S_IFLNK | 0777, "tool", 4);
    archive_member(&archive, "data/deep/er/", LINUX_S_IFDIR | 0711, "", 0);
    archive_member(&archive, "data/x", LINUX_S_IFREG | 0644, "", 0);
    archive_end(&archive);
    return archive;
}

START_TEST(finds_what_is_there)
{
    struct archive archive = sample();
    const struct cpio_entry *entry;

    ck_assert_int_eq(cpio_index(&cpio, archive.bytes, archive.count), 0);
    ck_assert_uint_eq(find(""), CPIO_ROOT);
    ck_assert_uint_eq(cpio.entry[CPIO_ROOT].mode, LINUX_S_IFDIR | 0700);
    entry = &cpio.entry[find("bin/tool")];
    ck_assert_uint_eq(entry->mode, LINUX_S_IFREG | 0755);
    ck_assert_uint_eq(entry->bytes, 5);
    ck_assert_uint_eq(entry->mtime, 1000);
    ck_assert_mem_eq(entry->data, "abcde", 5);
    ck_assert_str_eq(entry->path, "bin/tool");
    ck_assert_uint_eq(entry->parent, find("bin"));
    /* directories that the archive does not name */
    ck_assert_uint_eq(cpio.entry[find("bin")].mode, LINUX_S_IFDIR | 0755);
    ck_assert_uint_eq(cpio.entry[find("data/deep")].parent, find("data"));
    ck_assert_uint_eq(cpio.entry[find("data/deep/er")].mode,
                      LINUX_S_IFDIR | 0711);
    ck_assert_uint_eq(find("bin/"), CPIO_NONE);
    ck_assert_uint_eq(find("bin/too"), CPIO_NONE);
    ck_assert_uint_eq(find("data/deep/er/x"), CPIO_NONE);
    free(archive.bytes);
}
END_TEST

START_TEST(children_stand_in_order)
{
    struct archive archive = sample();
    uint32_t child;

    ck_assert_int_eq(cpio_index(&cpio, archive.bytes, archive.count), 0);
    child = cpio.entry[find("bin")].child;
    ck_assert_uint_eq(child, find("bin/tool"));
    child = cpio.entry[child].sibling;
    ck_assert_uint_eq(child, find("bin/link"));
    ck_assert_uint_eq(cpio.entry[child].sibling, CPIO_NONE);
    ck_assert_uint_eq(cpio.entry[find("data/x")].child, CPIO_NONE);
    free(archive.bytes);
}
END_TEST

START_TEST(later_members_replace_earlier_ones)
{
    struct archive archive = { 0 };

    archive_member(&archive, "a", LINUX_S_IFREG | 0644, "old", 3);
    archive_member(&archive, "a", LINUX_S_IFREG | 0600, "newer", 5);
    archive_end(&archive);
    ck_assert_int_eq(cpio_index(&cpio, archive.bytes, archive.count), 0);
    ck_assert_uint_eq(cpio.count, 2);
    ck_assert_uint_eq(cpio.entry[find("a")].bytes, 5);
    ck_assert_uint_eq(cpio.entry[find("a")].mode, LINUX_S_IFREG | 0600);
    free(archive.bytes);
}
END_TEST

static int index_names(const char *first, uint32_t first_mode,
                       const char *second)
{
    struct archive archive = { 0 };
    int error;

    archive_member(&archive, first, first_mode, "", 0);
    if (second != NULL) {
        archive_member(&archive, second, LINUX_S_IFREG | 0644, "", 0);
    }
    archive_end(&archive);
    error = cpio_index(&cpio, archive.bytes, archive.count);
    free(archive.bytes);
    return error;
}

START_TEST(refuses_paths_that_are_not_plain)
{
    const uint32_t mode = LINUX_S_IFREG | 0644;

    ck_assert_int_eq(index_names("..", mode, NULL), -EINVAL);
    ck_assert_int_eq(index_names("a/../b", mode, NULL), -EINVAL);
    ck_assert_int_eq(index_names("a//b", mode, NULL), -EINVAL);
    ck_assert_int_eq(index_names("a/", mode, NULL), -EINVAL);
    ck_assert_int_eq(index_names(".", mode, NULL), -EINVAL);
    ck_assert_int_eq(index_names("a", mode, "a/b"), -EINVAL);
    ck_assert_int_eq(index_names("a", LINUX_S_IFDIR | 0755, "a"), -EINVAL);
    ck_assert_int_eq(index_names("a", LINUX_S_IFDIR | 0755, "a/b"), 0);
    /* what the kernel has no use for is left out */
    ck_assert_int_eq(index_names("dev/x", LINUX_S_IFCHR | 0600, NULL), 0);
    ck_assert_uint_eq(find("dev/x"), CPIO_NONE);
}
END_TEST

START_TEST(refuses_every_truncation)
{
    struct archive archive = sample();

    for (size_t bytes = 0; bytes < archive.count; bytes++) {
        char *copy = malloc(bytes + (bytes == 0));
        int error;

        memcpy(copy, archive.bytes, bytes);
        error = cpio_index(&cpio, copy, bytes);
        /* the padding behind the trailer's name is not looked at */
        ck_assert_int_eq(error, bytes + 3 < archive.count ? -EINVAL : error);
        free(copy);
    }
    free(archive.bytes);
}
END_TEST

START_TEST(survives_any_damage)
{
    struct archive archive = sample();
    uint64_t random = 1;

    for (unsigned i = 0; i < 20000; i++) {
        char *copy = malloc(archive.count);

        memcpy(copy, archive.bytes, archive.count);
        for (unsigned k = 0; k <= i % 4; k++) {
            copy[suite_random(&random) % archive.count] =
                "0123456789abcdefFz/.\0"[suite_random(&random) % 21];
        }
        (void)cpio_index(&cpio, copy, archive.count);
        for (uint32_t k = 0; k < cpio.count; k++) {
            const struct cpio_entry *entry = &cpio.entry[k];

            suite_check(entry->parent < cpio.count);
            suite_check(cpio_find(&cpio, entry->path, entry->path_bytes) == k);
        }
        free(copy);
    }
    free(archive.bytes);
}
END_TEST

START_TEST(is_full_at_the_bound)
{
    struct archive archive = { 0 };
    char name[16];

    for (unsigned i = 1; i < CPIO_ENTRIES; i++) {
        snprintf(name, sizeof(name), "%u", i);
        archive_member(&archive, name, LINUX_S_IFREG | 0644, "", 0);
    }
    archive_end(&archive);
    ck_assert_int_eq(cpio_index(&cpio, archive.bytes, archive.count), 0);
    ck_assert_uint_eq(cpio.count, CPIO_ENTRIES);
    ck_assert_int_eq(cpio_add(&cpio, &(struct cpio_entry) {
        .path = "x", .path_bytes = 1, .mode = LINUX_S_IFDIR }), -ENOSPC);
    ck_assert_int_eq(cpio_add(&cpio, &(struct cpio_entry) {
        .path = "7", .path_bytes = 1, .mode = LINUX_S_IFDIR }), -EEXIST);
    free(archive.bytes);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        finds_what_is_there, children_stand_in_order,
        later_members_replace_earlier_ones, refuses_paths_that_are_not_plain,
        refuses_every_truncation, survives_any_damage, is_full_at_the_bound,
    };

    return suite_run("cpio", tests, SUITE_COUNT(tests));
}
