/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: state of the device and the interfaces of its parts.
 *
 * Specification: docs/specs/device.md. Everything here runs under the BQL;
 * what other processes see is in the shared segment (hw/abi/segment.h).
 */
#ifndef HW_MIGBRIDGE_MIGBRIDGE_H
#define HW_MIGBRIDGE_MIGBRIDGE_H

#include "hw/pci/pci_device.h"
#include "system/hostmem.h"
#include "qom/object.h"

#include "hw/abi/regs.h"
#include "hw/abi/ring.h"
#include "hw/abi/segment.h"
#include "hw/abi/trace.h"

#define TYPE_MIGBRIDGE "migbridge"
OBJECT_DECLARE_SIMPLE_TYPE(MigBridgeState, MIGBRIDGE)

/* No deadline. */
#define MIGBRIDGE_NEVER UINT64_MAX

/* The mapped segment and our own copy of its geometry. */
typedef struct MigBridgeSegment {
    uint8_t *base;
    struct mb_segment *header;
    struct mb_link *links;          /* [source][target] */
    struct mb_node *nodes;
    uint32_t node_count;
    uint32_t ns_per_insn;
    uint64_t bytes;
    uint64_t ring_bytes;
    uint64_t trace_bytes;
    uint64_t output_bytes;
    uint64_t until_ns;              /* 0: no limit */
    uint64_t grid_ns;               /* 0: no synchronisation */
} MigBridgeSegment;

/* One direction between this node and a peer, as this node knows it. */
typedef struct MigBridgeLink {
    struct mb_link *shared;         /* NULL: no link */
    uint8_t *ring;
    uint32_t source;
    uint32_t target;
    uint64_t latency_ns;
    uint64_t bits_per_s;
    uint64_t head;                  /* to send: ours; to receive: last seen */
    uint64_t tail;                  /* to send: the credit; to receive: ours */
    uint64_t seq;                   /* of the next message */
    struct mb_slot slot;            /* to receive: checked copy of the first */
    bool loaded;                    /* slot is valid */
    uint64_t end_ns;                /* to receive: of the last message */
} MigBridgeLink;

typedef struct MigBridgeTxQueue {
    uint64_t base;
    uint32_t log2;                  /* 0: not set up */
    uint32_t head;
    uint32_t tail;
} MigBridgeTxQueue;

typedef struct MigBridgeTx {
    MigBridgeTxQueue queue[MB_TX_QUEUES];
    /* the message on the wire, until end_ns; MIGBRIDGE_NEVER: none */
    uint64_t end_ns;
    struct mb_slot slot;
    MigBridgeTxQueue *from;         /* NULL: its queue was reset meanwhile */
    bool irq;
    uint64_t last_arrival_ns;       /* of all messages sent so far */
} MigBridgeTx;

typedef struct MigBridgeRx {
    uint64_t base;
    uint64_t done;
    uint32_t log2;                  /* 0: not set up */
    uint32_t head;
    uint32_t tail;
} MigBridgeRx;

/* One of the rings that the host tool empties. */
typedef struct MigBridgeHostRing {
    uint8_t *base;
    uint64_t bytes;
    uint64_t head;
    uint64_t *shared_head;
    uint64_t *shared_tail;
} MigBridgeHostRing;

/* More than one instruction or one event of the device can produce. */
#define MIGBRIDGE_BACKLOG 64

typedef struct MigBridgeRecords {
    MigBridgeHostRing trace;
    MigBridgeHostRing output;
    uint32_t seq;                   /* of the next trace record */
    /* what found its ring full; the vCPU stands still until it is gone */
    struct mb_trace_record backlog[MIGBRIDGE_BACKLOG];
    uint32_t backlog_count;
    struct mb_output pending;
    uint8_t pending_data[MB_OUTPUT_MAX];
    bool output_pending;
} MigBridgeRecords;

typedef struct MigBridgeSync {
    uint64_t due_ns;                /* of the next meeting point */
    uint32_t point;                 /* its number */
    bool reached;                   /* published, waiting for the others */
    uint32_t awaited;               /* peers before this one are there */
    uint64_t busy_ns;
    uint64_t instret;               /* at the last meeting point */
} MigBridgeSync;

/* Half of a register of 8 bytes that is accessed with two times 4. */
typedef struct MigBridgeLatch {
    hwaddr addr;                    /* of the register */
    uint64_t value;
} MigBridgeLatch;

/* What the vCPU thread sleeps on. */
typedef struct MigBridgeWait {
    uint32_t *word;
    uint32_t value;                 /* sleep while *word is this */
    uint32_t *sleepers;             /* counted here; NULL: not counted */
    bool spin;                      /* worth spinning for a moment */
} MigBridgeWait;

struct MigBridgeState {
    PCIDevice parent_obj;

    /* properties */
    HostMemoryBackend *memdev;
    uint32_t node;

    MemoryRegion regs;
    MigBridgeSegment segment;
    MigBridgeLink *out;             /* [node_count], to each peer */
    MigBridgeLink *in;              /* [node_count], from each peer */

    /* registers */
    bool enabled;
    uint32_t status;
    uint32_t irq_status;
    uint32_t irq_enable;
    uint32_t irq_sent;              /* MSI-X messages sent for these bits */
    uint64_t timer_ns;
    bool timer_armed;
    MigBridgeLatch read_latch;
    MigBridgeLatch write_latch;

    MigBridgeTx tx;
    MigBridgeRx rx;
    MigBridgeRecords records;
    MigBridgeSync sync;

    QEMUTimer *timer;               /* the earliest deadline of all parts */
    bool hold_queued;
    uint32_t spins;
    bool ended;
};

/* -- segment.c -- */

/* Check and adopt the segment in @memdev, take the place of @node in it. */
bool migbridge_segment_open(MigBridgeState *s, Error **errp);
void migbridge_segment_close(MigBridgeState *s);
/* Tell the host tool that there is something to see. */
void migbridge_segment_attention(MigBridgeState *s);
/* End the run for the whole cluster, unless it has ended already. */
void migbridge_segment_end(MigBridgeState *s, enum mb_end reason,
                           uint32_t node, uint32_t code, uint64_t time_ns);
/* What peer @source wrote makes no sense: report it and end the run. */
void migbridge_segment_broken(MigBridgeState *s, uint32_t source,
                              const char *what);

/* -- link.c -- */

/* Time on the wire of a message with @length bytes of payload. */
uint64_t migbridge_link_wire_ns(const MigBridgeLink *link, uint32_t length);
bool migbridge_link_has_room(const MigBridgeLink *link, uint64_t ring_bytes,
                             uint32_t length);
/* Read the payload at @addr into the ring behind @slot and publish both. */
bool migbridge_link_send(MigBridgeState *s, MigBridgeLink *link,
                         const struct mb_slot *slot, uint64_t addr);
/* Load and check the first message, if there is one. */
void migbridge_link_load(MigBridgeState *s, MigBridgeLink *link, uint64_t now);
/* Write the payload of the loaded message to @addr. */
bool migbridge_link_receive(MigBridgeState *s, MigBridgeLink *link,
                            uint64_t addr);
void migbridge_link_consume(MigBridgeState *s, MigBridgeLink *link);
/* Take over what the peers have published: messages and room. */
void migbridge_link_refresh(MigBridgeState *s, uint64_t now);

/* -- dma.c: the only doors to guest memory -- */

G_GNUC_WARN_UNUSED_RESULT
bool migbridge_dma_read(MigBridgeState *s, uint64_t addr, void *buffer,
                        size_t length);
G_GNUC_WARN_UNUSED_RESULT
bool migbridge_dma_write(MigBridgeState *s, uint64_t addr, const void *buffer,
                         size_t length);

/* -- irq.c -- */

void migbridge_irq_raise(MigBridgeState *s, uint32_t bits);
void migbridge_irq_clear(MigBridgeState *s, uint32_t bits);
void migbridge_irq_update(MigBridgeState *s);
/* A guest mistake, or worse: set MB_STATUS_* @bits, raise MB_IRQ_ERROR. */
void migbridge_status_set(MigBridgeState *s, uint32_t bits);
/* Without any status left, MB_IRQ_ERROR goes, too. */
void migbridge_status_clear(MigBridgeState *s, uint32_t bits);

/* -- regs.c -- */

extern const MemoryRegionOps migbridge_regs_ops;
void migbridge_regs_reset(MigBridgeState *s);

/* -- queue.c -- */

/* Registers from MB_REG_TX(0) on; @addr is one of them. */
uint64_t migbridge_queue_get(MigBridgeState *s, hwaddr addr);
void migbridge_queue_set(MigBridgeState *s, hwaddr addr, uint64_t value);

/* -- pci.c -- */

/* MB_CONTROL_RESET, and what a reset of the machine does. */
void migbridge_reset(MigBridgeState *s);

/* -- tx.c -- */

bool migbridge_tx_check(const MigBridgeState *s);
void migbridge_tx_reset(MigBridgeState *s);
void migbridge_tx_doorbell(MigBridgeState *s, unsigned queue, uint32_t tail);
void migbridge_tx_run(MigBridgeState *s, uint64_t now);
/* Nothing to send, and all that was sent is long with its receiver. */
bool migbridge_tx_quiet(const MigBridgeState *s, uint64_t now);

/* -- rx.c -- */

bool migbridge_rx_check(const MigBridgeState *s);
void migbridge_rx_reset(MigBridgeState *s);
void migbridge_rx_post(MigBridgeState *s, uint32_t tail);
void migbridge_rx_run(MigBridgeState *s, uint64_t now);
uint64_t migbridge_rx_due(const MigBridgeState *s);
/* No message is waiting for a buffer. */
bool migbridge_rx_quiet(const MigBridgeState *s, uint64_t now);

/* -- record.c -- */

void migbridge_record_open(MigBridgeState *s);
/* Emit a record of the device's own; @msg gives pid and epoch, or is NULL. */
void migbridge_record_trace(MigBridgeState *s, uint16_t type,
                            const struct mb_msg *msg, const uint64_t arg[4]);
/* MB_TRACE_TX_START, _TX_END and _RX share their arguments. */
void migbridge_record_message(MigBridgeState *s, uint16_t type,
                              const struct mb_slot *slot, uint32_t peer);
void migbridge_record_stamp(MigBridgeState *s, uint64_t addr);
void migbridge_record_output(MigBridgeState *s, uint64_t addr);
/* Is there something that found its ring full? */
bool migbridge_record_backlogged(const MigBridgeState *s);
/* Write what there is room for. False: not all, and @wait says for what. */
bool migbridge_record_drain(MigBridgeState *s, MigBridgeWait *wait);

/* -- time.c -- */

uint64_t migbridge_now(void);
uint64_t migbridge_instret(void);
void migbridge_timer_set(MigBridgeState *s, uint64_t deadline_ns);
/* Do all that is due now, in one fixed order, and arm the next deadline. */
void migbridge_run(MigBridgeState *s);

/* -- hold.c: the vCPU stands still, and virtual time with it -- */

/* Let no instruction execute until nothing is left to wait for. */
void migbridge_hold(MigBridgeState *s);
void migbridge_wake(uint32_t *word);

/* -- sync.c: who may go on to which virtual time -- */

/* Join the cluster: the first instruction waits for all nodes. */
bool migbridge_sync_open(MigBridgeState *s, Error **errp);
/* When this node has to ask again. */
uint64_t migbridge_sync_due(const MigBridgeState *s);
/* May this node go on? False: sleep as @wait says, then ask again. If it may,
 * the peers' messages up to the next point are known. */
bool migbridge_sync_pass(MigBridgeState *s, uint64_t now, MigBridgeWait *wait);
/* Publish the last state of a node that stands still for good. */
void migbridge_sync_leave(MigBridgeState *s, uint64_t now);

#endif
