/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs/content.c: a file's contents against a plain array, over a lower file,
 * with and without pages that are at another node.
 */
#include <stdlib.h>
#include <string.h>

#include "fake/page.h"
#include "fs/content.h"
#include "lib/errno.h"
#include "mm/vm.h"
#include "suite.h"

#define LOWER_BYTES     (5 * 4096 + 123)
#define MODEL_BYTES     (24 * 4096)
#define OBJECT          7

static uint8_t lower[LOWER_BYTES];
static uint8_t model[MODEL_BYTES];
static uint64_t model_size;
static struct content file;         /* what the process uses */
static struct content former;       /* what is left at the former host */
static uint64_t random_state;

static void begin(bool over_lower)
{
    content_init(&file, OBJECT);
    memset(model, 0, sizeof(model));
    model_size = 0;
    if (over_lower) {
        for (unsigned i = 0; i < LOWER_BYTES; i++) {
            lower[i] = (uint8_t)suite_random(&random_state);
        }
        memcpy(model, lower, LOWER_BYTES);
        model_size = LOWER_BYTES;
        file.lower = lower;
        file.lower_bytes = LOWER_BYTES;
        file.size = LOWER_BYTES;
    }
}

/* The page comes that somebody waits for; or the map, if that has not. */
static void fetch(uint64_t index)
{
    bool modified;
    void *page;

    if (file.pages.map_awaited) {
        uint64_t i = 0;

        while (former.pages.ops->next(&former.pages, &i, &modified) != NULL) {
            ck_assert_int_eq(file.pages.ops->mark_remote(&file.pages, i, 1),
                             0);
            i++;
        }
        file.pages.map_awaited = false;
        return;
    }
    ck_assert(file.pages.ops->is_remote(&file.pages, index));
    page = former.pages.ops->find(&former.pages, index, &modified);
    ck_assert_ptr_nonnull(page);
    void *copy = page_alloc_raw();
    memcpy(copy, page, PAGE_SIZE);
    ck_assert_int_eq(file.pages.ops->install(&file.pages, index, copy, true),
                     0);
    former.pages.ops->drop(&former.pages, index);
}

/* A page that was pushed: taken if still wanted. */
static void push_one(void)
{
    uint64_t index = suite_random(&random_state) % 24;
    bool modified;
    void *page = former.pages.ops->next(&former.pages, &index, &modified);
    void *copy;

    if (page == NULL) {
        return;
    }
    copy = page_alloc_raw();
    memcpy(copy, page, PAGE_SIZE);
    former.pages.ops->drop(&former.pages, index);
    if (file.pages.ops->install(&file.pages, index, copy, true) != 0) {
        page_put(copy);
    }
}

static void do_write(void)
{
    uint64_t offset = suite_random(&random_state) % MODEL_BYTES;
    uint64_t bytes = 1 + suite_random(&random_state) % 9000;
    uint64_t index;
    int result;

    bytes = bytes < MODEL_BYTES - offset ? bytes : MODEL_BYTES - offset;
    while ((result = content_prepare(&file, offset, bytes, &index)) ==
           VM_REMOTE) {
        fetch(index);
    }
    suite_check(result == 0);
    for (uint64_t done = 0; done < bytes;) {
        uint64_t part = bytes - done;
        uint8_t *to = content_edit(&file, offset + done, &part);

        for (uint64_t i = 0; i < part; i++) {
            to[i] = (uint8_t)suite_random(&random_state);
        }
        memcpy(model + offset + done, to, part);
        done += part;
    }
    model_size = model_size > offset + bytes ? model_size : offset + bytes;
}

static void do_resize(void)
{
    uint64_t size = suite_random(&random_state) % MODEL_BYTES;
    uint64_t index;
    int result;

    while ((result = content_resize(&file, size, &index)) == VM_REMOTE) {
        fetch(index);
    }
    suite_check(result == 0);
    if (size < model_size) {
        memset(model + size, 0, model_size - size);
    }
    model_size = size;
}

static void do_read(uint64_t offset, uint64_t bytes)
{
    uint64_t index;

    suite_check(file.size == model_size);
    if (offset >= model_size) {
        return;
    }
    bytes = bytes < model_size - offset ? bytes : model_size - offset;
    while (content_check(&file, offset, bytes, &index) == VM_REMOTE) {
        fetch(index);
    }
    for (uint64_t done = 0; done < bytes;) {
        uint64_t part = bytes - done;
        const void *from = content_view(&file, offset + done, &part);

        suite_check(part > 0);
        suite_check(memcmp(from, model + offset + done, part) == 0);
        done += part;
    }
}

/* The process moves: the file is there with nothing in it. */
static void do_move(void)
{
    if (file.pages.map_awaited) {
        fetch(0);
    }
    for (uint64_t i = 0; i < 24; i++) {
        if (file.pages.ops->is_remote(&file.pages, i)) {
            fetch(i);
        }
    }
    suite_check(!content_awaits(&file));
    content_finish(&former);
    former = file;
    content_init(&file, OBJECT);
    file.lower = former.lower;
    file.lower_bytes = former.lower_bytes;
    file.size = former.size;
    file.pages.map_awaited = true;
}

static void step(bool moves)
{
    switch (suite_random(&random_state) % (moves ? 8 : 5)) {
    case 0:
    case 1:
        do_write();
        break;
    case 2:
        do_resize();
        break;
    case 3:
    case 4:
        do_read(suite_random(&random_state) % MODEL_BYTES,
                suite_random(&random_state) % 9000);
        break;
    case 5:
    case 6:
        push_one();
        break;
    default:
        if (suite_random(&random_state) % 10 == 0) {
            do_move();
        }
    }
}

static void run(bool over_lower, bool moves, unsigned steps)
{
    content_init(&former, OBJECT);
    begin(over_lower);
    for (unsigned i = 0; i < steps; i++) {
        step(moves);
    }
    do_read(0, MODEL_BYTES);
    content_finish(&file);
    content_finish(&former);
}

START_TEST(is_like_an_array)
{
    for (random_state = 1; random_state < 40; random_state++) {
        uint64_t seed = random_state;

        run(seed % 2 == 0, false, 300);
        random_state = seed;
    }
}
END_TEST

START_TEST(is_like_an_array_while_it_moves)
{
    for (random_state = 1; random_state < 60; random_state++) {
        uint64_t seed = random_state;

        run(seed % 2 == 0, true, 600);
        random_state = seed;
    }
}
END_TEST

START_TEST(bounds)
{
    uint64_t index, bytes = 1;

    begin(false);
    ck_assert_int_eq(content_resize(&file, CONTENT_BYTES_MAX, &index), 0);
    ck_assert_int_eq(content_resize(&file, CONTENT_BYTES_MAX + 1, &index),
                     -EFBIG);
    ck_assert_int_eq(content_prepare(&file, CONTENT_BYTES_MAX - 1, 1, &index),
                     0);
    *(char *)content_edit(&file, CONTENT_BYTES_MAX - 1, &bytes) = 1;
    ck_assert_int_eq(content_prepare(&file, CONTENT_BYTES_MAX - 1, 2, &index),
                     -EFBIG);
    ck_assert_int_eq(content_prepare(&file, CONTENT_BYTES_MAX, UINT64_MAX,
                                     &index), -EFBIG);
    index = 0;
    bool modified;
    ck_assert_ptr_nonnull(file.pages.ops->next(&file.pages, &index,
                                               &modified));
    ck_assert_uint_eq(index, CONTENT_PAGES_MAX - 1);
    ck_assert_uint_eq(file.pages.ops->next_run(&file.pages, &index,
                                               UINT64_MAX), 1);
    ck_assert_uint_eq(file.pages.ops->count(&file.pages), 1);
    index = UINT64_MAX;
    ck_assert_ptr_nonnull(file.pages.ops->previous(&file.pages, &index,
                                                   &modified));
    ck_assert_uint_eq(index, CONTENT_PAGES_MAX - 1);
    ck_assert_ptr_null(file.pages.ops->previous(&file.pages, &index,
                                                &modified));
    content_finish(&file);
}
END_TEST

START_TEST(no_memory_changes_nothing)
{
    random_state = 5;
    begin(true);
    for (unsigned pages = 0; pages < 12; pages++) {
        uint64_t index, left;

        fake_pages_left = pages;
        ck_assert_int_eq(content_prepare(&file, LOWER_BYTES - 100, 20 * 4096,
                                         &index), -ENOSPC);
        left = fake_pages_left;
        fake_pages_left = UINT64_MAX;
        ck_assert_uint_le(left, pages);
        do_read(0, MODEL_BYTES);
        index = LOWER_BYTES / 4096 + 1;
        bool modified;
        ck_assert_ptr_null(file.pages.ops->next(&file.pages, &index,
                                                &modified));
    }
    content_finish(&file);
}
END_TEST

START_TEST(an_abandoned_file_takes_no_pages)
{
    void *page = page_alloc();

    begin(true);
    ck_assert_int_eq(file.pages.ops->mark_remote(&file.pages, 1, 2), 0);
    content_abandon(&file);
    ck_assert(content_awaits(&file));
    ck_assert_int_eq(file.pages.ops->install(&file.pages, 0, page, true),
                     -ENOENT);
    ck_assert_int_eq(file.pages.ops->install(&file.pages, 1, page, true),
                     -ENOENT);
    ck_assert(content_awaits(&file));
    ck_assert_int_eq(file.pages.ops->install(&file.pages, 2, page, true),
                     -ENOENT);
    ck_assert(!content_awaits(&file));
    ck_assert_int_eq(file.pages.ops->install(&file.pages, UINT64_MAX, page,
                                             true), -ENOENT);
    page_put(page);
    content_finish(&file);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        is_like_an_array, is_like_an_array_while_it_moves, bounds,
        no_memory_changes_nothing, an_abandoned_file_takes_no_pages,
    };

    return suite_run("content", tests, SUITE_COUNT(tests));
}
