/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared segment of a cluster: how bridges and host tool meet.
 *
 *   0                 struct mb_segment            one page
 *   links_offset      struct mb_link [n][n]        [source][target]
 *   nodes_offset      struct mb_node [n]
 *   per link          ring of ring_bytes           at mb_link.ring_offset
 *   per node          trace ring, output ring      at mb_node.*_offset
 *
 * The host tool creates and fills it before any bridge maps it; the geometry
 * never changes afterwards. Whoever maps it checks geometry against the size
 * of the mapping once, keeps its own copy, and masks or checks every index it
 * reads later: the other side may be broken.
 *
 * Rings are byte rings with free-running 64-bit positions, one producer, one
 * consumer. The producer stores data, then its position with release; the
 * consumer loads that with acquire, reads, then stores its own position.
 *
 * Docs: docs/specs/segment.md.
 */
#ifndef HW_ABI_SEGMENT_H
#define HW_ABI_SEGMENT_H

#include <stdint.h>

#include "hw/abi/ring.h"

#define MB_SEGMENT_MAGIC    "GDWTSEG"
#define MB_SEGMENT_VERSION  1u
#define MB_NODES_MAX        256u
#define MB_LINE             128u        /* two cache lines: no false sharing */

#define MB_RING_BYTES_MIN   (64u << 10)
#define MB_RING_BYTES_MAX   (64u << 20)

/* Why a run ended; the first to write mb_segment.ended wins. */
enum mb_end {
    MB_END_NOT = 0,
    MB_END_QUIET = 1,           /* nothing can happen any more */
    MB_END_LIMIT = 2,           /* until_ns reached */
    MB_END_HALT = 3,            /* a guest wrote MB_REG_HALT */
    MB_END_ERROR = 4,           /* a bridge found the segment broken */
    MB_END_STOP = 5,            /* the host tool gave up */
};

struct mb_segment {
    char magic[8];
    uint32_t version;
    uint32_t node_count;
    uint64_t bytes;             /* of the whole segment */
    uint64_t links_offset;
    uint64_t nodes_offset;
    uint64_t ring_bytes;        /* per link, a power of two */
    uint64_t trace_bytes;       /* per node, a power of two */
    uint64_t output_bytes;      /* per node, a power of two */
    uint64_t until_ns;          /* the run never goes beyond */
    uint64_t grid_ns;           /* nodes meet at its multiples */
    uint32_t ns_per_insn;       /* a power of two */
    uint32_t reserved;
    uint8_t config_sha256[32];  /* of the resolved experiment */

    /* written while the cluster runs */
    uint32_t ended __attribute__((aligned(128)));   /* enum mb_end, futex */
    uint32_t end_node;
    uint64_t end_ns;
    uint32_t end_code;          /* MB_HALT_* */
    /* futex the host tool sleeps on: bumped and woken when a trace or output
     * ring is half full or full, when a node has joined, and at the end */
    uint32_t attention __attribute__((aligned(128)));
};

struct mb_link {
    uint64_t latency_ns;
    uint64_t bits_per_s;
    uint64_t ring_offset;       /* 0: no link */
    uint64_t reserved;
    /* producer */
    uint64_t head __attribute__((aligned(128)));
    /* consumer */
    uint64_t tail __attribute__((aligned(128)));
    /* consumer's tail at grid points, by parity of the grid point's number:
     * what the producer may count on in virtual time */
    uint64_t credit[2];
};
_Static_assert(sizeof(struct mb_link) == 3 * MB_LINE, "ABI");

/* mb_node.state */
enum mb_node_state {
    MB_NODE_ABSENT = 0,
    MB_NODE_JOINED = 1,         /* bridge realized, waits at grid point 0 */
    MB_NODE_RUNNING = 2,
    MB_NODE_ENDED = 3,          /* has seen mb_segment.ended and stands still */
};

struct mb_node {
    /* written by the node */
    uint32_t grid __attribute__((aligned(128)));    /* last grid point reached,
                                 * futex; peers may go on to the next */
    uint32_t quiet;             /* bit (grid point & 1): at that point the node
                                 * had nothing to do and nothing in flight */
    uint32_t state;             /* enum mb_node_state */
    uint32_t waiters;           /* peers asleep on grid, updated by them */
    uint64_t time_ns;           /* at the last grid point, or at the end */
    uint64_t instret;
    uint64_t busy_ns;           /* when the guest last had something to do */
    /* layout */
    uint64_t trace_offset __attribute__((aligned(128)));
    uint64_t output_offset;
    /* trace and output ring: node produces, host tool consumes; the node
     * sleeps on the low half of the tail when a ring is full */
    uint64_t trace_head __attribute__((aligned(128)));
    uint64_t output_head;
    uint64_t trace_tail __attribute__((aligned(128)));
    uint64_t output_tail;
};
_Static_assert(sizeof(struct mb_node) == 4 * MB_LINE, "ABI");

/*
 * One message in a link's ring, padded to a multiple of MB_SLOT_ALIGN. Its
 * payload follows and may wrap around the end of the ring; the header never
 * does, since ring sizes are multiples of MB_SLOT_ALIGN.
 */
#define MB_SLOT_ALIGN       128u

struct mb_slot {
    struct mb_msg msg;
    uint64_t start_ns;          /* first bit on the wire */
    uint64_t end_ns;            /* last bit on the wire */
    uint64_t arrival_ns;        /* delivery: end_ns + latency */
    uint64_t seq;               /* of this link, from 0 */
    uint32_t length;            /* of the payload */
    uint32_t reserved[11];
};
_Static_assert(sizeof(struct mb_slot) == MB_SLOT_ALIGN, "ABI");

/* One record in an output ring, padded to a multiple of 32. */
struct mb_output {
    uint64_t time_ns;
    uint64_t offset;            /* in the stream */
    uint32_t pid;
    uint32_t stream;
    uint32_t length;            /* of the bytes that follow */
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_output) == 32, "ABI");

#endif
