/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs/layer*.c: what a process sees of the file tree when it changes names, and
 * that a damaged image is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "fake/page.h"
#include "fs/layer.h"
#include "fs/ramdisk.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "suite.h"

#define FILE_MODE   (LINUX_S_IFREG | 0644)
#define DIR_MODE    (LINUX_S_IFDIR | 0755)
#define LIST_MAX    512

static struct archive archive;
static struct layer *layer;

/* fs_init registers itself with mm, which is not linked here. */
void vm_set_backing_ops(const struct backing_ops *ops)
{
    ck_assert_ptr_eq(ops, &ramdisk_backing_ops);
}

static void setup(void)
{
    memset(&archive, 0, sizeof(archive));
    archive_member(&archive, "d/a", FILE_MODE, "lower a", 7);
    archive_member(&archive, "d/b", FILE_MODE, "lower b", 7);
    archive_member(&archive, "d/s/c", FILE_MODE, "lower c", 7);
    archive_member(&archive, "f", FILE_MODE, "lower f", 7);
    archive_end(&archive);
    ck_assert_int_eq(fs_init(archive.bytes, archive.count), 0);
    layer = layer_create();
}

static void teardown(void)
{
    layer_destroy(layer);
    free(archive.bytes);
}

static enum node_kind kind(const char *path)
{
    return layer_lookup(layer, path).kind;
}

static int create(const char *path, uint32_t mode)
{
    uint32_t slot;

    return layer_create_file(layer, path, mode, 5, &slot);
}

/* The names in a directory, in order, with a blank behind each. */
static const char *list(const char *directory)
{
    static char text[LIST_MAX];
    struct node_child child;
    uint64_t cookie = 0;
    size_t at = 0;

    text[0] = '\0';
    while (layer_next_child(layer, directory, &cookie, &child)) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%.*s ",
                               (int)child.name_bytes, child.name);
    }
    return text;
}

START_TEST(sees_both)
{
    setup();
    ck_assert_int_eq(kind("d/a"), NODE_LOWER);
    ck_assert_int_eq(kind("d/x"), NODE_NONE);
    ck_assert_int_eq(create("d/x", FILE_MODE), 0);
    ck_assert_int_eq(kind("d/x"), NODE_UPPER);
    ck_assert_str_eq(list("d"), "a b s x ");
    ck_assert_int_eq(create("n", DIR_MODE), 0);
    ck_assert_str_eq(list("n"), "");
    ck_assert(layer_is_empty(layer, "n"));
    ck_assert(!layer_is_empty(layer, "d"));
    teardown();
}
END_TEST

START_TEST(removed_files_are_gone_and_can_come_again)
{
    setup();
    ck_assert_int_eq(layer_remove(layer, "d/a"), 0);
    ck_assert_int_eq(kind("d/a"), NODE_NONE);
    ck_assert_str_eq(list("d"), "b s ");
    ck_assert_int_eq(create("d/a", FILE_MODE), 0);
    ck_assert_int_eq(kind("d/a"), NODE_UPPER);
    ck_assert_uint_eq(layer_slot(layer, layer_lookup(layer, "d/a").index)
                          ->content.size, 0);
    ck_assert_int_eq(layer_remove(layer, "d/a"), 0);
    ck_assert_int_eq(kind("d/a"), NODE_NONE);
    teardown();
}
END_TEST

START_TEST(a_new_directory_does_not_show_the_old_contents)
{
    setup();
    ck_assert_int_eq(layer_remove(layer, "d/s/c"), 0);
    ck_assert(layer_is_empty(layer, "d/s"));
    ck_assert_int_eq(layer_remove(layer, "d/s"), 0);
    ck_assert_int_eq(kind("d/s/c"), NODE_NONE);
    ck_assert_int_eq(create("d/s", DIR_MODE), 0);
    ck_assert(layer_is_empty(layer, "d/s"));
    ck_assert_int_eq(kind("d/s/c"), NODE_NONE);
    ck_assert_int_eq(create("d/s/c", FILE_MODE), 0);
    ck_assert_str_eq(list("d/s"), "c ");
    teardown();
}
END_TEST

START_TEST(copies_up_with_the_contents_below)
{
    const struct layer_file *file;
    uint64_t bytes = 7;
    uint32_t slot;

    setup();
    ck_assert_int_eq(layer_copy_up(layer, ramdisk_find("d/a"), &slot), 0);
    file = layer_slot(layer, slot);
    ck_assert_int_eq(kind("d/a"), NODE_UPPER);
    ck_assert_uint_eq(file->ino, layer_lower_ino(ramdisk_find("d/a")));
    ck_assert_mem_eq(content_view(&file->content, 0, &bytes), "lower a", 7);
    ck_assert_int_eq(layer_copy_up(layer, ramdisk_find("dev/null"), &slot),
                     -EPERM);
    teardown();
}
END_TEST

START_TEST(renames)
{
    struct node node;
    uint64_t bytes = 7;

    setup();
    ck_assert_int_eq(layer_rename(layer, "d/a", "d/z"), 0);
    ck_assert_str_eq(list("d"), "b s z ");
    node = layer_lookup(layer, "d/z");
    ck_assert_mem_eq(content_view(&layer_slot(layer, node.index)->content, 0,
                                  &bytes), "lower a", 7);
    /* onto another one, and back to where the RAM disk has one */
    ck_assert_int_eq(layer_rename(layer, "d/z", "d/b"), 0);
    ck_assert_str_eq(list("d"), "s b ");
    ck_assert_int_eq(layer_rename(layer, "d/b", "d/a"), 0);
    ck_assert_str_eq(list("d"), "s a ");
    ck_assert_int_eq(layer_rename(layer, "d", "e"), -EXDEV);
    /* a directory of its own, with what is in it */
    ck_assert_int_eq(create("n", DIR_MODE), 0);
    ck_assert_int_eq(create("n/m", DIR_MODE), 0);
    ck_assert_int_eq(create("n/m/x", FILE_MODE), 0);
    ck_assert_int_eq(layer_rename(layer, "n", "d/new"), 0);
    ck_assert_int_eq(kind("n"), NODE_NONE);
    ck_assert_int_eq(kind("n/m/x"), NODE_NONE);
    ck_assert_int_eq(kind("d/new/m/x"), NODE_UPPER);
    ck_assert_str_eq(list("d/new/m"), "x ");
    teardown();
}
END_TEST

START_TEST(an_open_file_outlives_its_name)
{
    uint32_t slot;

    setup();
    ck_assert_int_eq(layer_create_file(layer, "t", FILE_MODE, 0, &slot), 0);
    layer_open(layer, slot);
    ck_assert_int_eq(layer_remove(layer, "t"), 0);
    ck_assert_ptr_nonnull(layer_slot(layer, slot));
    ck_assert_int_eq(kind("t"), NODE_NONE);
    layer_close(layer, slot);
    ck_assert_ptr_null(layer_slot(layer, slot));
    teardown();
}
END_TEST

START_TEST(a_slot_waits_for_pages_that_may_still_come)
{
    struct pages *pages;
    void *page;
    uint32_t slot;

    setup();
    ck_assert_int_eq(layer_create_file(layer, "t", FILE_MODE, 0, &slot), 0);
    layer_slot(layer, slot)->content.size = 4096;
    pages = &layer_slot(layer, slot)->content.pages;
    ck_assert_int_eq(pages->ops->mark_remote(pages, 0, 1), 0);
    ck_assert_int_eq(layer_remove(layer, "t"), 0);
    ck_assert_int_eq(create("u", FILE_MODE), 0);
    ck_assert_uint_ne(layer_lookup(layer, "u").index, slot);
    page = page_alloc();
    ck_assert_int_eq(pages->ops->install(pages, 0, page, true), -ENOENT);
    page_put(page);
    ck_assert_int_eq(create("v", FILE_MODE), 0);
    ck_assert_uint_eq(layer_lookup(layer, "v").index, slot);
    teardown();
}
END_TEST

START_TEST(is_full_at_the_bound)
{
    char name[16];

    setup();
    for (unsigned i = 0; i < LAYER_FILES; i++) {
        snprintf(name, sizeof(name), "t%u", i);
        ck_assert_int_eq(create(name, FILE_MODE), 0);
    }
    ck_assert_int_eq(create("more", FILE_MODE), -ENOSPC);
    ck_assert_int_eq(layer_remove(layer, "d/a"), -ENOSPC);
    ck_assert_int_eq(layer_rename(layer, "f", "g"), -ENOSPC);
    ck_assert_int_eq(kind("d/a"), NODE_LOWER);
    ck_assert_int_eq(kind("f"), NODE_LOWER);
    ck_assert_int_eq(layer_remove(layer, "t7"), 0);
    ck_assert_int_eq(create("more", FILE_MODE), 0);
    teardown();
}
END_TEST

START_TEST(listing_survives_removal)
{
    struct node_child child;
    uint64_t cookie = 0;
    char path[32];
    unsigned count = 0;

    setup();
    for (unsigned i = 0; i < 20; i++) {
        snprintf(path, sizeof(path), "d/t%u", i);
        ck_assert_int_eq(create(path, FILE_MODE), 0);
    }
    while (layer_next_child(layer, "d", &cookie, &child)) {
        snprintf(path, sizeof(path), "d/%.*s", (int)child.name_bytes,
                 child.name);
        if (!mode_is(child.mode, LINUX_S_IFDIR)) {
            ck_assert_int_eq(layer_remove(layer, path), 0);
        }
        count++;
    }
    ck_assert_uint_eq(count, 23);
    ck_assert_str_eq(list("d"), "s ");
    teardown();
}
END_TEST

/* A layer with one of everything. */
static size_t encode_sample(uint8_t *buffer, size_t size)
{
    struct codec c;
    uint32_t slot;

    ck_assert_int_eq(layer_copy_up(layer, ramdisk_find("d/a"), &slot), 0);
    ck_assert_int_eq(create("n", DIR_MODE), 0);
    ck_assert_int_eq(create("n/x", FILE_MODE), 0);
    ck_assert_int_eq(layer_remove(layer, "d/b"), 0);
    ck_assert_int_eq(layer_create_file(layer, "n/l", LINUX_S_IFLNK | 0777, 9,
                                       &slot), 0);
    strcpy(layer_slot(layer, slot)->target, "../d");
    codec_init(&c, buffer, size);
    layer_encode(layer, &c);
    ck_assert_int_eq(c.error, 0);
    return (size_t)(c.at - buffer);
}

START_TEST(image_and_back)
{
    static uint8_t buffer[8192];
    size_t bytes;
    struct codec c;
    int error;

    setup();
    bytes = encode_sample(buffer, sizeof(buffer));
    layer_destroy(layer);
    codec_init(&c, buffer, bytes);
    layer = layer_decode(&c, &error);
    ck_assert_ptr_nonnull(layer);
    ck_assert_uint_eq(codec_left(&c), 0);
    ck_assert_str_eq(list("d"), "s a ");
    ck_assert_str_eq(list("n"), "x l ");
    ck_assert_int_eq(kind("d/b"), NODE_NONE);
    ck_assert_str_eq(layer_slot(layer, layer_lookup(layer, "n/l").index)
                         ->target, "../d");
    teardown();
}
END_TEST

START_TEST(refuses_damaged_images)
{
    static uint8_t buffer[8192];
    uint64_t random = 3;
    size_t bytes;
    struct codec c;
    int error;

    setup();
    bytes = encode_sample(buffer, sizeof(buffer));
    for (size_t cut = 0; cut < bytes; cut++) {
        uint8_t *copy = malloc(cut + 1);

        memcpy(copy, buffer, cut);
        codec_init(&c, copy, cut);
        ck_assert_ptr_null(layer_decode(&c, &error));
        ck_assert_int_ne(error, 0);
        free(copy);
    }
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t *copy = malloc(bytes);
        struct layer *decoded;

        memcpy(copy, buffer, bytes);
        copy[suite_random(&random) % bytes] ^=
            (uint8_t)(1u << suite_random(&random) % 8);
        codec_init(&c, copy, bytes);
        decoded = layer_decode(&c, &error);
        suite_check((decoded != NULL) == (error == 0));
        layer_destroy(decoded);
        free(copy);
    }
    teardown();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        sees_both, removed_files_are_gone_and_can_come_again,
        a_new_directory_does_not_show_the_old_contents,
        copies_up_with_the_contents_below, renames,
        an_open_file_outlives_its_name,
        a_slot_waits_for_pages_that_may_still_come, is_full_at_the_bound,
        listing_survives_removal, image_and_back, refuses_damaged_images,
    };

    return suite_run("layer", tests, SUITE_COUNT(tests));
}
