/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the shared segment.
 *
 * The geometry is checked once, against the size of the mapping, and copied;
 * nothing that is read from the segment later can lead out of it.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "system/cpu-timers.h"
#include "migbridge.h"
#include "trace.h"

/* Guest structures and segment are little endian and used in place. */
QEMU_BUILD_BUG_ON(HOST_BIG_ENDIAN);

/* A virtual time with something added to it stays below INT64_MAX. */
#define INSTANT_MAX (UINT64_C(1) << 61)

#define HOST_RING_MIN (16u << 10)
#define HOST_RING_MAX (1u << 30)

bool migbridge_segment_fits(const MigBridgeSegment *seg, uint64_t offset,
                            uint64_t bytes)
{
    return offset >= sizeof(struct mb_segment) && offset % MB_LINE == 0 &&
           offset <= seg->bytes && bytes <= seg->bytes - offset;
}

static bool ring_size_ok(uint64_t bytes, uint64_t min, uint64_t max)
{
    return is_power_of_2(bytes) && bytes >= min && bytes <= max;
}

static bool segment_check_header(MigBridgeState *s, uint64_t mapped,
                                 Error **errp)
{
    const struct mb_segment *header = s->segment.header;

    if (mapped < sizeof(*header) || memcmp(header->magic, MB_SEGMENT_MAGIC,
                                           sizeof(header->magic)) != 0) {
        error_setg(errp, "memdev holds no segment of a cluster");
        return false;
    }
    if (header->version != MB_SEGMENT_VERSION) {
        error_setg(errp, "segment has version %" PRIu32 ", this device needs "
                   "%u", header->version, MB_SEGMENT_VERSION);
        return false;
    }
    if (header->bytes > mapped) {
        error_setg(errp, "segment says it has %" PRIu64 " bytes, memdev has %"
                   PRIu64, header->bytes, mapped);
        return false;
    }
    if (header->node_count < 1 || header->node_count > MB_NODES_MAX) {
        error_setg(errp, "segment has %" PRIu32 " nodes, possible are 1 to %u",
                   header->node_count, MB_NODES_MAX);
        return false;
    }
    if (s->node >= header->node_count) {
        error_setg(errp, "node=%" PRIu32 ", but the segment has %" PRIu32
                   " nodes", s->node, header->node_count);
        return false;
    }
    return true;
}

static bool segment_adopt_geometry(MigBridgeState *s, Error **errp)
{
    MigBridgeSegment *seg = &s->segment;
    const struct mb_segment *header = seg->header;
    uint64_t links_offset = header->links_offset;
    uint64_t nodes_offset = header->nodes_offset;

    seg->bytes = header->bytes;
    seg->node_count = header->node_count;
    seg->ring_bytes = header->ring_bytes;
    seg->trace_bytes = header->trace_bytes;
    seg->output_bytes = header->output_bytes;
    seg->until_ns = header->until_ns ? header->until_ns : MB_NEVER;
    seg->synchronised = header->synchronised;

    if (!migbridge_segment_fits(seg, links_offset, sizeof(struct mb_link) *
                     seg->node_count * seg->node_count) ||
        !migbridge_segment_fits(seg, nodes_offset,
                     sizeof(struct mb_node) * seg->node_count)) {
        error_setg(errp, "segment's tables do not fit into it");
        return false;
    }
    seg->links = (struct mb_link *)(seg->base + links_offset);
    seg->nodes = (struct mb_node *)(seg->base + nodes_offset);

    if (!ring_size_ok(seg->ring_bytes, MB_RING_BYTES_MIN, MB_RING_BYTES_MAX) ||
        !ring_size_ok(seg->trace_bytes, HOST_RING_MIN, HOST_RING_MAX) ||
        !ring_size_ok(seg->output_bytes, HOST_RING_MIN, HOST_RING_MAX)) {
        error_setg(errp, "segment has rings of impossible sizes");
        return false;
    }
    if (seg->until_ns != MB_NEVER && seg->until_ns > INSTANT_MAX) {
        error_setg(errp, "segment has a time limit of %" PRIu64 " ns, possible "
                   "is one of 2^61", seg->until_ns);
        return false;
    }
    return true;
}

/* Both say the same, if so many cycles take the same time. */
#define CLOCK_CYCLES (INT64_C(1) << 30)

static bool segment_adopt_node(MigBridgeState *s, Error **errp)
{
    MigBridgeSegment *seg = &s->segment;
    const struct mb_node *node = &seg->nodes[s->node];

    seg->clock_num = node->clock_num;
    seg->clock_den = node->clock_den;
    seg->read_ns = node->read_ns;
    seg->crash_ns = node->crash_ns;
    seg->crash_message = node->crash_message;

    if (seg->read_ns < 1 || seg->read_ns > MB_LINK_NS_MAX) {
        error_setg(errp, "segment has an impossible read_ns of node %" PRIu32,
                   s->node);
        return false;
    }
    if (seg->clock_num == 0 || seg->clock_den == 0) {
        error_setg(errp, "segment has no clock rate for node %" PRIu32,
                   s->node);
        return false;
    }
    if (icount_enabled() &&
        icount_to_ns(seg->clock_den * CLOCK_CYCLES) !=
        seg->clock_num * CLOCK_CYCLES) {
        error_setg(errp, "segment has %" PRIu32 "/%" PRIu32 " ns per cycle for "
                   "node %" PRIu32 ", -icount has another rate",
                   seg->clock_num, seg->clock_den, s->node);
        return false;
    }
    return true;
}

static bool segment_join(MigBridgeState *s, Error **errp)
{
    MigBridgeSegment *seg = &s->segment;
    struct mb_node *node = &seg->nodes[s->node];

    if (!migbridge_segment_fits(seg, node->trace_offset, seg->trace_bytes) ||
        !migbridge_segment_fits(seg, node->output_offset, seg->output_bytes)) {
        error_setg(errp, "trace or output ring of node %" PRIu32 " does not "
                   "fit into the segment", s->node);
        return false;
    }
    migbridge_record_open(s);

    if (qatomic_cmpxchg(&node->state, MB_NODE_ABSENT,
                        MB_NODE_JOINED) != MB_NODE_ABSENT) {
        error_setg(errp, "node %" PRIu32 " has joined the cluster already",
                   s->node);
        return false;
    }
    migbridge_segment_attention(s);
    return true;
}

bool migbridge_segment_open(MigBridgeState *s, Error **errp)
{
    MemoryRegion *mr;

    if (!s->memdev) {
        error_setg(errp, "property 'memdev' is missing: the memory backend "
                   "with the segment of the cluster");
        return false;
    }
    if (host_memory_backend_is_mapped(s->memdev)) {
        error_setg(errp, "memdev '%s' is in use already",
                   object_get_canonical_path_component(OBJECT(s->memdev)));
        return false;
    }
    mr = host_memory_backend_get_memory(s->memdev);
    s->segment.base = memory_region_get_ram_ptr(mr);
    s->segment.header = (struct mb_segment *)s->segment.base;

    if (!segment_check_header(s, memory_region_size(mr), errp) ||
        !segment_adopt_geometry(s, errp) ||
        !segment_adopt_node(s, errp) ||
        !migbridge_link_open(s, errp) ||
        !migbridge_sync_open(s, errp) ||
        !segment_join(s, errp)) {
        migbridge_segment_close(s);
        return false;
    }
    host_memory_backend_set_mapped(s->memdev, true);
    return true;
}

void migbridge_segment_close(MigBridgeState *s)
{
    if (host_memory_backend_is_mapped(s->memdev)) {
        host_memory_backend_set_mapped(s->memdev, false);
    }
    migbridge_sync_close(s);
    migbridge_link_close(s);
}

void migbridge_segment_attention(MigBridgeState *s)
{
    qatomic_inc(&s->segment.header->attention);
    migbridge_wake(&s->segment.header->attention);
}

void migbridge_segment_end(MigBridgeState *s, enum mb_end reason)
{
    MigBridgeSegment *seg = &s->segment;

    if (qatomic_cmpxchg(&seg->header->ended, MB_END_NOT, reason) !=
        MB_END_NOT) {
        return;
    }
    /* The host tool reads it when all nodes have left, which orders it. */
    seg->header->end_node = s->node;
    trace_migbridge_end(migbridge_now(), s->node, reason);

    for (uint32_t i = 0; i < seg->node_count; i++) {
        promise_rouse(&seg->nodes[i]);
    }
    migbridge_segment_attention(s);
}

void migbridge_segment_broken(MigBridgeState *s, uint32_t source,
                              const char *what)
{
    error_report("migbridge: node %" PRIu32 ": link from node %" PRIu32 ": %s",
                 s->node, source, what);
    migbridge_status_set(s, MB_STATUS_SEGMENT);
    s->ended = true;
    migbridge_segment_end(s, MB_END_ERROR);
    migbridge_hold(s);
}
