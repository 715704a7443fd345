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

#include "hw/abi/export.h"
#include "hw/abi/regs.h"
#include "hw/abi/ring.h"
#include "hw/abi/segment.h"
#include "hw/abi/trace.h"
#include "link.h"
#include "promise.h"

#define TYPE_MIGBRIDGE "migbridge"
OBJECT_DECLARE_SIMPLE_TYPE(MigBridgeState, MIGBRIDGE)

/* The mapped segment and our own copy of its geometry. */
typedef struct MigBridgeSegment {
    uint8_t *base;
    struct mb_segment *header;
    struct mb_link *links;          /* [source][target] */
    struct mb_node *nodes;
    uint32_t node_count;
    uint64_t bytes;
    uint64_t ring_bytes;
    uint64_t trace_bytes;
    uint64_t output_bytes;
    uint64_t until_ns;              /* MB_NEVER: no limit */
    bool synchronised;
    uint32_t clock_num;             /* of this node: a cycle takes num / den */
    uint32_t clock_den;
    uint64_t read_ns;               /* of this node, for an exported page */
    uint64_t crash_ns;              /* of this node; MB_NEVER: it does not */
    uint64_t crash_message;         /* 0: it does not */
} MigBridgeSegment;

typedef struct MigBridgeTxQueue {
    uint64_t base;
    uint32_t log2;                  /* 0: not set up */
    uint32_t head;
    uint32_t tail;
} MigBridgeTxQueue;

typedef struct MigBridgeTx {
    MigBridgeTxQueue queue[MB_TX_QUEUES];
    /* the message on the wire, until end_ns; MB_NEVER: none */
    uint64_t end_ns;
    struct mb_slot slot;
    struct mb_fate fate;
    MigBridgeTxQueue *from;         /* NULL: its queue was reset meanwhile */
    bool irq;
    uint64_t messages;              /* that have left */
    /* the link whose ring has no room, and how much is needed; NULL: none */
    MigBridgeLink *stalled;
    uint64_t stalled_bytes;
    uint64_t room_ns;               /* when it will have; MB_NEVER: unknown */
} MigBridgeTx;

typedef struct MigBridgeRx {
    uint64_t base;
    uint64_t done;
    uint32_t log2;                  /* 0: not set up */
    uint32_t head;
    uint32_t tail;
} MigBridgeRx;

/* Requests for exported pages. */
typedef struct MigBridgeReads {
    MigBridgeHeap service;          /* by the time at which it is over */
    MigBridgeHeap answers;          /* the page waits for the port */
    uint64_t free_ns;               /* when the last one has been served */
} MigBridgeReads;

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

/* How a node waits for its peers; the result is the same. */
typedef enum MigBridgeWaiting {
    MIGBRIDGE_WAIT_AUTO,
    MIGBRIDGE_WAIT_SPIN,
    MIGBRIDGE_WAIT_YIELD,
    MIGBRIDGE_WAIT_FUTEX,
} MigBridgeWaiting;

/* Hidden properties: when nodes meet, and how they wait. */
typedef struct MigBridgeSchedule {
    char *schedule_name;
    char *wait_name;
    bool grid;                      /* do not use what is known of the future */
    MigBridgeWaiting waiting;
    uint64_t publish_ns;            /* stop at its multiples; 0: do not */
    uint64_t window_ns;             /* longest window; 0: any */
} MigBridgeSchedule;

typedef struct MigBridgeSync {
    Promise promise;
    uint64_t insn_max_ns;
    uint64_t window_ns;             /* least distance of a peer; MB_NEVER: none
                                     * sends anything here */
    uint64_t due_ns;                /* the window ends: not beyond, but asking */
    uint64_t need_ns;               /* the bound that is waited for, */
    uint32_t peer;                  /* of this one */
    uint64_t left_ns;               /* when this node halted or crashed */
    bool crashed;
    bool left;
} MigBridgeSync;

typedef struct MigBridgeHold {
    bool queued;                    /* the vCPU stands still, or is about to */
    int64_t loaded_until_ns;        /* host time: others want the cores, too */
    Notifier kicked;
} MigBridgeHold;

/* Half of a register of 8 bytes that is accessed with two times 4. */
typedef struct MigBridgeLatch {
    hwaddr addr;                    /* of the register */
    uint64_t value;
} MigBridgeLatch;

struct MigBridgeState {
    PCIDevice parent_obj;

    /* properties */
    HostMemoryBackend *memdev;
    uint32_t node;
    MigBridgeSchedule schedule;

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
    uint64_t board;
    struct mb_export exports[MB_EXPORTS];   /* checked; count 0: none */
    MigBridgeLatch read_latch;
    MigBridgeLatch write_latch;

    MigBridgeTx tx;
    MigBridgeInbox inbox;
    MigBridgeRx rx;
    MigBridgeReads reads;
    uint64_t event_ns;              /* when a message last left or came in */
    MigBridgeRecords records;
    MigBridgeSync sync;

    QEMUTimer *timer;               /* the earliest deadline of all parts */
    QEMUTimer *beat;                /* host time: for whoever wants to know */
    MigBridgeHold hold;
    bool ended;                     /* this node stands still for good */
};

/* -- segment.c -- */

/* Check and adopt the segment in @memdev, take the place of @node in it. */
bool migbridge_segment_open(MigBridgeState *s, Error **errp);
void migbridge_segment_close(MigBridgeState *s);
/* Do @bytes at @offset lie in the segment, behind its header? */
bool migbridge_segment_fits(const MigBridgeSegment *seg, uint64_t offset,
                            uint64_t bytes);
/* Tell the host tool that there is something to see. */
void migbridge_segment_attention(MigBridgeState *s);
/* End the run for the whole cluster, unless it has ended already. */
void migbridge_segment_end(MigBridgeState *s, enum mb_end reason);
/* What peer @source wrote makes no sense: report it and end the run. */
void migbridge_segment_broken(MigBridgeState *s, uint32_t source,
                              const char *what);

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
/* When the port has something to do; MB_NEVER: unless somebody else does. */
uint64_t migbridge_tx_due(const MigBridgeState *s);
/* Choose anew what starts next, although the ring of its link was full. */
void migbridge_tx_unstall(MigBridgeState *s);
/* There may be room now for the message that waits. */
void migbridge_tx_room(MigBridgeState *s, const MigBridgeLink *link);
/* How many messages have left. */
uint64_t migbridge_tx_messages(const MigBridgeState *s);

/* -- rx.c -- */

bool migbridge_rx_check(const MigBridgeState *s);
void migbridge_rx_reset(MigBridgeState *s);
void migbridge_rx_post(MigBridgeState *s, uint32_t tail);
void migbridge_rx_run(MigBridgeState *s, uint64_t now);
/* When something comes in; MB_NEVER: nothing is known. */
uint64_t migbridge_rx_due(const MigBridgeState *s);

/* -- export.c -- */

typedef enum MigBridgeOffer {
    MIGBRIDGE_OFFER_NOT,            /* the guest has not exported it */
    MIGBRIDGE_OFFER_GONE,           /* served or withdrawn */
    MIGBRIDGE_OFFER_OPEN,
} MigBridgeOffer;

/* An entry of a table of exported pages, its address, and that of the export's
 * notice. */
typedef struct MigBridgePage {
    uint64_t addr;
    uint64_t notice;
    struct mb_export_page entry;
} MigBridgePage;

/* MB_REG_EXPORT */
void migbridge_export_set(MigBridgeState *s, uint64_t addr);
/* Close all of them. */
void migbridge_export_reset(MigBridgeState *s);
/* The page that a request asks for; *@page is valid if it is known. */
MigBridgeOffer migbridge_export_find(MigBridgeState *s,
                                     const struct mb_msg *request,
                                     MigBridgePage *page);
/* Mark it as served, and tell the guest. */
G_GNUC_WARN_UNUSED_RESULT
bool migbridge_export_served(MigBridgeState *s, MigBridgePage *page);

/* -- read.c -- */

/* The message in @slot has come in. True: the bridge answers it by itself. */
bool migbridge_read_take(MigBridgeState *s, MigBridgeArrival arrival,
                         const struct mb_slot *slot, uint64_t now);
void migbridge_read_run(MigBridgeState *s, uint64_t now);
/* When the next one has been served; MB_NEVER: there is none. */
uint64_t migbridge_read_due(const MigBridgeState *s);
/* Is there an answer for the port? */
bool migbridge_read_waits(const MigBridgeState *s);
/* What the first one sends. False: there is no such page any more. */
bool migbridge_read_answer(MigBridgeState *s, struct mb_tx_desc *desc,
                           MigBridgePage *page);
/* It has started, or there is nothing to send. The next one of its request, if
 * there is one, is served. */
void migbridge_read_done(MigBridgeState *s, bool answered, uint64_t now);
void migbridge_read_clear(MigBridgeState *s);

/* -- record.c -- */

void migbridge_record_open(MigBridgeState *s);
/* Emit a record of the device's own; @msg gives pid and epoch, or is NULL. */
void migbridge_record_trace(MigBridgeState *s, uint16_t type,
                            const struct mb_msg *msg, const uint64_t arg[4]);
/* Of a message; @extra: what is in argument 3 from bit 48 on. */
void migbridge_record_message(MigBridgeState *s, uint16_t type,
                              const struct mb_slot *slot, uint32_t peer,
                              uint16_t extra);
void migbridge_record_stamp(MigBridgeState *s, uint64_t addr);
void migbridge_record_output(MigBridgeState *s, uint64_t addr);
/* Is there something that found its ring full? */
bool migbridge_record_backlogged(const MigBridgeState *s);
/* Write what there is room for. False: not all; room comes when *@word, which
 * is @value now, changes. */
bool migbridge_record_drain(MigBridgeState *s, uint32_t **word,
                            uint32_t *value);

/* -- time.c -- */

uint64_t migbridge_now(void);
uint64_t migbridge_instret(void);
/* Cycles since the start, idle ones included. */
uint64_t migbridge_cycles(void);
/* The time at which so many had passed; no more than have. */
uint64_t migbridge_cycles_ns(uint64_t cycles);
void migbridge_timer_set(MigBridgeState *s, uint64_t deadline_ns);
/* Do all that is due now, in one fixed order, and arm the next deadline. */
void migbridge_run(MigBridgeState *s);
/* The callbacks of @timer and @beat. */
void migbridge_tick(void *opaque);
void migbridge_beat(void *opaque);

/* -- hold.c: the vCPU stands still, and virtual time with it -- */

/* Look what the hidden properties say. */
bool migbridge_hold_open(MigBridgeState *s, Error **errp);
/* Be told when somebody else wants the vCPU thread. */
void migbridge_hold_start(MigBridgeState *s);
void migbridge_hold_stop(MigBridgeState *s);
/* Let no instruction execute until nothing is left to wait for. */
void migbridge_hold(MigBridgeState *s);
/* Ask for the next window from a timer. False: it may take longer. */
bool migbridge_hold_briefly(MigBridgeState *s, uint64_t now);
void migbridge_wake(uint32_t *word);

/* -- distance.c -- */

/* Fill in dist_ns: the least time from each node to this one. */
void migbridge_distance_measure(MigBridgeState *s);

/* -- sync.c: who may go on to which virtual time -- */

typedef enum MigBridgeVerdict {
    MIGBRIDGE_GO,                   /* until migbridge_sync_due() */
    MIGBRIDGE_WAIT,                 /* until migbridge_sync_stirs() */
    MIGBRIDGE_OVER,                 /* the run, for this node */
} MigBridgeVerdict;

bool migbridge_sync_open(MigBridgeState *s, Error **errp);
void migbridge_sync_close(MigBridgeState *s);
/* When this node has to ask again. */
uint64_t migbridge_sync_due(const MigBridgeState *s);
/* May this node go on? If so, all that comes in until then is known. */
MigBridgeVerdict migbridge_sync_ask(MigBridgeState *s, uint64_t now);
/* Is it worth asking again? */
bool migbridge_sync_stirs(const MigBridgeState *s);
/* Take over what peers have said, without a common clock. */
void migbridge_sync_listen(MigBridgeState *s, uint64_t now);
/* Say where this node is, for people. */
void migbridge_sync_publish(MigBridgeState *s, uint64_t now);
/* MB_REG_HALT, and what the experiment wants to happen to this node. */
void migbridge_sync_halt(MigBridgeState *s, uint32_t code);
void migbridge_sync_crash(MigBridgeState *s, uint64_t now);
/* Publish the last state of a node that stands still for good. */
void migbridge_sync_leave(MigBridgeState *s);
/* This node crashes now, or has: it sends nothing more. */
bool migbridge_sync_crashes(const MigBridgeState *s, uint64_t now);

/* A message for @target is in its ring and will have an effect there at
 * @arrival_ns at the earliest. */
void migbridge_promise_sent(MigBridgeState *s, uint32_t target,
                            uint64_t arrival_ns);
/* @producer, which waits for room in its ring to us, has some at @at_ns. */
void migbridge_promise_room(MigBridgeState *s, uint32_t producer,
                            uint64_t at_ns);

#endif
