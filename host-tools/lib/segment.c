/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared segment of a cluster (docs/specs/segment.md).
 */
#include "segment.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "futex.h"
#include "units.h"

#define PAGE_BYTES          4096u
#define NS_PER_S            UINT64_C(1000000000)
#define TRACE_BYTES         (UINT64_C(1) << 20)
#define OUTPUT_BYTES        (UINT64_C(256) << 10)
/* Of all link rings together. */
#define RINGS_BYTES_MAX     (UINT64_C(1) << 30)
/* Two of the largest messages: one that is being written, one unread. */
#define RING_SLACK          (2 * (sizeof(struct mb_slot) + MB_PAYLOAD_MAX))
/* A message without payload takes this much more of a ring than of a wire;
 * one with a page takes the same of both, but for a percent. */
#define RING_PER_WIRE       (sizeof(struct mb_slot) / MB_WIRE_HEADER)

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

SegmentConfig segment_config(const Experiment *experiment)
{
    return (SegmentConfig) {
        .node_count = (uint32_t)experiment->node_count,
        .ns_per_insn = 1u << experiment->clock_shift,
        .latency_ns = experiment->latency_ns,
        .bits_per_s = experiment->bits_per_s,
        .until_ns = experiment->until_ns,
    };
}

/* Ring bytes that what is sent in `time_ns` can fill. */
static unsigned __int128 ring_need(const SegmentConfig *config,
                                   uint64_t time_ns)
{
    unsigned __int128 bits = (unsigned __int128)config->bits_per_s * time_ns;

    return bits / 8 / NS_PER_S * RING_PER_WIRE + RING_SLACK;
}

/*
 * A producer may count on what its consumer had read two grid points ago, and
 * a message stays in the ring until its delivery: a ring that holds what is
 * sent in 2 * grid + latency never holds the producer up. The grid is as long
 * as the lookahead allows, and shorter if the largest ring asks for it.
 */
static bool compute_grid(const SegmentConfig *config, uint64_t most_bytes,
                         SegmentGeometry *geometry, GError **error)
{
    uint64_t late_ns = config->ns_per_insn - 1;

    if (config->latency_ns <= late_ns) {
        return godwit_misuse(error, "is not more than the %uns that an "
                             "instruction takes; use a longer latency or a "
                             "faster clock", config->ns_per_insn);
    }
    geometry->grid_ns = config->latency_ns - late_ns;
    while (geometry->grid_ns > 1 &&
           ring_need(config, 2 * geometry->grid_ns + config->latency_ns) >
           most_bytes) {
        geometry->grid_ns /= 2;
    }
    unsigned __int128 need =
        ring_need(config, 2 * geometry->grid_ns + config->latency_ns);
    if (need > most_bytes) {
        g_autofree char *most = unit_format_short(UNIT_SIZE, most_bytes);
        return godwit_misuse(error, "times bandwidth is more than a ring of %s "
                             "between two nodes can hold; lower one of them",
                             most);
    }
    geometry->ring_bytes = MB_RING_BYTES_MIN;
    while (geometry->ring_bytes < need) {
        geometry->ring_bytes *= 2;
    }
    return true;
}

bool segment_compute_geometry(const SegmentConfig *config,
                              SegmentGeometry *geometry, GError **error)
{
    uint64_t nodes = config->node_count;
    uint64_t links = nodes * (nodes - 1);
    uint64_t most_bytes = MB_RING_BYTES_MAX;

    g_assert(nodes >= 1 && nodes <= MB_NODES_MAX);
    while (most_bytes > MB_RING_BYTES_MIN &&
           links * most_bytes > RINGS_BYTES_MAX) {
        most_bytes /= 2;
    }
    if (!compute_grid(config, most_bytes, geometry, error)) {
        return false;
    }
    geometry->trace_bytes = TRACE_BYTES;
    geometry->output_bytes = OUTPUT_BYTES;
    geometry->links_offset = round_up(sizeof(struct mb_segment), PAGE_BYTES);
    geometry->nodes_offset = geometry->links_offset +
        nodes * nodes * sizeof(struct mb_link);
    geometry->rings_offset = round_up(geometry->nodes_offset +
                                      nodes * sizeof(struct mb_node),
                                      PAGE_BYTES);
    geometry->node_rings_offset = geometry->rings_offset +
        links * geometry->ring_bytes;
    geometry->bytes = geometry->node_rings_offset +
        nodes * (geometry->trace_bytes + geometry->output_bytes);
    return true;
}

static bool map(Segment *segment, uint64_t bytes, GError **error)
{
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                      segment->fd, 0);

    if (base == MAP_FAILED) {
        return godwit_fail_errno(error, "cannot map the shared segment");
    }
    segment->header = base;
    segment->geometry.bytes = bytes;
    return true;
}

static void find_tables(Segment *segment)
{
    uint8_t *base = (uint8_t *)segment->header;

    segment->links = (struct mb_link *)(base + segment->geometry.links_offset);
    segment->nodes = (struct mb_node *)(base + segment->geometry.nodes_offset);
}

static void fill_header(Segment *segment, const SegmentConfig *config)
{
    const SegmentGeometry *geometry = &segment->geometry;
    struct mb_segment *header = segment->header;

    memcpy(header->magic, MB_SEGMENT_MAGIC, sizeof(header->magic));
    header->version = MB_SEGMENT_VERSION;
    header->node_count = config->node_count;
    header->bytes = geometry->bytes;
    header->links_offset = geometry->links_offset;
    header->nodes_offset = geometry->nodes_offset;
    header->ring_bytes = geometry->ring_bytes;
    header->trace_bytes = geometry->trace_bytes;
    header->output_bytes = geometry->output_bytes;
    header->until_ns = config->until_ns;
    header->grid_ns = geometry->grid_ns;
    header->ns_per_insn = config->ns_per_insn;
    memcpy(header->config_sha256, config->config_sha256,
           sizeof(header->config_sha256));
}

static void fill_tables(Segment *segment, const SegmentConfig *config)
{
    const SegmentGeometry *geometry = &segment->geometry;
    uint64_t ring = geometry->rings_offset;
    uint64_t node_ring = geometry->node_rings_offset;

    for (uint32_t source = 0; source < segment->node_count; source++) {
        for (uint32_t target = 0; target < segment->node_count; target++) {
            struct mb_link *link = segment_link(segment, source, target);
            if (link != NULL) {
                link->latency_ns = config->latency_ns;
                link->bits_per_s = config->bits_per_s;
                link->ring_offset = ring;
                ring += geometry->ring_bytes;
            }
        }
    }
    for (uint32_t i = 0; i < segment->node_count; i++) {
        segment->nodes[i].trace_offset = node_ring;
        segment->nodes[i].output_offset = node_ring + geometry->trace_bytes;
        node_ring += geometry->trace_bytes + geometry->output_bytes;
    }
}

Segment *segment_create(const SegmentConfig *config, GError **error)
{
    g_autoptr(Segment) segment = g_new0(Segment, 1);

    segment->fd = -1;
    segment->node_count = config->node_count;
    if (!segment_compute_geometry(config, &segment->geometry, error)) {
        return NULL;
    }
    segment->fd = memfd_create("godwit-segment",
                               MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (segment->fd < 0 ||
        ftruncate(segment->fd, (off_t)segment->geometry.bytes) != 0 ||
        fcntl(segment->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        godwit_fail_errno(error, "cannot create the shared segment");
        return NULL;
    }
    if (!map(segment, segment->geometry.bytes, error)) {
        return NULL;
    }
    find_tables(segment);
    fill_header(segment, config);
    fill_tables(segment, config);
    return g_steal_pointer(&segment);
}

static bool is_ring_size(uint64_t bytes)
{
    return bytes >= PAGE_BYTES && bytes <= MB_RING_BYTES_MAX &&
        (bytes & (bytes - 1)) == 0;
}

static bool lies_within(uint64_t offset, uint64_t size, uint64_t bytes)
{
    return offset % MB_LINE == 0 && size <= bytes && offset <= bytes - size;
}

bool segment_check(const struct mb_segment *header, uint64_t bytes,
                   GError **error)
{
    uint64_t nodes = header->node_count;

    if (memcmp(header->magic, MB_SEGMENT_MAGIC, sizeof(header->magic)) != 0 ||
        header->version != MB_SEGMENT_VERSION) {
        return godwit_fail(error, "not a segment of version %u",
                           MB_SEGMENT_VERSION);
    }
    if (nodes < 1 || nodes > MB_NODES_MAX || header->bytes != bytes ||
        !lies_within(header->links_offset,
                     nodes * nodes * sizeof(struct mb_link), bytes) ||
        !lies_within(header->nodes_offset, nodes * sizeof(struct mb_node),
                     bytes)) {
        return godwit_fail(error, "the segment's tables do not fit its size");
    }
    if (!is_ring_size(header->ring_bytes) ||
        !is_ring_size(header->trace_bytes) ||
        !is_ring_size(header->output_bytes)) {
        return godwit_fail(error, "a ring size of the segment is not usable");
    }
    if (header->grid_ns == 0 || header->ns_per_insn == 0 ||
        (header->ns_per_insn & (header->ns_per_insn - 1)) != 0) {
        return godwit_fail(error, "the segment's clock is not usable");
    }
    return true;
}

/* The rings of the nodes stand one behind the other, as segment_trace_ring()
 * finds them. */
static bool check_rings(const Segment *segment, GError **error)
{
    const SegmentGeometry *geometry = &segment->geometry;
    uint64_t stride = geometry->trace_bytes + geometry->output_bytes;

    if (!lies_within(geometry->node_rings_offset,
                     segment->node_count * stride, geometry->bytes)) {
        return godwit_fail(error, "the nodes' rings do not fit the segment");
    }
    for (uint32_t i = 0; i < segment->node_count; i++) {
        const struct mb_node *node = &segment->nodes[i];
        uint64_t offset = geometry->node_rings_offset + i * stride;
        if (node->trace_offset != offset ||
            node->output_offset != offset + geometry->trace_bytes) {
            return godwit_fail(error, "the rings of node %u are not where "
                               "they belong", i);
        }
    }
    return true;
}

Segment *segment_open(int fd, GError **error)
{
    g_autoptr(Segment) segment = g_new0(Segment, 1);
    struct stat status;

    segment->fd = fd;
    if (fstat(fd, &status) != 0 ||
        status.st_size < (off_t)sizeof(struct mb_segment)) {
        godwit_fail(error, "the shared segment is too small");
        return NULL;
    }
    if (!map(segment, (uint64_t)status.st_size, error) ||
        !segment_check(segment->header, segment->geometry.bytes, error)) {
        return NULL;
    }
    segment->node_count = segment->header->node_count;
    segment->geometry.links_offset = segment->header->links_offset;
    segment->geometry.nodes_offset = segment->header->nodes_offset;
    segment->geometry.ring_bytes = segment->header->ring_bytes;
    segment->geometry.trace_bytes = segment->header->trace_bytes;
    segment->geometry.output_bytes = segment->header->output_bytes;
    segment->geometry.grid_ns = segment->header->grid_ns;
    find_tables(segment);
    segment->geometry.node_rings_offset = segment->nodes[0].trace_offset;
    if (!check_rings(segment, error)) {
        return NULL;
    }
    return g_steal_pointer(&segment);
}

void segment_destroy(Segment *segment)
{
    if (segment != NULL) {
        if (segment->header != NULL) {
            munmap(segment->header, segment->geometry.bytes);
        }
        if (segment->fd >= 0) {
            close(segment->fd);
        }
        g_free(segment);
    }
}

struct mb_link *segment_link(const Segment *segment, uint32_t source,
                             uint32_t target)
{
    return source == target ? NULL
        : &segment->links[(size_t)source * segment->node_count + target];
}

/* By our own geometry, not by what the node's line says now. */
uint8_t *segment_trace_ring(const Segment *segment, uint32_t node)
{
    const SegmentGeometry *geometry = &segment->geometry;

    return (uint8_t *)segment->header + geometry->node_rings_offset +
        node * (geometry->trace_bytes + geometry->output_bytes);
}

uint8_t *segment_output_ring(const Segment *segment, uint32_t node)
{
    return segment_trace_ring(segment, node) + segment->geometry.trace_bytes;
}

void segment_stop(Segment *segment)
{
    uint32_t expected = MB_END_NOT;

    __atomic_compare_exchange_n(&segment->header->ended, &expected,
                                MB_END_STOP, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    futex_wake_all(&segment->header->ended);
}

void segment_attend(Segment *segment)
{
    __atomic_add_fetch(&segment->header->attention, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&segment->header->attention);
}
