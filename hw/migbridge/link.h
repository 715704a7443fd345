/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: links, as one node knows them, and what is under way on
 * them to it.
 *
 * Specification: docs/specs/link.md.
 */
#ifndef HW_MIGBRIDGE_LINK_H
#define HW_MIGBRIDGE_LINK_H

#include "qapi/error.h"

#include "hw/abi/segment.h"

typedef struct MigBridgeState MigBridgeState;

/* No virtual time that a peer tells us is beyond that. */
#define MIGBRIDGE_TIME_MAX (UINT64_C(1) << 61)

/* One direction between this node and a peer, as this node knows it. */
typedef struct MigBridgeLink {
    struct mb_link *shared;         /* NULL: no link */
    uint8_t *ring;
    uint32_t source;
    uint32_t target;
    struct mb_link_model model;     /* checked copies */
    struct mb_link_fault *faults;
    uint64_t back_ns;               /* latency of the other direction */
    uint64_t head;                  /* to send: ours; to receive: read so far */
    uint64_t tail;                  /* to send: room begins here */
    uint64_t held_bytes;            /* to receive: of messages not done with */
    uint64_t seq;                   /* of the next message, at least */
    uint64_t end_ns;                /* to receive: of the last message */
} MigBridgeLink;

/* A message, or one of two copies, that is on its way to this node. */
typedef struct MigBridgeArrival {
    uint64_t time_ns;               /* of what the heap it is in waits for */
    uint64_t seq;
    uint64_t position;              /* of its slot in the ring of its link */
    uint64_t end_ns;                /* at its sender's port */
    uint32_t source;
    uint32_t length;
    uint32_t page;                  /* of those that a request names, read.c */
    bool copy;                      /* the second of two */
    bool last;                      /* of its slot */
    bool corrupt;
} MigBridgeArrival;

/* The first is the one with the least (time_ns, source, seq, copy). */
typedef struct MigBridgeHeap {
    MigBridgeArrival *item;
    uint32_t count;
    uint32_t size;
} MigBridgeHeap;

typedef struct MigBridgeInbox {
    MigBridgeHeap port;             /* by head: before the switched port */
    MigBridgeHeap due;              /* by delivery: its time is fixed */
    MigBridgeHeap ready;            /* by delivery: wants a buffer */
    uint64_t port_free_ns;
} MigBridgeInbox;

/* -- link.c -- */

/* Check and adopt the links between this node and all others. */
bool migbridge_link_open(MigBridgeState *s, Error **errp);
void migbridge_link_close(MigBridgeState *s);
/* Room that a message with @length bytes of payload takes in a ring. */
uint64_t migbridge_link_slot_bytes(uint32_t length);
struct mb_slot *migbridge_link_slot(const MigBridgeState *s,
                                    const MigBridgeLink *link,
                                    uint64_t position);
/* Has @node crashed? If so, everything that it ever wrote is visible. */
bool migbridge_link_crashed(const MigBridgeState *s, uint32_t node,
                            uint64_t *time_ns);
/* Read the payload at @addr to where the slot will be. */
bool migbridge_link_fill(MigBridgeState *s, MigBridgeLink *link,
                         uint64_t addr, uint32_t length);
/* Publish @slot, whose payload is there. */
void migbridge_link_send(MigBridgeState *s, MigBridgeLink *link,
                         const struct mb_slot *slot);
/* @peer has sent messages or made room: take over what there is. */
void migbridge_link_news(MigBridgeState *s, uint32_t peer, uint64_t now);
/* The message in the slot of @arrival; false: its sender crashed before. */
bool migbridge_link_read(MigBridgeState *s, const MigBridgeArrival *arrival,
                         struct mb_slot *slot);
/* Copy @bytes at @offset of the payload of @arrival, which has them. */
void migbridge_link_peek(const MigBridgeState *s,
                         const MigBridgeArrival *arrival, uint32_t offset,
                         void *buffer, uint32_t bytes);
/* Write the payload of @arrival to @addr. */
bool migbridge_link_deliver(MigBridgeState *s, const MigBridgeArrival *arrival,
                            uint64_t addr);

/* -- room.c -- */

/* When there is, or will be, room for @bytes more; MB_NEVER: the receiver has
 * not said yet. What is known now says all about instants up to now. */
uint64_t migbridge_room_ns(MigBridgeState *s, MigBridgeLink *link,
                           uint64_t bytes);
/* Be told by the receiver when there is room (migbridge_link_news). */
void migbridge_room_starve(MigBridgeLink *link, bool starved);
/* The room that @arrival takes is its sender's again. */
void migbridge_room_done(MigBridgeState *s, const MigBridgeArrival *arrival,
                         uint64_t now);
/* This node has crashed, and its state says so: let nobody wait for room. */
void migbridge_room_crashed(MigBridgeState *s, uint64_t now);

/* -- heap.c -- */

void migbridge_heap_push(MigBridgeHeap *heap, MigBridgeArrival arrival);
MigBridgeArrival migbridge_heap_pop(MigBridgeHeap *heap);
void migbridge_heap_clear(MigBridgeHeap *heap);

/* -- inbox.c -- */

/* @arrival.time_ns is its head; @switched: at a port that takes one at a time */
void migbridge_inbox_add(MigBridgeState *s, MigBridgeArrival arrival,
                         bool switched);
void migbridge_inbox_clear(MigBridgeInbox *inbox);
/* Do with the messages what they have come to by @now: those that are to be
 * delivered become ready, the others are dropped. */
void migbridge_inbox_run(MigBridgeState *s, uint64_t now);
/* When that has to be done again; MB_NEVER: nothing is known. */
uint64_t migbridge_inbox_due(const MigBridgeState *s);
/* The message to be delivered next, or NULL. */
const MigBridgeArrival *migbridge_inbox_first(const MigBridgeInbox *inbox);
/* It has been delivered. */
void migbridge_inbox_shift(MigBridgeState *s, uint64_t now);

#endif
