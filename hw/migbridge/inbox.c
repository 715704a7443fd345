/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: messages on their way to this node.
 *
 * Any number of them is known before they are here; what bounds it is the
 * room in the rings. A message passes through up to three heaps:
 *
 *   port    by head: will occupy the port of a switched node when its first
 *           bit is in, in the order of (head, source, seq), as soon as it is
 *           free. One ns after the head, everything that could be before it
 *           is known: then its time is fixed
 *   due     by delivery: that time is fixed, but has not come
 *   ready   by delivery: it has come; the next buffer is for the first
 *
 * A request that the bridge answers by itself (read.c) leaves them when it has
 * come.
 *
 * What the port drops goes at its time, too, whether there are buffers or not.
 *
 * Docs: docs/specs/link.md.
 */
#include "qemu/osdep.h"
#include "migbridge.h"
#include "trace.h"

static uint64_t inbox_bits_ns(const MigBridgeState *s,
                              const MigBridgeArrival *arrival)
{
    return mb_link_bits_ns(&s->in[arrival->source].model, arrival->length);
}

/* When the port has taken in the first message that waits for it, unless one
 * comes before it that is not known. */
static uint64_t inbox_port_ns(const MigBridgeState *s)
{
    const MigBridgeArrival *first = &s->inbox.port.item[0];

    return MAX(first->time_ns, s->inbox.port_free_ns) +
           inbox_bits_ns(s, first);
}

void migbridge_inbox_add(MigBridgeState *s, MigBridgeArrival arrival,
                         bool switched)
{
    if (switched) {
        migbridge_heap_push(&s->inbox.port, arrival);
    } else {
        arrival.time_ns += inbox_bits_ns(s, &arrival);
        migbridge_heap_push(&s->inbox.due, arrival);
    }
}

void migbridge_inbox_clear(MigBridgeInbox *inbox)
{
    migbridge_heap_clear(&inbox->port);
    migbridge_heap_clear(&inbox->due);
    migbridge_heap_clear(&inbox->ready);
}

static void inbox_run_port(MigBridgeState *s, uint64_t now)
{
    MigBridgeInbox *inbox = &s->inbox;

    while (inbox->port.count > 0 && inbox->port.item[0].time_ns < now) {
        MigBridgeArrival arrival;

        inbox->port_free_ns = inbox_port_ns(s);
        arrival = migbridge_heap_pop(&inbox->port);
        arrival.time_ns = inbox->port_free_ns;
        migbridge_heap_push(&inbox->due, arrival);
    }
}

/* Why the port drops the message that is in now; 0: it does not. */
static uint16_t inbox_drops(MigBridgeState *s, const MigBridgeArrival *arrival,
                            struct mb_slot *slot)
{
    if (!migbridge_link_read(s, arrival, slot)) {
        return MB_LOST_CRASHED;
    }
    return arrival->corrupt ? MB_LOST_CORRUPT : 0;
}

void migbridge_inbox_run(MigBridgeState *s, uint64_t now)
{
    MigBridgeInbox *inbox = &s->inbox;

    inbox_run_port(s, now);
    while (inbox->due.count > 0 && inbox->due.item[0].time_ns <= now &&
           !migbridge_record_backlogged(s)) {
        MigBridgeArrival arrival = migbridge_heap_pop(&inbox->due);
        struct mb_slot slot;
        uint16_t reason = inbox_drops(s, &arrival, &slot);

        s->event_ns = now;
        if (reason == 0) {
            if (!migbridge_read_take(s, arrival, &slot, now)) {
                migbridge_heap_push(&inbox->ready, arrival);
            }
            continue;
        }
        trace_migbridge_dropped(now, arrival.source, arrival.seq, reason);
        migbridge_record_message(s, MB_TRACE_DROPPED, &slot, arrival.source,
                                 reason);
        migbridge_room_done(s, &arrival, now);
    }
}

uint64_t migbridge_inbox_due(const MigBridgeState *s)
{
    const MigBridgeInbox *inbox = &s->inbox;
    uint64_t due = inbox->due.count > 0 ? inbox->due.item[0].time_ns : MB_NEVER;

    return inbox->port.count > 0 ? MIN(due, inbox_port_ns(s)) : due;
}

const MigBridgeArrival *migbridge_inbox_first(const MigBridgeInbox *inbox)
{
    return inbox->ready.count > 0 ? &inbox->ready.item[0] : NULL;
}

void migbridge_inbox_shift(MigBridgeState *s, uint64_t now)
{
    MigBridgeArrival arrival = migbridge_heap_pop(&s->inbox.ready);

    migbridge_room_done(s, &arrival, now);
}
