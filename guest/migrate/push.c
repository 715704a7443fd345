/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending pages in bulk.
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

/* Whether a page that is present went before the resume was known. */
static bool was_sent(const struct departure *d, const struct page_ref *ref)
{
    return ref->object < d->sent_before.object ||
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

/* The next page of the push; false: there is none left. It is found again
 * unless it is dropped or the cursor moves on. */
static bool next_page(struct departure *d, struct cursor *cursor,
                      struct page_ref *ref)
{
    if (next_outward(d, ref)) {
        return true;
    }
    while (objects_next(d->proc, cursor, ref)) {
        if (d->push.critical || departure_is_owed(d, ref)) {
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

/* The page has been sent, by whomever. */
static void pass(struct departure *d, struct cursor cursor,
                 const struct page_ref *ref)
{
    d->push.cursor = cursor;
    if (d->state == DEPARTURE_FLUSHING) {
        drop(d, ref);
    }
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
    if (!export_withdraw(&d->export, &ref)) {
        pass(d, cursor, &ref);
        return true;
    }
    if (d->push.critical && d->push.left == 1) {
        how.flags |= d->last;
    }
    if (!departure_post_page(d, &ref, 0, &how)) {
        return false;
    }
    d->push.under_way++;
    if (d->push.critical) {
        d->push.left--;
    } else {
        d->pushed++;
    }
    pass(d, cursor, &ref);
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
