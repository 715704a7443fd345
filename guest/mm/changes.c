/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of changed pages.
 */
#include "mm/changes.h"

#include <stdbool.h>

static bool is_whole(const struct mb_page_run *run)
{
    return run->count == CHANGES_WHOLE;
}

/* Most writes are near the last one. */
static bool join(struct mb_page_run *last, const struct mb_page_run *run)
{
    uint64_t end = last->index + last->count;
    uint64_t run_end = run->index + run->count;

    if (last->object != run->object || run->index < last->index ||
        run->index > end) {
        return false;
    }
    if (run_end > end) {
        if (run_end - last->index >= CHANGES_WHOLE) {
            return false;
        }
        last->count = (uint32_t)(run_end - last->index);
    }
    return true;
}

static void add_whole(struct change_list *list, uint32_t object)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->runs[i].object == object && is_whole(&list->runs[i])) {
            return;
        }
    }
    list->runs[list->count++] = (struct mb_page_run){
        .object = object,
        .count = CHANGES_WHOLE,
    };
}

/* Each object that the list names becomes one run of all its pages. */
static void widen(struct change_list *list)
{
    uint32_t count = list->count;

    list->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        add_whole(list, list->runs[i].object);
    }
}

void change_list_add(struct change_list *list, const struct mb_page_run *run)
{
    if (list->count > 0 && join(&list->runs[list->count - 1], run)) {
        return;
    }
    if (list->count == CHANGES_RUNS) {
        widen(list);
        add_whole(list, run->object);
        return;
    }
    list->runs[list->count++] = *run;
}

void changes_written(struct changes *changes, uint32_t object, uint64_t index)
{
    const struct mb_page_run run = { object, 1, index };

    changes->page_count++;
    change_list_add(&changes->written, &run);
}

void changes_removed(struct changes *changes, uint32_t object, uint64_t index,
                     uint32_t count)
{
    const struct mb_page_run run = { object, count, index };

    change_list_add(&changes->removed, &run);
}
