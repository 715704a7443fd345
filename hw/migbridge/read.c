/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: requests that it answers by itself.
 *
 * A request for an exported page (export.c) never gets to the guest. It passes
 * through two heaps:
 *
 *   service  by the time at which it has been served: one request at a time,
 *            each takes read_ns
 *   answers  by that time, which has come: the page waits for the port
 *
 * One that names more pages in its payload comes back to `service` when an
 * answer has started, for the next page that there is: so what it asks for
 * leaves in its order, and others get in between.
 *
 * The request stays in the ring of its link until its last answer starts, so
 * what bounds their number is the room in the rings, as with all that comes in.
 * Whether there still is a page to send is decided when the answer starts.
 *
 * The payload is in memory that its sender can write: it is read as often as it
 * is needed, and each time may say something else. It only says which pages
 * are asked for, and each is looked up as if it were the only one.
 */
#include "qemu/osdep.h"
#include "hw/abi/message.h"
#include "migbridge.h"
#include "trace.h"

static void read_record(MigBridgeState *s, const MigBridgeArrival *arrival,
                        const struct mb_slot *slot,
                        enum mb_read_outcome outcome)
{
    trace_migbridge_request(migbridge_now(), arrival->source, arrival->seq,
                            outcome);
    migbridge_record_message(s, MB_TRACE_READ, slot, arrival->source, outcome);
}

/* -- the pages that a request names -- */

/* Page @page of the payload; false: it names fewer. */
static bool read_named(const MigBridgeState *s,
                       const MigBridgeArrival *arrival, uint32_t page,
                       struct mb_msg *msg)
{
    struct mb_page_run run;

    for (uint32_t at = 0; arrival->length - at >= sizeof(run);
         at += sizeof(run)) {
        migbridge_link_peek(s, arrival, at, &run, sizeof(run));
        if (page < run.count) {
            msg->object = run.object;
            msg->index = run.index + page;
            msg->tag = 0;
            return true;
        }
        page -= run.count;
    }
    return false;
}

/* The request in the slot of @arrival, for the page that it has come to. False:
 * there is none. */
static bool read_slot(MigBridgeState *s, const MigBridgeArrival *arrival,
                      struct mb_slot *slot)
{
    migbridge_link_read(s, arrival, slot);
    return arrival->page == 0 ||
           (arrival->page < MB_REQUEST_PAGES &&
            read_named(s, arrival, arrival->page - 1, &slot->msg));
}

static void read_serve(MigBridgeState *s, MigBridgeArrival arrival,
                       uint64_t now)
{
    MigBridgeReads *reads = &s->reads;

    reads->free_ns = MAX(reads->free_ns, now) + s->segment.read_ns;
    arrival.time_ns = reads->free_ns;
    migbridge_heap_push(&reads->service, arrival);
}

/* On to the next page that there is. */
static void read_next(MigBridgeState *s, MigBridgeArrival arrival,
                      uint64_t now)
{
    struct mb_slot slot;
    MigBridgePage page;

    for (arrival.page++; read_slot(s, &arrival, &slot); arrival.page++) {
        if (migbridge_export_find(s, &slot.msg, &page) ==
            MIGBRIDGE_OFFER_OPEN) {
            read_serve(s, arrival, now);
            return;
        }
    }
    migbridge_room_done(s, &arrival, now);
}

/* -- from a request to its answers -- */

bool migbridge_read_take(MigBridgeState *s, MigBridgeArrival arrival,
                         const struct mb_slot *slot, uint64_t now)
{
    MigBridgePage page;
    MigBridgeOffer offer;

    if (slot->msg.type != MB_MSG_REQUEST) {
        return false;
    }
    offer = migbridge_export_find(s, &slot->msg, &page);
    if (offer == MIGBRIDGE_OFFER_NOT) {
        return false;
    }
    migbridge_record_message(s, MB_TRACE_RX, slot, arrival.source, 0);
    arrival.page = 0;
    if (offer == MIGBRIDGE_OFFER_GONE) {
        read_record(s, &arrival, slot, MB_READ_GONE);
        read_next(s, arrival, now);
    } else {
        read_serve(s, arrival, now);
    }
    return true;
}

void migbridge_read_run(MigBridgeState *s, uint64_t now)
{
    MigBridgeReads *reads = &s->reads;

    while (reads->service.count > 0 &&
           reads->service.item[0].time_ns <= now &&
           !migbridge_record_backlogged(s)) {
        MigBridgeArrival arrival = migbridge_heap_pop(&reads->service);
        struct mb_slot slot;

        read_slot(s, &arrival, &slot);
        read_record(s, &arrival, &slot, MB_READ_READY);
        migbridge_heap_push(&reads->answers, arrival);
        migbridge_tx_unstall(s);
    }
}

uint64_t migbridge_read_due(const MigBridgeState *s)
{
    const MigBridgeHeap *service = &s->reads.service;

    return service->count > 0 ? service->item[0].time_ns : MB_NEVER;
}

bool migbridge_read_waits(const MigBridgeState *s)
{
    return s->reads.answers.count > 0;
}

bool migbridge_read_answer(MigBridgeState *s, struct mb_tx_desc *desc,
                           MigBridgePage *page)
{
    const MigBridgeArrival *arrival = &s->reads.answers.item[0];
    struct mb_slot slot;

    if (!read_slot(s, arrival, &slot) ||
        migbridge_export_find(s, &slot.msg, page) != MIGBRIDGE_OFFER_OPEN) {
        return false;
    }
    *desc = (struct mb_tx_desc) {
        .msg = {
            .type = MB_MSG_PAGE,
            .flags = arrival->page == 0 ? MB_MSG_DEMANDED : MB_MSG_PREFETCHED,
            .target = slot.msg.source,
            .pid = slot.msg.pid,
            .epoch = slot.msg.epoch,
            .object = slot.msg.object,
            .index = slot.msg.index,
            .tag = slot.msg.tag,
        },
        .addr = page->entry.page & ~(uint64_t)MB_EXPORT_STATE,
        .length = MB_PAYLOAD_MAX,
    };
    return true;
}

void migbridge_read_done(MigBridgeState *s, bool answered, uint64_t now)
{
    MigBridgeArrival arrival = migbridge_heap_pop(&s->reads.answers);
    struct mb_slot slot;

    if (!answered) {
        read_slot(s, &arrival, &slot);
        read_record(s, &arrival, &slot, MB_READ_GONE);
    }
    read_next(s, arrival, now);
}

void migbridge_read_clear(MigBridgeState *s)
{
    migbridge_heap_clear(&s->reads.service);
    migbridge_heap_clear(&s->reads.answers);
}
