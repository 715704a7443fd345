/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared segment of a cluster: how bridges and host tool meet.
 *
 *   0                 struct mb_segment            one page
 *   links_offset      struct mb_link [n][n]        [source][target]
 *   nodes_offset      struct mb_node [n]
 *   per link          struct mb_link_fault []      at mb_link.model.faults_offset
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
 * consumer loads that with acquire. Of the rings of a node the tool is the
 * consumer, which stores its own position. In the ring of a link the consumer
 * marks each message with the virtual time at which it was done with it
 * (mb_slot.done_ns), and the producer may use the room again when the link's
 * other direction would have carried that news to it.
 *
 * Docs: docs/specs/segment.md, docs/synchronisation.md.
 */
#ifndef HW_ABI_SEGMENT_H
#define HW_ABI_SEGMENT_H

#include <stdint.h>

#include "hw/abi/link.h"
#include "hw/abi/ring.h"

#define MB_SEGMENT_MAGIC    "GDWTSEG"
#define MB_SEGMENT_VERSION  4u
#define MB_NODES_MAX        256u
#define MB_LINE             128u        /* two cache lines: no false sharing */

#define MB_RING_BYTES_MIN   (64u << 10)
#define MB_RING_BYTES_MAX   (64u << 20)

/* Why a run ended; the first to write mb_segment.ended wins. */
enum mb_end {
    MB_END_NOT = 0,
    MB_END_QUIET = 1,           /* nothing can happen any more */
    MB_END_LIMIT = 2,           /* until_ns reached */
    MB_END_HALT = 3,            /* a guest wrote MB_REG_HALT: mb_node.halt */
    MB_END_ERROR = 4,           /* a bridge found the segment broken */
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
    uint64_t until_ns;          /* the run never goes beyond; 0: no limit */
    uint32_t synchronised;      /* 0: nodes run freely, for tests */
    uint32_t reserved;
    uint8_t config_sha256[32];  /* of the resolved experiment */

    /* written while the cluster runs */
    uint32_t ended __attribute__((aligned(128)));   /* enum mb_end */
    uint32_t end_node;          /* of MB_END_ERROR */
    /* counts messages that made their receiver's promise earlier: who has read
     * all promises and finds it unchanged has seen none of them half way */
    uint64_t lowered __attribute__((aligned(128)));
    /* futex the host tool sleeps on: bumped and woken when a trace or output
     * ring is half full or full, when a node has joined, and at the end */
    uint32_t attention __attribute__((aligned(128)));
};

struct mb_link {
    struct mb_link_model model;
    uint64_t ring_offset;       /* 0: no link */
    /* producer */
    uint64_t head __attribute__((aligned(128)));
    uint32_t starved;           /* 1: waits for room, wants to hear of it */
};
_Static_assert(sizeof(struct mb_link) == 2 * MB_LINE, "ABI");

/* mb_node.state */
enum mb_node_state {
    MB_NODE_ABSENT = 0,
    MB_NODE_JOINED = 1,         /* takes part; peers that are ahead wait for it */
    MB_NODE_ENDED = 2,          /* has seen the end and stands still */
    MB_NODE_CRASHED = 3,        /* as the experiment wanted, at time_ns */
};

/* The end of time: no event, no promise, no crash. */
#define MB_NEVER            UINT64_MAX

#define MB_NEWS_WORDS       (MB_NODES_MAX / 64)

struct mb_node {
    /* -- the promise: until then this node sends nothing, unless a message
     * arrives that it does not know yet -- */
    uint64_t promise_ns __attribute__((aligned(128)));  /* by the node */
    uint32_t state;             /* enum mb_node_state */
    uint32_t at_limit;          /* 1: has something to do, but after until_ns */
    /* -- what peers write: arrival of the first message that the node may not
     * know of, and which peers there is news from -- */
    uint64_t inbound_ns __attribute__((aligned(128)));
    uint64_t news[MB_NEWS_WORDS];   /* bit: peer, sent or made room */
    /* -- who sleeps. A node sleeps on its own turn, whoever has something for
     * it increments that. Peers who sleep until this node's promise has reached
     * wanted_ns of theirs have their bit here; awaited_ns is the least of what
     * they want, or less -- */
    uint32_t turn __attribute__((aligned(128)));        /* futex */
    uint32_t asleep;            /* 1: by the node, wants to be woken */
    uint64_t wanted_ns;         /* by the node: of the one in `waiting` */
    uint64_t awaited_ns;        /* MB_NEVER + no bit: by nobody */
    uint64_t sleepers[MB_NEWS_WORDS];
    /* -- by the node: for whoever wants to know -- */
    uint64_t time_ns __attribute__((aligned(128)));     /* when it last waited */
    uint64_t instret;
    uint64_t busy_ns;           /* when it last had something to do */
    uint64_t board;             /* MB_REG_BOARD, 0: none */
    uint32_t halt;              /* MB_HALT_*, 0: not halted */
    uint32_t beat;              /* counts some times a second, by host time, */
    uint64_t beat_ns;           /* at this virtual time */
    uint64_t beat_instret;
    uint32_t waiting;           /* 0, or 1 + the node that it waits for */
    uint32_t reserved;
    /* -- layout -- */
    uint64_t trace_offset __attribute__((aligned(128)));
    uint64_t output_offset;
    uint64_t crash_ns;          /* MB_NEVER: it does not */
    uint64_t crash_message;     /* crash when so many have left; 0: never */
    uint32_t clock_num;         /* a cycle takes num / den ns */
    uint32_t clock_den;
    uint64_t read_ns;           /* what its bridge needs for an exported page */
    /* trace and output ring: node produces, host tool consumes; the node
     * sleeps on the low half of the tail when a ring is full */
    uint64_t trace_head __attribute__((aligned(128)));
    uint64_t output_head;
    uint64_t trace_tail __attribute__((aligned(128)));
    uint64_t output_tail;
};
_Static_assert(sizeof(struct mb_node) == 7 * MB_LINE, "ABI");

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
    uint64_t seq;               /* of this link, from 0; lost ones leave gaps */
    uint32_t length;            /* of the payload */
    uint32_t reserved;
    uint64_t done_ns;           /* consumer: it needs the room no longer; 0 */
    uint64_t reserved2[3];
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
