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

#define HOST_RING_MIN (16u << 10)
#define HOST_RING_MAX (1u << 30)

static bool region_fits(const MigBridgeSegment *seg, uint64_t offset,
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
    seg->until_ns = header->until_ns;
    seg->grid_ns = header->grid_ns;
    seg->ns_per_insn = header->ns_per_insn;

    if (!region_fits(seg, links_offset, sizeof(struct mb_link) *
                     seg->node_count * seg->node_count) ||
        !region_fits(seg, nodes_offset,
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
    if (!is_power_of_2(seg->ns_per_insn)) {
        error_setg(errp, "segment has %" PRIu32 " ns per instruction, which "
                   "is not a power of two", seg->ns_per_insn);
        return false;
    }
    if (icount_enabled() && icount_to_ns(1) != seg->ns_per_insn) {
        error_setg(errp, "segment has %" PRIu32 " ns per instruction, -icount "
                   "has %" PRIi64, seg->ns_per_insn, icount_to_ns(1));
        return false;
    }
    return true;
}

static bool segment_open_link(MigBridgeState *s, MigBridgeLink *link,
                              uint32_t source, uint32_t target, Error **errp)
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
        .latency_ns = shared->latency_ns,
        .bits_per_s = shared->bits_per_s,
    };
    if (!region_fits(seg, ring_offset, seg->ring_bytes)) {
        error_setg(errp, "ring of link %" PRIu32 "-%" PRIu32 " does not fit "
                   "into the segment", source, target);
        return false;
    }
    /* Sums of a virtual time and these two must stay below INT64_MAX. */
    if (link->latency_ns > INT64_MAX / 4 || link->bits_per_s == 0) {
        error_setg(errp, "latency or bandwidth of link %" PRIu32 "-%" PRIu32
                   " is impossible", source, target);
        return false;
    }
    return true;
}

static bool segment_open_links(MigBridgeState *s, Error **errp)
{
    uint32_t count = s->segment.node_count;

    s->out = g_new0(MigBridgeLink, count);
    s->in = g_new0(MigBridgeLink, count);
    for (uint32_t peer = 0; peer < count; peer++) {
        if (peer != s->node &&
            (!segment_open_link(s, &s->out[peer], s->node, peer, errp) ||
             !segment_open_link(s, &s->in[peer], peer, s->node, errp))) {
            return false;
        }
    }
    return true;
}

static bool segment_join(MigBridgeState *s, Error **errp)
{
    MigBridgeSegment *seg = &s->segment;
    struct mb_node *node = &seg->nodes[s->node];

    if (!region_fits(seg, node->trace_offset, seg->trace_bytes) ||
        !region_fits(seg, node->output_offset, seg->output_bytes)) {
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
    migbridge_wake(&node->state);
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
        !segment_open_links(s, errp) ||
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
    g_clear_pointer(&s->in, g_free);
    g_clear_pointer(&s->out, g_free);
}

void migbridge_segment_attention(MigBridgeState *s)
{
    qatomic_inc(&s->segment.header->attention);
    migbridge_wake(&s->segment.header->attention);
}

void migbridge_segment_end(MigBridgeState *s, enum mb_end reason,
                           uint32_t node, uint32_t code, uint64_t time_ns)
{
    MigBridgeSegment *seg = &s->segment;

    s->ended = true;
    if (qatomic_cmpxchg(&seg->header->ended, MB_END_NOT, reason) !=
        MB_END_NOT) {
        return;
    }
    /*
     * Only the first one writes these. The host tool reads them when all
     * nodes have left, which orders them (migbridge_sync_leave).
     */
    seg->header->end_node = node;
    seg->header->end_code = code;
    seg->header->end_ns = time_ns;
    trace_migbridge_end(time_ns, node, reason, code);

    migbridge_wake(&seg->header->ended);
    for (uint32_t i = 0; i < seg->node_count; i++) {
        migbridge_wake(&seg->nodes[i].grid);
        migbridge_wake(&seg->nodes[i].state);
    }
    migbridge_segment_attention(s);
}

void migbridge_segment_broken(MigBridgeState *s, uint32_t source,
                              const char *what)
{
    error_report("migbridge: node %" PRIu32 ": link from node %" PRIu32 ": %s",
                 s->node, source, what);
    migbridge_status_set(s, MB_STATUS_SEGMENT);
    migbridge_segment_end(s, MB_END_ERROR, s->node, MB_STATUS_SEGMENT,
                          migbridge_now());
    migbridge_hold(s);
}
