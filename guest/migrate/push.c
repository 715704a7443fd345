/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending pages in bulk, and the map that says which ones are to come.
 *
 * A page that is posted is referenced by the transport. Until the target has
 * resumed it stays in the process, too, and is freed with it in the end; from
 * then on it is taken out at once, so that a modified page that is present has
 * not been sent, unless it lies before departure.sent_before.
 */
#include <stddef.h>

#include "migrate/departure_internal.h"
#include "mm/page.h"

/* Posted at one time: enough that the wire is never idle, and few enough after
 * the resume that a page which is asked for is seldom stuck behind them. */
#define CRITICAL_DEPTH  64u
#define PUSH_DEPTH      4u

bool departure_post_page(struct departure *d, const struct page_ref *ref,
                         uint32_t offset, const struct posting *how)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_PAGE),
        .payload = (const uint8_t *)ref->page + offset,
        .length = PAGE_SIZE - offset,
        .lane = how->lane,
        .page = ref->page,
        .left = how->left,
        .done = departure_done(how->flags),
        .owner = d,
    };

    parcel.msg.flags = how->flags | (ref->modified ? 0 : MB_MSG_CLEAN);
    parcel.msg.object = ref->object;
    parcel.msg.index = ref->index;
    parcel.msg.aux = offset;
    parcel.msg.tag = how->tag;
    if (!transport_post(&parcel)) {
        return false;
    }
    page_get(ref->page);
    d->in_flight++;
    d->resume_posted |= how->flags & MB_MSG_RESUME;
    return true;
}

/* What follows is posted when the page is done or, where that takes a round
 * trip, when the transport has room for it: it had none for PUSH_DEPTH. */
static void pushed_left(void *departure)
{
    struct departure *d = departure;

    d->push.under_way--;
}

/* What a push after the resume is for: no other node has it. */
static bool is_wanted(const struct departure *d, const struct page_ref *ref)
{
    return ref->modified && !departure_is_critical(d, ref);
}

/* The next page of the push; false: there is none left. */
static bool next_page(struct departure *d, struct cursor *cursor,
                      struct page_ref *ref)
{
    while (objects_next(d->proc, cursor, ref)) {
        if (d->push.critical || is_wanted(d, ref)) {
            return true;
        }
    }
    return false;
}

static void drop(struct departure *d, const struct page_ref *ref)
{
    struct pages *pages = object_find(d->proc, ref->object);

    pages->ops->drop(pages, ref->index);
}

static bool push_one(struct departure *d)
{
    struct cursor cursor = d->push.cursor;
    struct posting how = {
        .lane = LANE_BULK,
        .flags = d->push.critical ? MB_MSG_CRITICAL : MB_MSG_PUSHED,
        .left = pushed_left,
    };
    struct page_ref ref;

    if (!next_page(d, &cursor, &ref)) {
        d->push.active = false;
        return false;
    }
    if (d->push.critical && d->push.left == 1) {
        how.flags |= MB_MSG_RESUME;
    }
    if (!departure_post_page(d, &ref, 0, &how)) {
        return false;
    }
    d->push.cursor = cursor;
    d->push.under_way++;
    if (d->push.critical) {
        d->push.left--;
    } else {
        d->pushed++;
    }
    if (d->state == DEPARTURE_FLUSHING) {
        drop(d, &ref);
    }
    return true;
}

void push_pump(struct departure *d)
{
    uint32_t depth = d->push.critical ? CRITICAL_DEPTH : PUSH_DEPTH;

    while (d->push.active && d->push.under_way < depth) {
        if (!push_one(d)) {
            break;
        }
    }
}

void push_start(struct departure *d, bool critical)
{
    d->push.active = true;
    d->push.critical = critical;
    push_pump(d);
}

/* -- the map -- */

static void map_step(struct departure *d);

static void map_done(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    if (d->map_active) {
        map_step(d);
    }
    departure_progress(d);
}

/* Puts as many runs as a message holds; true if all pages are in the map. */
static bool map_fill(struct departure *d, struct map *map)
{
    struct page_ref ref;

    while (objects_next(d->proc, &d->map_cursor, &ref)) {
        if (is_wanted(d, &ref) && !map_add(map, ref.object, ref.index)) {
            d->map_cursor = (struct cursor){ ref.object, ref.index };
            return false;
        }
        d->pages++;
    }
    return true;
}

/* One message at a time: they share a page. The push begins behind the last,
 * so no page arrives that the target has not been told of. */
static void map_step(struct departure *d)
{
    struct map map;
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_MAP),
        .payload = departure_map_page(d),
        .lane = LANE_URGENT,
        .done = map_done,
        .owner = d,
    };

    map_init(&map, departure_map_page(d), MAP_RUNS);
    d->map_active = !map_fill(d, &map);
    parcel.length = (uint32_t)(map.count * sizeof(struct mb_page_run));
    parcel.msg.index = d->map_runs;
    parcel.msg.aux = d->map_active;
    d->map_runs += map.count;
    d->in_flight++;
    transport_post(&parcel);
    transport_flush();
    if (!d->map_active) {
        push_start(d, false);
    }
}

void departure_push_rest(struct departure *d)
{
    map_step(d);
}
