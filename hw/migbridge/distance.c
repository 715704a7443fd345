/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: how far the other nodes are.
 *
 * In virtual time, from each node to this one, by the shortest way over any
 * others (Dijkstra's algorithm): a message can make a sleeping node send one
 * at once. Latencies alone count; whatever else takes time only adds to it.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "migbridge.h"

static uint64_t distance_of_link(const MigBridgeSegment *seg, uint32_t source,
                                 uint32_t target)
{
    const struct mb_link *link = &seg->links[source * seg->node_count + target];
    uint64_t latency_ns = qatomic_read(&link->model.latency_ns);

    return link->ring_offset != 0 && latency_ns <= MB_LINK_NS_MAX
           ? latency_ns : MB_NEVER;
}

/* The node that is not settled yet and has the least distance. */
static uint32_t distance_nearest(const MigBridgeState *s, const bool *settled)
{
    const uint64_t *dist_ns = s->sync.promise.dist_ns;
    uint32_t nearest = s->segment.node_count;
    uint64_t least_ns = MB_NEVER;

    for (uint32_t i = 0; i < s->segment.node_count; i++) {
        if (!settled[i] && dist_ns[i] < least_ns) {
            least_ns = dist_ns[i];
            nearest = i;
        }
    }
    return nearest;
}

void migbridge_distance_measure(MigBridgeState *s)
{
    const MigBridgeSegment *seg = &s->segment;
    uint64_t *dist_ns = s->sync.promise.dist_ns;
    g_autofree bool *settled = g_new0(bool, seg->node_count);
    uint32_t via;

    for (uint32_t i = 0; i < seg->node_count; i++) {
        dist_ns[i] = i == s->node ? 0 : MB_NEVER;
    }
    while ((via = distance_nearest(s, settled)) < seg->node_count) {
        settled[via] = true;
        for (uint32_t i = 0; i < seg->node_count; i++) {
            uint64_t latency_ns = distance_of_link(seg, i, via);

            if (latency_ns != MB_NEVER) {
                dist_ns[i] = MIN(dist_ns[i], dist_ns[via] + latency_ns);
            }
        }
    }
}
