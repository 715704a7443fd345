/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the rings between nodes.
 *
 * Positions run freely; a message takes a whole number of MB_SLOT_ALIGN. What
 * the peer wrote is copied once, and the copy is checked against the model of
 * the link: sender and receiver compute the same times and the same faults. A
 * link that was found broken ends the run, so nothing needs to survive that.
 *
 * Docs: docs/specs/link.md.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qapi/error.h"
#include "migbridge.h"

/* -- open -- */

static bool link_open_faults(MigBridgeState *s, MigBridgeLink *link,
                             Error **errp)
{
    uint64_t offset = link->model.faults_offset;
    uint64_t bytes = (uint64_t)link->model.fault_count *
                     sizeof(struct mb_link_fault);

    if (bytes == 0) {
        return true;
    }
    if (!migbridge_segment_fits(&s->segment, offset, bytes)) {
        error_setg(errp, "faults of link %" PRIu32 "-%" PRIu32 " do not fit "
                   "into the segment", link->source, link->target);
        return false;
    }
    link->faults = g_memdup2(s->segment.base + offset, bytes);
    for (uint32_t i = 0; i < link->model.fault_count; i++) {
        if (!mb_link_fault_ok(&link->faults[i])) {
            error_setg(errp, "fault %" PRIu32 " of link %" PRIu32 "-%" PRIu32
                       " is impossible", i, link->source, link->target);
            return false;
        }
    }
    return true;
}

static bool link_open(MigBridgeState *s, MigBridgeLink *link, uint32_t source,
                      uint32_t target, Error **errp)
{
    MigBridgeSegment *seg = &s->segment;
    struct mb_link *shared = &seg->links[source * seg->node_count + target];
    uint64_t ring_offset = shared->ring_offset;

    if (ring_offset == 0) {
        return true;
    }
    *link = (MigBridgeLink) {
        .shared = shared,
        .ring = seg->base + ring_offset,
        .source = source,
        .target = target,
        .model = shared->model,
    };
    if (!migbridge_segment_fits(seg, ring_offset, seg->ring_bytes)) {
        error_setg(errp, "ring of link %" PRIu32 "-%" PRIu32 " does not fit "
                   "into the segment", source, target);
        return false;
    }
    if (!mb_link_model_ok(&link->model)) {
        error_setg(errp, "model of link %" PRIu32 "-%" PRIu32 " is impossible",
                   source, target);
        return false;
    }
    return link_open_faults(s, link, errp);
}

static bool link_open_pair(MigBridgeState *s, uint32_t peer, Error **errp)
{
    MigBridgeLink *out = &s->out[peer], *in = &s->in[peer];

    if (!link_open(s, out, s->node, peer, errp) ||
        !link_open(s, in, peer, s->node, errp)) {
        return false;
    }
    if (!out->shared != !in->shared) {
        error_setg(errp, "nodes %" PRIu32 " and %" PRIu32 " are linked in one "
                   "direction only", s->node, peer);
        return false;
    }
    out->back_ns = in->model.latency_ns;
    in->back_ns = out->model.latency_ns;
    return true;
}

bool migbridge_link_open(MigBridgeState *s, Error **errp)
{
    uint32_t count = s->segment.node_count;

    s->out = g_new0(MigBridgeLink, count);
    s->in = g_new0(MigBridgeLink, count);
    for (uint32_t peer = 0; peer < count; peer++) {
        if (peer != s->node && !link_open_pair(s, peer, errp)) {
            return false;
        }
    }
    return true;
}

void migbridge_link_close(MigBridgeState *s)
{
    for (uint32_t i = 0; s->in && i < s->segment.node_count; i++) {
        g_free(s->out[i].faults);
        g_free(s->in[i].faults);
    }
    g_clear_pointer(&s->in, g_free);
    g_clear_pointer(&s->out, g_free);
    migbridge_inbox_clear(&s->inbox);
    migbridge_read_clear(s);
}

/* -- both ends -- */

uint64_t migbridge_link_slot_bytes(uint32_t length)
{
    return ROUND_UP(sizeof(struct mb_slot) + length, MB_SLOT_ALIGN);
}

struct mb_slot *migbridge_link_slot(const MigBridgeState *s,
                                    const MigBridgeLink *link,
                                    uint64_t position)
{
    return (struct mb_slot *)(link->ring +
                              (position & (s->segment.ring_bytes - 1)));
}

bool migbridge_link_crashed(const MigBridgeState *s, uint32_t node,
                            uint64_t *time_ns)
{
    const struct mb_node *shared = &s->segment.nodes[node];

    /* Acquire: pairs with the release of the state, behind all the rest. */
    if (qatomic_load_acquire(&shared->state) != MB_NODE_CRASHED) {
        return false;
    }
    *time_ns = qatomic_read(&shared->time_ns);
    return true;
}

/* -- to send -- */

bool migbridge_link_fill(MigBridgeState *s, MigBridgeLink *link,
                         uint64_t addr, uint32_t length)
{
    uint64_t ring_bytes = s->segment.ring_bytes;
    uint64_t at = (link->head + sizeof(struct mb_slot)) & (ring_bytes - 1);
    uint64_t first = MIN(length, ring_bytes - at);

    return migbridge_dma_read(s, addr, link->ring + at, first) &&
           migbridge_dma_read(s, addr + first, link->ring, length - first);
}

void migbridge_link_send(MigBridgeState *s, MigBridgeLink *link,
                         const struct mb_slot *slot)
{
    memcpy(migbridge_link_slot(s, link, link->head), slot, sizeof(*slot));
    link->head += migbridge_link_slot_bytes(slot->length);
    /* Pairs with the acquire in link_load_head: slot before position. */
    qatomic_store_release(&link->shared->head, link->head);
}

/* -- to receive -- */

static bool link_load_head(MigBridgeState *s, MigBridgeLink *link,
                           uint64_t *head)
{
    *head = qatomic_load_acquire(&link->shared->head);
    if (*head - link->head > s->segment.ring_bytes - link->held_bytes ||
        *head % MB_SLOT_ALIGN != 0) {
        migbridge_segment_broken(s, link->source, "impossible position");
        return false;
    }
    return true;
}

/* What is wrong with @slot, of which @bytes are there, or NULL. */
static const char *link_check_slot(const MigBridgeLink *link,
                                   const struct mb_slot *slot, uint64_t bytes)
{
    bool may_lose = link->model.flags & MB_LINK_FAULTY;

    if (slot->length > MB_PAYLOAD_MAX ||
        migbridge_link_slot_bytes(slot->length) > bytes) {
        return "impossible length";
    }
    if (slot->msg.source != link->source || slot->msg.target != link->target ||
        slot->seq < link->seq || (slot->seq != link->seq && !may_lose)) {
        return "message of another link or out of sequence";
    }
    if (slot->start_ns > MIGBRIDGE_TIME_MAX || slot->start_ns < link->end_ns ||
        slot->end_ns != slot->start_ns +
                        mb_link_wire_ns(&link->model, slot->length)) {
        return "times do not follow the model of the link";
    }
    return NULL;
}

/* Put the message at the head, in @slot, into the inbox. */
static const char *link_take(MigBridgeState *s, MigBridgeLink *link,
                             const struct mb_slot *slot, uint64_t now)
{
    struct mb_fate fate = mb_link_fate(&link->model, link->faults, slot->seq,
                                       slot->start_ns, slot->end_ns);
    bool switched = link->model.flags & MB_LINK_SWITCHED;
    MigBridgeArrival arrival = {
        .time_ns = mb_link_head_ns(&link->model, &fate, slot->start_ns),
        .seq = slot->seq,
        .position = link->head,
        .end_ns = slot->end_ns,
        .source = link->source,
        .length = slot->length,
        .last = !fate.twice,
        .corrupt = fate.corrupt,
    };

    if (fate.lost) {
        return "message that the link has lost";
    }
    if (s->segment.synchronised && arrival.time_ns < now) {
        return "message from the past";
    }
    migbridge_inbox_add(s, arrival, switched);
    if (fate.twice) {
        arrival.time_ns += fate.copy_ns;
        arrival.copy = true;
        arrival.last = true;
        migbridge_inbox_add(s, arrival, switched);
    }
    return NULL;
}

static void link_drain(MigBridgeState *s, MigBridgeLink *link, uint64_t now)
{
    uint64_t head;

    if (!link_load_head(s, link, &head)) {
        return;
    }
    while (link->head != head) {
        struct mb_slot slot;
        const char *wrong;

        memcpy(&slot, migbridge_link_slot(s, link, link->head), sizeof(slot));
        wrong = link_check_slot(link, &slot, head - link->head);
        wrong = wrong ?: link_take(s, link, &slot, now);
        if (wrong) {
            migbridge_segment_broken(s, link->source, wrong);
            return;
        }
        link->head += migbridge_link_slot_bytes(slot.length);
        link->held_bytes += migbridge_link_slot_bytes(slot.length);
        link->seq = slot.seq + 1;
        link->end_ns = slot.end_ns;
    }
}

void migbridge_link_news(MigBridgeState *s, uint32_t peer, uint64_t now)
{
    if (peer < s->segment.node_count && s->in[peer].shared && !s->ended) {
        link_drain(s, &s->in[peer], now);
        migbridge_tx_room(s, &s->out[peer]);
    }
}

bool migbridge_link_read(MigBridgeState *s, const MigBridgeArrival *arrival,
                         struct mb_slot *slot)
{
    const MigBridgeLink *link = &s->in[arrival->source];
    uint64_t crash_ns;

    /* What was checked stays as it was, whatever the peer writes now. */
    *slot = (struct mb_slot) {
        .msg = migbridge_link_slot(s, link, arrival->position)->msg,
        .end_ns = arrival->end_ns,
        .seq = arrival->seq,
        .length = arrival->length,
    };
    slot->msg.source = link->source;
    slot->msg.target = link->target;
    return !migbridge_link_crashed(s, link->source, &crash_ns) ||
           crash_ns >= arrival->end_ns;
}

void migbridge_link_peek(const MigBridgeState *s,
                         const MigBridgeArrival *arrival, uint32_t offset,
                         void *buffer, uint32_t bytes)
{
    const MigBridgeLink *link = &s->in[arrival->source];
    uint64_t ring_bytes = s->segment.ring_bytes;
    uint64_t at = (arrival->position + sizeof(struct mb_slot) + offset) &
                  (ring_bytes - 1);
    uint64_t first = MIN(bytes, ring_bytes - at);

    assert(offset <= arrival->length && bytes <= arrival->length - offset);
    memcpy(buffer, link->ring + at, first);
    memcpy((uint8_t *)buffer + first, link->ring, bytes - first);
}

bool migbridge_link_deliver(MigBridgeState *s, const MigBridgeArrival *arrival,
                            uint64_t addr)
{
    const MigBridgeLink *link = &s->in[arrival->source];
    uint64_t ring_bytes = s->segment.ring_bytes;
    uint64_t at = (arrival->position + sizeof(struct mb_slot)) &
                  (ring_bytes - 1);
    uint64_t first = MIN(arrival->length, ring_bytes - at);

    return migbridge_dma_write(s, addr, link->ring + at, first) &&
           migbridge_dma_write(s, addr + first, link->ring,
                               arrival->length - first);
}
