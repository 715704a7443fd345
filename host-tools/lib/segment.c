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

#define PAGE_BYTES  4096u

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
    header->synchronised = 1;
    memcpy(header->config_sha256, config->config_sha256,
           sizeof(header->config_sha256));
}

/* Writes the exact faults of a link at `offset`; returns the place behind. */
static uint64_t fill_faults(Segment *segment, const SegmentConfig *config,
                            uint32_t source, uint32_t target, uint64_t offset)
{
    struct mb_link *link = segment_link(segment, source, target);
    struct mb_link_fault *faults =
        (struct mb_link_fault *)((uint8_t *)segment->header + offset);
    uint32_t count = 0;

    for (unsigned i = 0; i < config->faults->len; i++) {
        const SegmentFault *fault = &g_array_index(config->faults,
                                                   SegmentFault, i);
        if (fault->source == source && fault->target == target) {
            faults[count++] = fault->fault;
        }
    }
    link->model.fault_count = count;
    link->model.faults_offset = count > 0 ? offset : 0;
    uint64_t bytes = count * sizeof(*faults);
    return offset + (bytes + MB_LINE - 1) / MB_LINE * MB_LINE;
}

static void fill_links(Segment *segment, const SegmentConfig *config)
{
    uint64_t ring = segment->geometry.rings_offset;
    uint64_t faults = segment->geometry.faults_offset;

    for (uint32_t source = 0; source < segment->node_count; source++) {
        for (uint32_t target = 0; target < segment->node_count; target++) {
            size_t index = (size_t)source * segment->node_count + target;
            struct mb_link *link = &segment->links[index];
            if (config->models[index].bits_per_s != 0) {
                link->model = config->models[index];
                link->ring_offset = ring;
                ring += segment->geometry.ring_bytes;
                faults = fill_faults(segment, config, source, target, faults);
            }
        }
    }
}

static void fill_nodes(Segment *segment, const SegmentConfig *config)
{
    const SegmentGeometry *geometry = &segment->geometry;
    uint64_t ring = geometry->node_rings_offset;

    for (uint32_t i = 0; i < segment->node_count; i++) {
        struct mb_node *node = &segment->nodes[i];
        node->inbound_ns = MB_NEVER;
        node->awaited_ns = MB_NEVER;
        node->crash_ns = config->nodes[i].crash_ns;
        node->crash_message = config->nodes[i].crash_message;
        node->clock_num = config->nodes[i].clock_num;
        node->clock_den = config->nodes[i].clock_den;
        node->read_ns = config->nodes[i].read_ns;
        node->trace_offset = ring;
        node->output_offset = ring + geometry->trace_bytes;
        ring += geometry->trace_bytes + geometry->output_bytes;
    }
}

Segment *segment_create(const SegmentConfig *config, GError **error)
{
    g_autoptr(Segment) segment = g_new0(Segment, 1);

    segment->fd = -1;
    segment->node_count = config->node_count;
    segment->geometry = segment_compute_geometry(config);
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
    fill_links(segment, config);
    fill_nodes(segment, config);
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
    struct mb_link *link =
        &segment->links[(size_t)source * segment->node_count + target];

    return link->ring_offset != 0 ? link : NULL;
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

void segment_attend(Segment *segment)
{
    __atomic_add_fetch(&segment->header->attention, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&segment->header->attention);
}
