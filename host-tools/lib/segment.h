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
    uint32_t clock_num;         /* a cycle takes num / den ns */
    uint32_t clock_den;
    uint64_t read_ns;           /* of its bridge, for an exported page */
    uint64_t crash_ns;          /* MB_NEVER: it does not */
    uint64_t crash_message;     /* 0: it does not */
} SegmentNode;

/* An exact fault of one link. */
typedef struct {
    uint32_t source;
    uint32_t target;
    struct mb_link_fault fault;
} SegmentFault;

typedef struct {
    uint32_t node_count;
    uint64_t until_ns;
    uint8_t config_sha256[SEGMENT_SHA256_BYTES];
    SegmentNode *nodes;
    /* [source * node_count + target]; bits_per_s 0: no link. fault_count and
     * faults_offset are filled in from `faults`. */
    struct mb_link_model *models;
    GArray *faults;             /* of SegmentFault, in the order of the file */
} SegmentConfig;

/* Nodes of 1 GHz that do not crash, without links. */
SegmentConfig *segment_config_new(uint32_t node_count);
/* All but config_sha256. */
SegmentConfig *segment_config_of(const Experiment *experiment);
void segment_config_free(SegmentConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SegmentConfig, segment_config_free)

typedef struct {
    uint64_t bytes;
    uint64_t links_offset;
    uint64_t nodes_offset;
    uint64_t ring_bytes;
    uint64_t trace_bytes;
    uint64_t output_bytes;
    uint64_t faults_offset;     /* of the first list of faults */
    uint64_t rings_offset;      /* of the first link's ring */
    uint64_t node_rings_offset; /* of node 0's trace ring */
} SegmentGeometry;

/* Never fails: a ring that is smaller than a link could use is a window. */
SegmentGeometry segment_compute_geometry(const SegmentConfig *config);

typedef struct {
    int fd;
    uint32_t node_count;
    SegmentGeometry geometry;
    struct mb_segment *header;
    struct mb_link *links;      /* [source * node_count + target] */
    struct mb_node *nodes;
} Segment;

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

/* NULL if there is no such link. */
struct mb_link *segment_link(const Segment *segment, uint32_t source,
                             uint32_t target);
uint8_t *segment_trace_ring(const Segment *segment, uint32_t node);
uint8_t *segment_output_ring(const Segment *segment, uint32_t node);

/* Wakes whoever sleeps on mb_segment.attention. */
void segment_attend(Segment *segment);

#endif
