/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a departure has its bridge serve: all pages of its map, where the pager
 * of the move is the device. The bridge says nothing of a page that it sends;
 * what was the last one is looked up when the push takes its next.
 */
#include "drivers/migbridge.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/pagers.h"
#include "migrate/algorithm.h"
#include "migrate/departure_internal.h"

#define CHUNK_PAGES 64u

/* False: there is no room for more. */
static bool add_run(struct departure *d, const struct mb_page_run *run)
{
    struct pages *pages = object_find(d->proc, run->object);
    void *page[CHUNK_PAGES];

    for (uint32_t i = 0; i < run->count; i += CHUNK_PAGES) {
        uint32_t left = run->count - i;
        uint32_t count = left < CHUNK_PAGES ? left : CHUNK_PAGES;

        pages->ops->contents(pages, run->index + i, count, page);
        if (!export_add(&d->export, run->object, run->index + i, page,
                        count)) {
            return false;
        }
    }
    return true;
}

/* Which pages the file server has, only the kernel knows. A link that loses
 * messages has a protocol of its own (ipc/channel.h), which the bridge does not
 * speak. */
static bool is_wanted(const struct departure *d)
{
    return d->move.pager == PAGER_DEVICE && !algorithm_stores(d->move.algorithm) &&
           !bridge_faulty(d->move.target);
}

void departure_export_runs(struct departure *d, const struct mb_page_run *runs,
                           uint32_t count)
{
    if (!is_wanted(d)) {
        return;
    }
    for (uint32_t i = 0; i < count && add_run(d, &runs[i]); i++) {
    }
    export_open(&d->export, &d->move);
}

void departure_export_kept(struct departure *d)
{
    struct cursor cursor = { 0 };
    struct mb_page_run run;

    if (!is_wanted(d)) {
        return;
    }
    while (objects_next_run(d->proc, &cursor, &run) &&
           !departure_is_ahead(d, run.object)) {
        departure_cut_run(d, &run);
        if (!add_run(d, &run)) {
            break;
        }
        cursor.index = run.index + (run.count > 0 ? run.count : 1);
    }
    export_open(&d->export, &d->move);
}

void departure_follow_export(struct departure *d)
{
    struct mb_page_run last;

    if (export_news(&d->export, &last) && d->algorithm->served) {
        const struct page_ref ref = {
            .object = last.object,
            .index = last.index,
        };

        d->algorithm->served(d, &ref);
    }
}
