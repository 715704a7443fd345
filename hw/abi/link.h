/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link model: when a message is where, and what happens to it on the way.
 *
 * Pure functions of the link's parameters, the message's number on its link,
 * its length and its start. The sending bridge obeys them, the receiving one
 * checks them, the host tool computes with them; none of them has a state.
 *
 *   start               the sender's port takes the message
 *   end                 its last bit leaves: start + mb_link_wire_ns()
 *   head                its first bit reaches the receiver's port:
 *                       start + overhead + latency + fate.late_ns
 *   arrival             its last bit is in: head + mb_link_bits_ns(), on a
 *                       switched link later if the port was not free at head
 *
 * Docs: docs/specs/link.md.
 */
#ifndef HW_ABI_LINK_H
#define HW_ABI_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/ring.h"

/* A probability p is stored as p * 2^32, rounded down; UINT32_MAX is always. */
struct mb_link_model {
    uint64_t latency_ns;        /* of a bit, from port to port */
    uint64_t bits_per_s;
    uint64_t overhead_ns;       /* per message, occupies the sender's port */
    uint32_t mtu_bytes;         /* of header and payload in one frame; 0: all */
    uint32_t framing_bytes;     /* that each frame adds on the wire */
    uint32_t flags;             /* MB_LINK_* */
    uint32_t fault_count;       /* of struct mb_link_fault at faults_offset */
    uint64_t faults_offset;     /* in the segment; exact faults of this link */
    uint64_t seed;              /* of the faults by rate */
    uint64_t late_ns;           /* what a late or reordered message loses */
    uint32_t loss;              /* probabilities */
    uint32_t corruption;
    uint32_t duplication;
    uint32_t reordering;
    uint32_t delay;
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_link_model) == 88, "ABI");

#define MB_LINK_SWITCHED    (1u << 0)   /* receiver's port takes one at a time */
#define MB_LINK_FAULTY      (1u << 1)   /* there are rates or faults */
#define MB_LINK_FLAGS       0x3u

/* Bounds: no sum of instants overflows, no message takes long to look up. */
#define MB_LINK_NS_MAX      (UINT64_C(1) << 50)     /* thirteen days */
#define MB_LINK_BITS_MAX    UINT64_C(1000000000000000)
#define MB_LINK_MTU_MIN     MB_WIRE_HEADER
#define MB_LINK_MTU_MAX     (1u << 20)
#define MB_LINK_FRAMING_MAX (1u << 16)
#define MB_LINK_FAULTS_MAX  1024u

/* A fault of one message, or of all in an interval. */
enum mb_link_fault_kind {
    MB_LINK_FAULT_LOSS = 1,
    MB_LINK_FAULT_CORRUPTION = 2,
    MB_LINK_FAULT_DUPLICATION = 3,
    MB_LINK_FAULT_REORDERING = 4,
    MB_LINK_FAULT_DELAY = 5,
    MB_LINK_FAULT_DOWN = 6,     /* whatever has a bit on the wire at a time t,
                                 * from_ns <= t < until_ns; seq is not used */
    MB_LINK_FAULT_KINDS
};

struct mb_link_fault {
    uint32_t kind;              /* enum mb_link_fault_kind */
    uint32_t reserved;
    uint64_t seq;               /* of the message on its link, from 0 */
    uint64_t late_ns;           /* of the kinds that make late */
    uint64_t from_ns;
    uint64_t until_ns;
};
_Static_assert(sizeof(struct mb_link_fault) == 40, "ABI");

/* What happens to a message. */
struct mb_fate {
    bool lost;                  /* never arrives; the wire is busy all the same */
    bool down;                  /* lost, because the link was down */
    bool corrupt;               /* arrives, and the receiver's port drops it */
    bool twice;                 /* a second copy arrives copy_ns behind it */
    uint64_t late_ns;           /* on top of the latency */
    uint64_t copy_ns;
};

/* Can there be such a link? */
static inline bool mb_link_model_ok(const struct mb_link_model *link)
{
    return link->latency_ns >= 1 && link->latency_ns <= MB_LINK_NS_MAX &&
           link->overhead_ns <= MB_LINK_NS_MAX &&
           link->late_ns <= MB_LINK_NS_MAX &&
           link->bits_per_s >= 1 && link->bits_per_s <= MB_LINK_BITS_MAX &&
           (link->mtu_bytes == 0 || (link->mtu_bytes >= MB_LINK_MTU_MIN &&
                                     link->mtu_bytes <= MB_LINK_MTU_MAX)) &&
           link->framing_bytes <= MB_LINK_FRAMING_MAX &&
           (link->flags & ~MB_LINK_FLAGS) == 0 &&
           link->fault_count <= MB_LINK_FAULTS_MAX;
}

/* Can there be such a fault? */
static inline bool mb_link_fault_ok(const struct mb_link_fault *fault)
{
    return fault->kind >= 1 && fault->kind < MB_LINK_FAULT_KINDS &&
           fault->late_ns <= MB_LINK_NS_MAX &&
           (fault->kind != MB_LINK_FAULT_DOWN ||
            fault->from_ns < fault->until_ns);
}

static inline uint32_t mb_link_wire_bytes(const struct mb_link_model *link,
                                          uint32_t length)
{
    uint32_t bytes = MB_WIRE_HEADER + length;
    uint32_t frames = link->mtu_bytes == 0 ? 1
        : (bytes + link->mtu_bytes - 1) / link->mtu_bytes;

    return bytes + frames * link->framing_bytes;
}

/* How long a message with `length` bytes of payload occupies a port at the
 * rate of the link, without overhead_ns. At least 1. */
static inline uint64_t mb_link_bits_ns(const struct mb_link_model *link,
                                       uint32_t length)
{
    uint64_t bits_ns = (uint64_t)mb_link_wire_bytes(link, length) * 8 *
                       UINT64_C(1000000000);
    uint64_t ns = (bits_ns + link->bits_per_s - 1) / link->bits_per_s;

    return ns > 0 ? ns : 1;
}

/* How long a message occupies the port of its sender. */
static inline uint64_t mb_link_wire_ns(const struct mb_link_model *link,
                                       uint32_t length)
{
    return link->overhead_ns + mb_link_bits_ns(link, length);
}

/* When the first bit of a message reaches the port of its receiver. */
static inline uint64_t mb_link_head_ns(const struct mb_link_model *link,
                                       const struct mb_fate *fate,
                                       uint64_t start_ns)
{
    return start_ns + link->overhead_ns + link->latency_ns + fate->late_ns;
}

/* A 64-bit mixer: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t mb_link_mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* Does a fault of this kind and probability strike message `seq`? Kinds are
 * drawn independently of each other. */
static inline bool mb_link_strikes(const struct mb_link_model *link,
                                   uint64_t seq, enum mb_link_fault_kind kind,
                                   uint32_t probability)
{
    uint64_t draw = mb_link_mix(mb_link_mix(link->seed + (uint64_t)kind) ^ seq);

    return probability == UINT32_MAX || (uint32_t)(draw >> 32) < probability;
}

static inline void mb_link_add_fault(struct mb_fate *fate,
                                     enum mb_link_fault_kind kind, uint64_t late_ns)
{
    switch (kind) {
    case MB_LINK_FAULT_LOSS:
        fate->lost = true;
        break;
    case MB_LINK_FAULT_CORRUPTION:
        fate->corrupt = true;
        break;
    case MB_LINK_FAULT_DUPLICATION:
        fate->twice = true;
        fate->copy_ns = late_ns;
        break;
    case MB_LINK_FAULT_REORDERING:
    case MB_LINK_FAULT_DELAY:
        fate->late_ns += late_ns;
        break;
    case MB_LINK_FAULT_DOWN:
        fate->lost = true;
        fate->down = true;
        break;
    default:
        break;
    }
}

/*
 * What happens to message `seq` of the link, which occupies its sender's port
 * from start_ns to end_ns. `faults` are the link's own, fault_count of them.
 */
static inline struct mb_fate mb_link_fate(const struct mb_link_model *link,
                                          const struct mb_link_fault *faults,
                                          uint64_t seq, uint64_t start_ns,
                                          uint64_t end_ns)
{
    const uint32_t rates[MB_LINK_FAULT_KINDS] = {
        [MB_LINK_FAULT_LOSS] = link->loss,
        [MB_LINK_FAULT_CORRUPTION] = link->corruption,
        [MB_LINK_FAULT_DUPLICATION] = link->duplication,
        [MB_LINK_FAULT_REORDERING] = link->reordering,
        [MB_LINK_FAULT_DELAY] = link->delay,
    };
    struct mb_fate fate = { 0 };

    if (!(link->flags & MB_LINK_FAULTY)) {
        return fate;
    }
    for (uint32_t kind = 1; kind < MB_LINK_FAULT_KINDS; kind++) {
        if (rates[kind] != 0 &&
            mb_link_strikes(link, seq, (enum mb_link_fault_kind)kind,
                            rates[kind])) {
            mb_link_add_fault(&fate, (enum mb_link_fault_kind)kind, link->late_ns);
        }
    }
    for (uint32_t i = 0; i < link->fault_count; i++) {
        const struct mb_link_fault *fault = &faults[i];
        bool hit = fault->kind == MB_LINK_FAULT_DOWN
            ? start_ns < fault->until_ns && end_ns > fault->from_ns
            : fault->seq == seq;
        if (hit) {
            mb_link_add_fault(&fate, (enum mb_link_fault_kind)fault->kind,
                              fault->late_ns);
        }
    }
    return fate;
}

#endif
