/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending pages in bulk.
 *
 * A page that is posted is referenced by the transport. Until the target has
 * resumed it stays in the process, too, and is freed with it in the end; from
 * then on it is taken out at once, so that a modified page that is present has
 * not been sent, unless it lies before departure.sent_before. Pages that go to
 * the file server stay until it has them all (deposit.c).
 */
#include <stddef.h>

#include "migrate/departure_internal.h"
#include "mm/page.h"
#include "proc/plan.h"

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
    if (how->flags & MB_MSG_STORE) {
        parcel.msg.target = (uint16_t)plan_file_server();
        parcel.msg.arg = d->move.target;
    }
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

/* Whether a page that is present went before the resume was known. */
static bool was_sent(const struct departure *d, const struct page_ref *ref)
{
    return departure_is_ahead(d, ref->object) ||
           ref->object < d->sent_before.object ||
           (ref->object == d->sent_before.object &&
            ref->index < d->sent_before.index) ||
           departure_is_critical(d, ref);
}

bool departure_is_owed(const struct departure *d, const struct page_ref *ref)
{
    return ref->modified && !was_sent(d, ref);
}

/* -- outward from a page that was asked for -- */

void departure_push_around(struct departure *d, const struct page_ref *ref)
{
    d->push.outward = true;
    d->push.turn = true;
    d->push.above = (struct cursor){ ref->object, ref->index + 1 };
    d->push.below = (struct cursor){ ref->object, ref->index };
}

void departure_push_onward(struct departure *d, const struct page_ref *ref)
{
    d->push.cursor = (struct cursor){ ref->object, ref->index + 1 };
    d->push.wrap = true;
}

static bool next_above(struct departure *d, struct page_ref *ref)
{
    struct cursor *cursor = &d->push.above;
    uint32_t object = cursor->object;

    while (objects_next(d->proc, cursor, ref) && ref->object == object) {
        if (departure_is_owed(d, ref)) {
            cursor->index = ref->index;     /* until it is posted */
            return true;
        }
    }
    *cursor = (struct cursor){ object, UINT64_MAX };
    return false;
}

static bool next_below(struct departure *d, struct page_ref *ref)
{
    while (objects_previous(d->proc, &d->push.below, ref)) {
        if (departure_is_owed(d, ref)) {
            d->push.below.index = ref->index + 1;
            return true;
        }
    }
    return false;
}

/* Both sides in turn, until both are at their ends. */
static bool next_outward(struct departure *d, struct page_ref *ref)
{
    if (!d->push.outward) {
        return false;
    }
    d->push.turn = !d->push.turn;
    if (d->push.turn ? next_below(d, ref) || next_above(d, ref)
                     : next_above(d, ref) || next_below(d, ref)) {
        return true;
    }
    d->push.outward = false;
    return false;
}

/* The first page at or behind the cursor that no other node has. */
static bool next_owed(struct departure *d, struct cursor *cursor,
                      struct page_ref *ref)
{
    struct mb_page_run run;

    while (objects_next_run(d->proc, cursor, &run)) {
        cursor->index = run.index + 1;
        if (objects_page(d->proc, run.object, run.index, ref) &&
            departure_is_owed(d, ref)) {
            return true;
        }
    }
    return false;
}

/* The same within the runs of a list. */
static bool next_listed(struct departure *d, const struct change_list *list,
                        uint32_t *at, struct cursor *cursor,
                        struct page_ref *ref)
{
    for (; *at < list->count; (*at)++) {
        const struct mb_page_run *run = &list->runs[*at];
        struct pages *pages = object_find(d->proc, run->object);
        uint64_t end = run->index + run->count;

        if (cursor->object != run->object) {
            *cursor = (struct cursor){ run->object, run->index };
        }
        if (pages && pages->ops->next_run(pages, &cursor->index, end) > 0) {
            objects_page(d->proc, cursor->object, cursor->index++, ref);
            return true;
        }
        cursor->object = UINT32_MAX;
    }
    return false;
}

uint64_t push_count_list(struct departure *d, const struct change_list *list)
{
    struct cursor cursor = { UINT32_MAX, 0 };
    struct page_ref ref;
    uint64_t count = 0;
    uint32_t run = 0;

    while (next_listed(d, list, &run, &cursor, &ref)) {
        count++;
    }
    return count;
}

/* Where the push stands when the page has been posted. */
struct place {
    uint32_t run;
    bool wrap;
    bool ahead;                 /* the algorithm has named it */
    struct cursor cursor;
    struct page_ref ref;
};

/* From the beginning, if the push was sent past something. */
static bool next_again(struct departure *d, struct place *place)
{
    if (!place->wrap) {
        return false;
    }
    place->wrap = false;
    place->cursor = (struct cursor){ 0, 0 };
    return next_owed(d, &place->cursor, &place->ref);
}

/* The next page of the push; false: there is none left. It is found again
 * unless it is dropped or the push moves to the place. */
static bool next_page(struct departure *d, struct place *place)
{
    place->run = d->push.run;
    place->wrap = d->push.wrap;
    place->cursor = d->push.cursor;
    place->ahead = false;
    if (d->push.list) {
        return next_listed(d, d->push.list, &place->run, &place->cursor,
                           &place->ref);
    }
    if (d->push.critical) {
        return objects_next(d->proc, &place->cursor, &place->ref);
    }
    place->ahead = d->algorithm->ahead && d->algorithm->ahead(d, &place->ref);
    return place->ahead || next_outward(d, &place->ref) ||
           next_owed(d, &place->cursor, &place->ref) || next_again(d, place);
}

static uint16_t flags_of(const struct departure *d, const struct place *place)
{
    if (d->state == DEPARTURE_ROUNDS) {
        return MB_MSG_AHEAD;
    }
    if (d->push.deposit) {
        return MB_MSG_STORE | (d->deposit.first ? MB_MSG_CRITICAL : 0);
    }
    if (!d->push.critical) {
        return MB_MSG_PUSHED | (place->ahead ? MB_MSG_PREFETCHED : 0);
    }
    return MB_MSG_CRITICAL | (d->push.left == 1 ? d->last : 0);
}

static void count_page(struct departure *d)
{
    if (d->state == DEPARTURE_ROUNDS) {
        d->round.sent++;
    } else if (d->push.deposit) {
        d->deposit.sent++;
    } else if (d->push.critical) {
        d->push.left--;
    } else {
        d->pushed++;
    }
}

/* The page has been sent, by whomever. */
static void pass(struct departure *d, const struct place *place)
{
    struct pages *pages = object_find(d->proc, place->ref.object);

    d->push.run = place->run;
    d->push.wrap = place->wrap;
    d->push.cursor = place->cursor;
    if (d->state == DEPARTURE_ROUNDS) {
        pages->ops->mark_sent(pages, place->ref.index);
    } else if (d->push.deposit) {
        d->sent_before = d->push.cursor;    /* it stays here, too */
    } else if (d->state == DEPARTURE_FLUSHING) {
        pages->ops->drop(pages, place->ref.index);
    }
}

static bool push_one(struct departure *d)
{
    struct posting how = {
        .lane = LANE_BULK,
        .left = pushed_left,
    };
    struct place place;

    departure_follow_export(d);
    if (!next_page(d, &place)) {
        d->push.active = false;
        return false;
    }
    if (!export_withdraw(&d->export, &place.ref)) {
        pass(d, &place);
        return true;
    }
    how.flags = flags_of(d, &place);
    if (!departure_post_page(d, &place.ref, 0, &how)) {
        return false;
    }
    d->push.under_way++;
    count_page(d);
    pass(d, &place);
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

void push_start_list(struct departure *d, bool critical,
                     const struct change_list *list)
{
    d->push.active = true;
    d->push.critical = critical;
    d->push.list = list;
    d->push.run = 0;
    d->push.cursor = list ? (struct cursor){ UINT32_MAX, 0 }
                          : (struct cursor){ 0, 0 };
    push_pump(d);
}

void push_start(struct departure *d, bool critical)
{
    push_start_list(d, critical, NULL);
}
