/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace records: everything that a result is computed from.
 *
 * A record is made by the guest kernel (written through MB_REG_STAMP) or by
 * the device. The device fills in node and seq of all records. In a record
 * that the guest hands over, time_ns is a value of its cycle counter, which the
 * device makes a time of, or zero: then the device fills in time and instret.
 * docs/specs/trace.md describes each type, its arguments and the file that
 * collects them.
 */
#ifndef HW_ABI_TRACE_H
#define HW_ABI_TRACE_H

#include <stdint.h>

struct mb_trace_record {
    uint64_t time_ns;           /* virtual */
    uint64_t instret;           /* of the node, at that time */
    uint32_t seq;               /* per node, from 0, without gaps */
    uint16_t node;
    uint16_t type;              /* enum mb_trace_type */
    uint32_t pid;               /* 0: none */
    uint32_t epoch;             /* 0: no migration */
    uint64_t arg[4];
};
_Static_assert(sizeof(struct mb_trace_record) == 64, "ABI");

enum mb_trace_type {
    /* -- the kernel's own -- */
    MB_TRACE_BOOT = 1,          /* kernel ready. 0: bytes of free memory */
    MB_TRACE_PROC_START = 2,    /* 0: index in the plan */
    MB_TRACE_PROC_EXIT = 3,     /* 0: Linux wait status, 1: user instructions,
                                 * 2: system calls, 3: page faults */
    MB_TRACE_FATAL = 4,         /* 0: signal, 1: pc, 2: address, 3: scause */
    MB_TRACE_NOSYS = 5,         /* 0: system call number, 1: pc */
    MB_TRACE_PANIC = 6,         /* 0: pc, 1: scause, 2: stval */
    /* a boundary between two phases of a migration; 0: enum mb_phase_mark,
     * 1: mb_move_kind, 2: target node, 3: migration of the plan, ~0 if none */
    MB_TRACE_PHASE = 7,
    /* a remote fault: 0: tag, 1: enum mb_fault_mark | MB_FAULT_* flags,
     * 2: object, 3: index */
    MB_TRACE_FAULT = 8,
    /* source has freed everything. 0: pages pushed, 1: pages served on demand,
     * 2: pages of the process at freeze */
    MB_TRACE_DRAINED = 9,
    /* the migration did not happen, the process went on at the source.
     * 0: errno, 1 to 3: as of PHASE */
    MB_TRACE_ABORT = 10,
    /* the target could not be asked what became of the process. 0: errno */
    MB_TRACE_TIMEOUT = 11,
    /* a page arrived that the target had already. 0: object, 1: index */
    MB_TRACE_DUPLICATE = 12,
    /* the target has all pages of a round. 0: its number, from 1 on, 1: pages
     * sent, 2: pages that were changed meanwhile */
    MB_TRACE_ROUND = 13,
    /* target: nothing more is needed of the source, as it has freed everything
     * or the process ends here. 0: its cycles in user mode since it came */
    MB_TRACE_SETTLED = 14,
    /* a node has sent what it had modified of a file of /srv. 0: file,
     * 1: blocks, 2: enum mb_file_flush, 3: time at which that began */
    MB_TRACE_FILE_FLUSH = 15,
    /* the server has waited for a block that another node still had.
     * 0: file, 1: block, 2: that node, 3: time at which it was asked */
    MB_TRACE_FILE_WAIT = 16,
    /* modified blocks are lost. 0: file, 1: node that had them, 2: how many,
     * 0: not known, 3: errno */
    MB_TRACE_FILE_LOST = 17,
    /* target: begin of the stay in user mode in which the process executed its
     * first instruction there. Written with SETTLED, if there was one */
    MB_TRACE_FIRST_RUN = 18,
    /* a message to a process that moves, or one of its ports. 0: the port, 1: who
     * has sent it, 2: number of its last part; of REFUSED: when that was, ns,
     * 3: enum mb_message_mark */
    MB_TRACE_MESSAGE = 19,
    /* target: the process ends here or has left, and had asked for pages ahead
     * of their use. 0: batches, 1: pages that came therefore, 2: of these, used */
    MB_TRACE_PREFETCH = 20,
    /* one of the first accesses to the heap after a resume, if they are
     * measured. 0: its number, from 0; 1: page; 2: 1 if the page was here when
     * the process resumed, or needed no other node */
    MB_TRACE_REFERENCE = 24,
    MB_TRACE_GUEST_END = 0x100,
    /* -- the device's own --
     * 0: mb_msg.type | flags << 16 | payload length << 32,
     * 1: mb_msg.tag, 2: number of the message on its link, 3: peer |
     * object << 16. TX_START also marks the read of the payload. */
    MB_TRACE_TX_START = 0x100,
    MB_TRACE_TX_END = 0x101,
    MB_TRACE_RX = 0x102,
    MB_TRACE_DOORBELL = 0x103,  /* 0: queue, 1: tail */
    MB_TRACE_STATUS = 0x104,    /* 0: MB_STATUS_* newly set */
    MB_TRACE_HALT = 0x105,      /* 0: MB_HALT_* */
    /* at the sender, when the last bit has left: it will not arrive.
     * 0 to 3 as TX_START, with an enum mb_lost_reason << 48 in 3 */
    MB_TRACE_LOST = 0x106,
    /* at the receiver, instead of RX: its port dropped it. As LOST */
    MB_TRACE_DROPPED = 0x107,
    MB_TRACE_CRASH = 0x108,     /* the node stops for good */
    /* of a request that the bridge has taken: the page is ready to leave. As
     * RX, with an enum mb_read_outcome << 48 in 3 */
    MB_TRACE_READ = 0x109,
};

/* Bit 48 of argument 3 of RX: the second copy of a doubled message. */
enum mb_lost_reason {
    MB_LOST_BY_RATE = 1,        /* or as an exact fault */
    MB_LOST_DOWN = 2,           /* the link was down */
    MB_LOST_CORRUPT = 3,        /* found by the receiver's port */
    MB_LOST_CRASHED = 4,        /* its sender crashed before the last bit */
};

enum mb_read_outcome {
    MB_READ_READY = 0,
    MB_READ_GONE = 1,           /* served or withdrawn before: no answer */
};

/*
 * Marks of the critical path, in order. The two between SENT and RECEIVED are
 * the device's: TX_END and RX of the message with MB_MSG_RESUME. A phase runs
 * from one mark to the next: select, capture, transmit, wire, receive,
 * install, resume.
 */
enum mb_phase_mark {
    MB_MARK_FROZEN = 0,         /* old host: after the last user instruction */
    MB_MARK_SELECTED = 1,       /* old host: it is known what will be sent */
    MB_MARK_SENT = 2,           /* old host: first doorbell rung */
    MB_MARK_RECEIVED = 3,       /* new host: kernel holds the last message */
    MB_MARK_INSTALLED = 4,      /* new host: process is complete */
    MB_MARK_RESUMED = 5,        /* new host: before the first user instruction */
    /* old host, before FROZEN and only if pages travel ahead: the first round
     * begins */
    MB_MARK_BEGUN = 6,
    MB_MARKS
};

/*
 * Marks of a remote fault, in order. Between REQUESTED and TAKEN lie TX_START,
 * TX_END and RX of the request, between SERVED and RECEIVED those of the page,
 * all with the same tag. Where the old host's bridge serves the page, RX of the
 * request and READ stand for TAKEN and SERVED.
 */
enum mb_fault_mark {
    MB_FAULT_TRAP = 0,          /* new host: after the last user instruction */
    MB_FAULT_REQUESTED = 1,     /* new host: doorbell rung, or push awaited */
    MB_FAULT_TAKEN = 2,         /* old host: kernel holds the request */
    MB_FAULT_SERVED = 3,        /* old host: doorbell rung */
    MB_FAULT_RECEIVED = 4,      /* new host: kernel holds the page */
    MB_FAULT_RESUMED = 5,       /* new host: before the next user instruction */
    MB_FAULT_MARKS
};

/* With REQUESTED: what is missing is the map. */
#define MB_FAULT_AWAITS_MAP (1u << 16)

/* What becomes of a message while the port that it is for moves. */
enum mb_message_mark {
    MB_MESSAGE_ACCEPTED = 0,    /* taken by the port, or before its turn */
    MB_MESSAGE_SENT_ON = 1,     /* taken by its old home, for the new one */
    MB_MESSAGE_READABLE = 2,    /* as all before it, at the new home */
    MB_MESSAGE_READ = 3,        /* by the process, all of it */
    MB_MESSAGE_HOME = 4,        /* no message: the port is at its new home */
    MB_MESSAGE_REFUSED = 5,     /* a link is accepted that was refused before,
                                 * as the port was not where it was asked for;
                                 * or what was held is let in */
    MB_MESSAGE_MARKS
};

/* Why modified blocks went to the file server. */
enum mb_file_flush {
    MB_FILE_FLUSH_DELAY = 0,    /* their time had come */
    MB_FILE_FLUSH_ROOM = 1,     /* the cache was full of them */
    MB_FILE_FLUSH_SYNC = 2,     /* fsync */
    MB_FILE_FLUSH_RECALL = 3,   /* another node uses the file */
    MB_FILE_FLUSH_MOVE = 4,     /* the process has moved */
};

/* trace.bin: this header, then the records in the order of time_ns, node, seq */
struct mb_trace_file {
    char magic[8];              /* MB_TRACE_MAGIC */
    uint32_t version;           /* MB_TRACE_VERSION */
    uint32_t node_count;
    uint32_t record_bytes;
    uint32_t reserved;
    uint64_t record_count;
};
_Static_assert(sizeof(struct mb_trace_file) == 32, "ABI");

#define MB_TRACE_MAGIC      "GDWTRACE"
#define MB_TRACE_VERSION    10u

#endif
