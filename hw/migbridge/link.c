/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the rings between nodes.
 *
 * Positions run freely; a message takes a whole number of MB_SLOT_ALIGN. What
 * the peer wrote is copied once and the copy is checked. A link that was
 * found broken ends the run, so nothing needs to survive that.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "migbridge.h"

static uint64_t slot_bytes(uint32_t length)
{
    return ROUND_UP(sizeof(struct mb_slot) + length, MB_SLOT_ALIGN);
}

uint64_t migbridge_link_wire_ns(const MigBridgeLink *link, uint32_t length)
{
    /* Below 2^45 for the largest message: no overflow. */
    uint64_t bits_times_ns = (uint64_t)(MB_WIRE_HEADER + length) * 8 *
                             NANOSECONDS_PER_SECOND;

    return DIV_ROUND_UP(bits_times_ns, link->bits_per_s);
}

bool migbridge_link_has_room(const MigBridgeLink *link, uint64_t ring_bytes,
                             uint32_t length)
{
    return ring_bytes - (link->head - link->tail) >= slot_bytes(length);
}

bool migbridge_link_send(MigBridgeState *s, MigBridgeLink *link,
                         const struct mb_slot *slot, uint64_t addr)
{
    uint64_t ring_bytes = s->segment.ring_bytes;
    uint64_t at = (link->head + sizeof(*slot)) & (ring_bytes - 1);
    uint64_t first = MIN(slot->length, ring_bytes - at);

    if (!migbridge_dma_read(s, addr, link->ring + at, first) ||
        !migbridge_dma_read(s, addr + first, link->ring,
                            slot->length - first)) {
        return false;
    }
    memcpy(link->ring + (link->head & (ring_bytes - 1)), slot, sizeof(*slot));
    link->head += slot_bytes(slot->length);
    link->seq++;
    /* Pairs with the acquire in link_load_head: slot before position. */
    qatomic_store_release(&link->shared->head, link->head);
    return true;
}

static bool link_load_head(MigBridgeState *s, MigBridgeLink *link)
{
    uint64_t head = qatomic_load_acquire(&link->shared->head);

    if (head - link->tail > s->segment.ring_bytes ||
        head - link->tail < link->head - link->tail ||
        head % MB_SLOT_ALIGN) {
        migbridge_segment_broken(s, link->source, "impossible position");
        return false;
    }
    link->head = head;
    return true;
}

/* What is wrong with the loaded slot, or NULL. */
static const char *link_check_slot(const MigBridgeState *s,
                                   const MigBridgeLink *link, uint64_t now)
{
    const struct mb_slot *slot = &link->slot;
    const MigBridgeSegment *seg = &s->segment;

    if (slot->length > MB_PAYLOAD_MAX ||
        slot_bytes(slot->length) > link->head - link->tail) {
        return "impossible length";
    }
    if (slot->msg.source != link->source || slot->msg.target != link->target ||
        slot->seq != link->seq) {
        return "message of another link or out of sequence";
    }
    if (slot->start_ns > INT64_MAX / 2 ||
        slot->end_ns != slot->start_ns +
                        migbridge_link_wire_ns(link, slot->length) ||
        slot->arrival_ns != slot->end_ns + link->latency_ns ||
        slot->start_ns < link->end_ns) {
        return "times do not follow the link model";
    }
    /* A node is never further ahead of us than one grid step. */
    if (seg->grid_ns != 0 &&
        slot->start_ns > now + 2 * seg->grid_ns + seg->ns_per_insn) {
        return "message from too far ahead";
    }
    return NULL;
}

void migbridge_link_load(MigBridgeState *s, MigBridgeLink *link, uint64_t now)
{
    const char *wrong;

    if (!link->shared || link->loaded || s->ended ||
        !link_load_head(s, link) || link->head == link->tail) {
        return;
    }
    memcpy(&link->slot,
           link->ring + (link->tail & (s->segment.ring_bytes - 1)),
           sizeof(link->slot));
    wrong = link_check_slot(s, link, now);
    if (wrong) {
        migbridge_segment_broken(s, link->source, wrong);
        return;
    }
    link->loaded = true;
}

bool migbridge_link_receive(MigBridgeState *s, MigBridgeLink *link,
                            uint64_t addr)
{
    uint64_t ring_bytes = s->segment.ring_bytes;
    uint64_t at = (link->tail + sizeof(link->slot)) & (ring_bytes - 1);
    uint64_t first = MIN(link->slot.length, ring_bytes - at);

    return migbridge_dma_write(s, addr, link->ring + at, first) &&
           migbridge_dma_write(s, addr + first, link->ring,
                               link->slot.length - first);
}

void migbridge_link_consume(MigBridgeState *s, MigBridgeLink *link)
{
    link->tail += slot_bytes(link->slot.length);
    link->end_ns = link->slot.end_ns;
    link->seq++;
    link->loaded = false;
    /* Release: we have read the payload before it may be overwritten. */
    qatomic_store_release(&link->shared->tail, link->tail);
}

/* The room that a producer may count on, see migbridge_sync_pass. */
static void link_refresh_credit(MigBridgeState *s, MigBridgeLink *link)
{
    uint64_t tail;

    if (s->segment.grid_ns == 0) {
        tail = qatomic_load_acquire(&link->shared->tail);
    } else {
        tail = qatomic_load_acquire(&link->shared->credit[s->sync.point & 1]);
    }
    if (link->head - tail > link->head - link->tail) {
        migbridge_segment_broken(s, link->target, "impossible credit");
        return;
    }
    link->tail = tail;
}

/* Look for messages, of which none has arrived before we could see it. */
static void link_refresh_first(MigBridgeState *s, MigBridgeLink *link,
                               uint64_t now)
{
    /* Others may have waited behind one for which there was no buffer. */
    bool is_new = link->head == link->tail;

    migbridge_link_load(s, link, now);
    if (s->segment.grid_ns != 0 && is_new && link->loaded &&
        link->slot.arrival_ns + s->segment.ns_per_insn <= now) {
        migbridge_segment_broken(s, link->source, "message from the past");
    }
}

void migbridge_link_refresh(MigBridgeState *s, uint64_t now)
{
    for (uint32_t peer = 0; peer < s->segment.node_count; peer++) {
        link_refresh_first(s, &s->in[peer], now);
        if (s->out[peer].shared && !s->ended) {
            link_refresh_credit(s, &s->out[peer]);
        }
    }
}
