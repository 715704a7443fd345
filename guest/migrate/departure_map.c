/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map, as the source sends it: which pages are to come, or can be asked
 * for. It follows the resume or, if it is critical, brings it about.
 */
#include <stddef.h>

#include "migrate/departure_internal.h"
#include "migrate/map.h"

static void step(struct departure *d);

static void part_done(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    if (d->map_active) {
        step(d);
    }
    departure_progress(d);
}

void departure_cut_run(const struct departure *d, struct mb_page_run *run)
{
    for (uint32_t i = 0; i < d->critical_count; i++) {
        uint64_t index = d->critical[i].index;

        if (run->object != MB_OBJECT_SPACE || index < run->index ||
            index - run->index >= run->count) {
            continue;
        }
        run->count = index == run->index ? 0 : (uint32_t)(index - run->index);
    }
}

bool departure_is_ahead(const struct departure *d, uint32_t object)
{
    return d->files_critical && object != MB_OBJECT_SPACE;
}

/* Puts as many runs as a message holds; true if all pages are in the map. One
 * that comes before critical pages has these, too. */
static bool fill(struct departure *d, struct map *map)
{
    struct mb_page_run run;

    while (objects_next_run(d->proc, &d->map_cursor, &run)) {
        bool ahead = departure_is_ahead(d, run.object);

        if (ahead && !d->map_critical) {
            break;
        }
        departure_cut_run(d, &run);
        if (run.count > 0 && !map_add(map, &run)) {
            d->map_cursor = (struct cursor){ run.object, run.index };
            return false;
        }
        d->kept_count += d->kept && !ahead ? run.count : 0;
        d->map_cursor.index = run.index + (run.count > 0 ? run.count : 1);
    }
    return true;
}

static void post(struct departure *d, const struct map *map)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_MAP),
        .payload = map->runs,
        .length = (uint32_t)(map->count * sizeof(struct mb_page_run)),
        .lane = LANE_URGENT,
        .done = part_done,
        .owner = d,
    };

    parcel.msg.index = d->map_runs;
    parcel.msg.aux = d->map_active;
    if (d->map_critical) {
        parcel.msg.flags = MB_MSG_CRITICAL;
        if (!d->map_active && d->push.left == 0) {
            parcel.msg.flags |= d->last;
            d->resume_posted = parcel.msg.flags & MB_MSG_RESUME;
        }
        if (d->resume_posted) {
            parcel.done = departure_done(parcel.msg.flags);
        }
    }
    d->map_runs += map->count;
    d->in_flight++;
    transport_post(&parcel);
    transport_flush();
}

/* One message at a time: they share a page. The push begins behind the last,
 * so no page arrives that the target has not been told of. */
static void step(struct departure *d)
{
    struct map map;

    map_init(&map, d->buffer->runs, MAP_RUNS);
    d->map_active = !fill(d, &map);
    post(d, &map);
    if (!d->map_critical) {
        /* Off the way of the map, whose runs are still at hand. */
        departure_export_runs(d, map.runs, map.count);
    }
    if (d->map_active) {
        return;
    }
    if (!d->map_critical) {
        push_start(d, false);
    } else if (d->push.list) {
        push_start_list(d, true, d->push.list);
    }
}

void departure_send_map(struct departure *d)
{
    step(d);
}

void departure_push_rest(struct departure *d)
{
    departure_send_map(d);
}
