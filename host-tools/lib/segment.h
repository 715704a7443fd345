/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared segment of a cluster: its geometry, its creation and the ways
 * into it. docs/specs/segment.md and hw/abi/segment.h describe it.
 *
 * A Segment keeps its own copy of the geometry: what a node writes into the
 * shared one later changes nothing.
 */
#ifndef LIB_SEGMENT_H
#define LIB_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "experiment.h"

#include "hw/abi/segment.h"

#define SEGMENT_SHA256_BYTES    32

typedef struct {
    uint32_t node_count;
    uint32_t ns_per_insn;       /* a power of two */
    uint64_t latency_ns;
    uint64_t bits_per_s;
    uint64_t until_ns;
    uint8_t config_sha256[SEGMENT_SHA256_BYTES];
} SegmentConfig;

typedef struct {
    uint64_t bytes;
    uint64_t links_offset;
    uint64_t nodes_offset;
    uint64_t ring_bytes;
    uint64_t trace_bytes;
    uint64_t output_bytes;
    uint64_t rings_offset;      /* of the first link's ring */
    uint64_t node_rings_offset; /* of node 0's trace ring */
    uint64_t grid_ns;
} SegmentGeometry;

typedef struct {
    int fd;
    uint32_t node_count;
    SegmentGeometry geometry;
    struct mb_segment *header;
    struct mb_link *links;      /* [source * node_count + target] */
    struct mb_node *nodes;
} Segment;

/* All but config_sha256. */
SegmentConfig segment_config(const Experiment *experiment);

/* Fails if no ring within the limits can carry what is on the wire. */
bool segment_compute_geometry(const SegmentConfig *config,
                              SegmentGeometry *geometry, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* In nameless memory of a fixed size, ready for bridges to map. */
Segment *segment_create(const SegmentConfig *config, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* Maps one that somebody else made; checks that its geometry fits its size.
 * Takes over the descriptor. */
Segment *segment_open(int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of the header against the size of the mapping. */
bool segment_check(const struct mb_segment *header, uint64_t bytes,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void segment_destroy(Segment *segment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Segment, segment_destroy)

/* NULL for a node itself. */
struct mb_link *segment_link(const Segment *segment, uint32_t source,
                             uint32_t target);
uint8_t *segment_trace_ring(const Segment *segment, uint32_t node);
uint8_t *segment_output_ring(const Segment *segment, uint32_t node);

/* Ends the run from outside: nodes that notice stand still. */
void segment_stop(Segment *segment);
/* Wakes whoever sleeps on mb_segment.attention. */
void segment_attend(Segment *segment);

#endif
