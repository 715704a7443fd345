/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: room in the rings, a matter of virtual time.
 *
 * The receiver notes in the slot when it was done with the message, and the
 * sender may use the room when the link's other direction would have carried
 * that news to it, one ns more, as with a message. Whatever says that there is
 * room now is known now, however the host runs the two of them.
 *
 * Docs: docs/specs/link.md, section Room.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "migbridge.h"

/* -- the sender's part -- */

/*
 * Is the receiver done with @slot, as far as it has told, and since when? A
 * crashed one is done with what it left, and with what comes in later.
 */
static bool room_is_done(MigBridgeState *s, const MigBridgeLink *link,
                         const struct mb_slot *slot, uint64_t *done_ns)
{
    uint64_t crash_ns, in_ns = qatomic_read(&slot->end_ns) +
                               link->model.latency_ns;
    /* First: with a crash that we see, we see all that was done before. */
    bool crashed = migbridge_link_crashed(s, link->target, &crash_ns);

    /* Acquire: the receiver has read what we are going to overwrite. */
    *done_ns = qatomic_load_acquire(&slot->done_ns);
    if (*done_ns == 0 && crashed) {
        *done_ns = MAX(crash_ns, in_ns);
    }
    if (*done_ns != 0 && (*done_ns < in_ns || *done_ns > MIGBRIDGE_TIME_MAX)) {
        migbridge_segment_broken(s, link->target, "impossible time of room");
        return false;
    }
    return *done_ns != 0;
}

uint64_t migbridge_room_ns(MigBridgeState *s, MigBridgeLink *link,
                           uint64_t bytes)
{
    uint64_t tail = link->tail, room_ns = 0, done_ns;

    while (s->segment.ring_bytes - (link->head - tail) < bytes) {
        /* It is our own slot, but in shared memory. */
        const struct mb_slot *slot = migbridge_link_slot(s, link, tail);
        uint32_t length = qatomic_read(&slot->length);

        if (length > MB_PAYLOAD_MAX ||
            migbridge_link_slot_bytes(length) > link->head - tail) {
            migbridge_segment_broken(s, link->target, "impossible room");
            return MB_NEVER;
        }
        if (!room_is_done(s, link, slot, &done_ns)) {
            return MB_NEVER;
        }
        room_ns = MAX(room_ns, done_ns + link->back_ns + 1);
        tail += migbridge_link_slot_bytes(length);
    }
    if (room_ns <= migbridge_now()) {
        link->tail = tail;
    }
    return room_ns;
}

void migbridge_room_starve(MigBridgeLink *link, bool starved)
{
    qatomic_set(&link->shared->starved, starved);
    /*
     * Either the receiver sees that we starve, after it has said that it is
     * done, or we see that, when we look once more. Pairs with the barriers
     * in migbridge_room_done and migbridge_room_crashed.
     */
    smp_mb();
}

/* -- the receiver's part -- */

void migbridge_room_done(MigBridgeState *s, const MigBridgeArrival *arrival,
                         uint64_t now)
{
    MigBridgeLink *link = &s->in[arrival->source];
    struct mb_slot *slot = migbridge_link_slot(s, link, arrival->position);

    if (!arrival->last) {
        return;
    }
    link->held_bytes -= migbridge_link_slot_bytes(arrival->length);
    /* Release: we have read all of it. */
    qatomic_store_release(&slot->done_ns, now);
    /* Pairs with migbridge_room_starve. */
    smp_mb();
    if (qatomic_read(&link->shared->starved)) {
        migbridge_promise_room(s, link->source, now + link->back_ns + 1);
    }
}

void migbridge_room_crashed(MigBridgeState *s, uint64_t now)
{
    /* Between our state and the looks at theirs: migbridge_room_starve. */
    smp_mb();
    for (uint32_t peer = 0; peer < s->segment.node_count; peer++) {
        const MigBridgeLink *link = &s->in[peer];

        if (link->shared && qatomic_read(&link->shared->starved)) {
            migbridge_promise_room(s, peer, now + link->back_ns + 1);
        }
    }
}
