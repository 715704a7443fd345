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
 * The request stays in the ring of its link until its answer starts, so what
 * bounds their number is the room in the rings, as with all that comes in.
 * Whether there still is a page to send is decided when the answer starts.
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

bool migbridge_read_take(MigBridgeState *s, MigBridgeArrival arrival,
                         const struct mb_slot *slot, uint64_t now)
{
    MigBridgeReads *reads = &s->reads;
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
    if (offer == MIGBRIDGE_OFFER_GONE) {
        read_record(s, &arrival, slot, MB_READ_GONE);
        migbridge_room_done(s, &arrival, now);
        return true;
    }
    reads->free_ns = MAX(reads->free_ns, now) + s->segment.read_ns;
    arrival.time_ns = reads->free_ns;
    migbridge_heap_push(&reads->service, arrival);
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

        migbridge_link_read(s, &arrival, &slot);
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
    struct mb_slot slot;

    migbridge_link_read(s, &s->reads.answers.item[0], &slot);
    if (migbridge_export_find(s, &slot.msg, page) != MIGBRIDGE_OFFER_OPEN) {
        return false;
    }
    *desc = (struct mb_tx_desc) {
        .msg = {
            .type = MB_MSG_PAGE,
            .flags = MB_MSG_DEMANDED,
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
        migbridge_link_read(s, &arrival, &slot);
        read_record(s, &arrival, &slot, MB_READ_GONE);
    }
    migbridge_room_done(s, &arrival, now);
}

void migbridge_read_clear(MigBridgeState *s)
{
    migbridge_heap_clear(&s->reads.service);
    migbridge_heap_clear(&s->reads.answers);
}
