/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger: what happened to the processes and what each migration cost,
 * computed from a trace. docs/specs/result.md defines every number.
 */
#ifndef LIB_LEDGER_H
#define LIB_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "trace-file.h"

#include "hw/abi/link.h"

#define LEDGER_NONE     UINT32_MAX  /* no node, no migration of the plan */
/* Of a number that is not known or does not apply; nothing else is that. */
#define LEDGER_UNKNOWN  (UINT64_C(1) << 63)

typedef enum {
    NODE_UP,                    /* stood still when the run ended */
    NODE_CRASHED,               /* as the experiment wanted */
    NODE_HALTED,                /* by its kernel */
    NODE_STATES,
} LedgerNodeState;

typedef struct {
    LedgerNodeState state;
    uint64_t time_ns;           /* of the crash or halt */
} LedgerNode;

/* What is counted of each link. */
typedef enum {
    LINK_MESSAGES,              /* begun, whatever became of them */
    LINK_BYTES,                 /* on the wire */
    LINK_ACKS,                  /* with nothing but an acknowledgement */
    LINK_ACK_BYTES,
    LINK_LOST,                  /* by rate, or as an exact fault */
    LINK_DOWN,                  /* lost while the link was down */
    LINK_CORRUPT,
    LINK_CUT,                   /* by the crash of the sender */
    LINK_DOUBLED,               /* second copies that were delivered */
    LINK_COUNTS,
} LedgerLinkCount;

/* One direction of a link that carried something. */
typedef struct {
    uint32_t source;
    uint32_t target;
    uint64_t counts[LINK_COUNTS];
} LedgerLink;

/* The critical path, in order. */
typedef enum {
    PHASE_SELECT,
    PHASE_CAPTURE,
    PHASE_TRANSMIT,
    PHASE_WIRE,
    PHASE_RECEIVE,
    PHASE_INSTALL,
    PHASE_RESUME,
    PHASE_COUNT,
} LedgerPhaseKind;

typedef struct {
    uint32_t node;
    uint64_t start_ns;
    uint64_t duration_ns;
    uint64_t instructions;
    uint64_t bytes;
    uint64_t messages;
} LedgerPhase;

/* Parts of a remote fault, in order. A page that was asked for has all but
 * `await`; one that came unasked has trap, await and install. */
typedef enum {
    PART_TRAP,
    PART_REQUEST,
    PART_REQUEST_WIRE,
    PART_SERVE,
    PART_PAGE,
    PART_PAGE_WIRE,
    PART_AWAIT,
    PART_INSTALL,
    PART_COUNT,
} LedgerPart;

/* How what was missing came. */
typedef enum {
    FAULT_DEMANDED,             /* as the answer to a request, by the kernel */
    FAULT_DEVICE,               /* likewise, by the old host's bridge */
    FAULT_AWAITED,              /* by itself, before an answer */
    FAULT_MAP,                  /* it was the map that was missing */
    FAULT_KINDS,
} LedgerFaultKind;

typedef struct {
    uint64_t tag;
    uint64_t object;
    uint64_t index;
    uint64_t kind;              /* LedgerFaultKind */
    /* that the old host executed from the request's arrival to the page's start,
     * whatever for; LEDGER_UNKNOWN if it was not asked */
    uint64_t serve_instructions;
    uint64_t start_ns;
    uint64_t stall_ns;          /* the parts' sum */
    uint64_t parts_ns[PART_COUNT];
} LedgerFault;

/* Pages that travelled while the process ran at the source. */
typedef struct {
    uint64_t number;            /* from 1 on */
    uint64_t start_ns;
    uint64_t duration_ns;       /* until the target had confirmed them */
    uint64_t end_ns;
    uint64_t pages;
    uint64_t changed_pages;     /* meanwhile; one may count twice */
} LedgerRound;

/* Of numbers that are many. A percentile is the smallest of them that at least
 * so many percent do not exceed. */
typedef struct {
    uint64_t total;
    uint64_t mean;              /* rounded down */
    uint64_t min;
    uint64_t median;
    uint64_t p90;
    uint64_t p99;
    uint64_t max;
} LedgerStatistics;

/* Buckets of times: number i is for 2^i us up to 2^(i+1) us; what is shorter is
 * in the first one, what is longer in the last. */
#define LEDGER_BUCKETS  24

/* What the messages of a migration are for. Each kind goes one way; what was
 * sent again is of no other kind. */
typedef enum {
    TRAFFIC_ROUNDS,             /* from the source to the target: pages before
                                 * the freeze */
    TRAFFIC_STATE,
    TRAFFIC_CODE,               /* critical pages, by role */
    TRAFFIC_HEAP,
    TRAFFIC_STACK,
    TRAFFIC_BULK,               /* without a role */
    TRAFFIC_MAP,
    TRAFFIC_PUSHED,             /* pages after the resume */
    TRAFFIC_DEMANDED,
    TRAFFIC_STORED,             /* pages to the file server */
    TRAFFIC_CONTROL,            /* all others */
    TRAFFIC_RESENT,
    TRAFFIC_REQUESTS,           /* from the target to the source */
    TRAFFIC_REPLIES,            /* all others */
    TRAFFIC_RESENT_BACK,
    TRAFFIC_COUNT,
} LedgerTraffic;

typedef struct {
    uint64_t messages;
    uint64_t payload_bytes;
    uint64_t wire_bytes;        /* with header and framing */
} LedgerCount;

/* Pages that the target asked for ahead of their use. */
typedef struct {
    uint64_t batches;
    uint64_t pages;             /* that came therefore */
    uint64_t hits;              /* of these, used before the process ended or
                                 * went on */
    uint64_t wastes;            /* the others */
} LedgerPrefetch;

/* Where the time went from the resume until the target knew that nothing was
 * left at the source, or the process ended. Its parts sum to it exactly. */
typedef struct {
    uint64_t settled_ns;        /* all of it */
    uint64_t running_ns;        /* the process in user mode */
    uint64_t stalled_ns[FAULT_KINDS];   /* a thread of it waits */
    uint64_t other_ns;          /* all else: kernel, other processes, sleep */
} LedgerAfter;

/* Pages that the target needs and only the source has: how long each stays so
 * after the freeze. */
typedef struct {
    uint64_t frozen_pages;      /* at the freeze */
    uint64_t resumed_pages;     /* at the resume */
    LedgerStatistics stay;
} LedgerResidual;

/* What the move did to messages for the process. */
typedef struct {
    uint64_t ports;             /* that have moved along */
    uint64_t home_ns;           /* from the freeze until the last one had */
    uint64_t refused;           /* links that were refused first */
    uint64_t refusal_ns;        /* the longest that one was, 0: none was */
    uint64_t queued;            /* messages that had come before the freeze */
    uint64_t accepted;          /* after it: those that may have been put off */
    uint64_t sent_on;           /* of these, by the old home */
    uint64_t delayed;           /* of which it is known: */
    LedgerStatistics delay;     /* how long the move kept it from being read */
    uint64_t read;
    LedgerStatistics wait;      /* from the acceptance until it was read */
} LedgerFreeze;

typedef enum {
    OUTCOME_DONE,
    OUTCOME_ABORTED,            /* the process went on at the source */
    OUTCOME_NOT_STARTED,        /* there was no process to move */
    OUTCOME_LOST,               /* the target did not answer in time */
    OUTCOME_UNFINISHED,         /* a mark is missing */
    OUTCOME_KILLED,             /* ended before its first instruction there */
    OUTCOME_SOURCE_CRASHED,     /* before the process ran at the target */
    OUTCOME_TARGET_CRASHED,     /* likewise */
    OUTCOME_COUNT,
} LedgerOutcome;

typedef struct {
    uint32_t pid;
    uint32_t epoch;
    uint32_t plan_index;        /* LEDGER_NONE: asked for by a program */
    LedgerOutcome outcome;
    char *missing;              /* of OUTCOME_UNFINISHED: the mark's name */
    uint32_t error_number;      /* what the kernel gave as the reason, or
                                 * LEDGER_NONE */
    /* source or target, whichever crashed first before all was over;
     * LEDGER_NONE: neither */
    uint32_t crashed_node;
    uint64_t crashed_ns;        /* LEDGER_UNKNOWN: neither */
    uint32_t algorithm;
    uint32_t without;           /* techniques, enum technique_set */
    uint32_t source;
    uint32_t target;
    uint64_t started_ns;
    /* of OUTCOME_DONE, otherwise LEDGER_UNKNOWN */
    uint64_t latency_ns;
    uint64_t first_run_ns;      /* until an instruction was executed there */
    int64_t residue_ns;         /* latency less the sum of the phases */
    uint64_t wire_alone_ns;     /* what the critical messages need at least */
    uint64_t total_ns;          /* from the first round or, if there is none,
                                 * the freeze until drained */
    uint64_t drained_ns;        /* from the resume on; LEDGER_UNKNOWN: never */
    uint64_t instructions;      /* of all phases */
    LedgerPhase phases[PHASE_COUNT];
    /* of every outcome, as far as it came */
    LedgerCount traffic[TRAFFIC_COUNT];
    int64_t residue_bytes;      /* on the wire, less the sum over the kinds */
    uint64_t critical_bytes;    /* on the wire, before the resume */
    uint64_t critical_messages;
    uint64_t page_count;        /* of the process when it was frozen */
    uint64_t critical_pages;
    uint64_t lost_messages;
    uint64_t dropped_messages;  /* by the receiver's port */
    uint64_t copied_messages;   /* second copies that were delivered */
    uint64_t duplicate_count;   /* pages that came twice */
    uint64_t fault_counts[FAULT_KINDS];
    uint64_t cut_fault_count;   /* faults the process did not survive */
    LedgerPrefetch prefetch;    /* LEDGER_UNKNOWN: nothing is known of it */
    LedgerAfter after;          /* of OUTCOME_DONE, if it settled */
    LedgerResidual residual;    /* likewise, whether it settled or not */
    LedgerFreeze freeze;        /* likewise */
    GArray *faults;             /* of LedgerFault, by time */
    uint64_t round_count;
    GArray *rounds;             /* of LedgerRound */
} LedgerMigration;

typedef struct {
    bool started;
    bool ended;
    bool lost;                  /* with the crash of its node */
    uint32_t node;              /* where it is or was last */
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t lost_ns;
    uint32_t wait_status;       /* Linux */
    uint64_t user_instructions;
    uint64_t syscalls;
    uint64_t page_faults;
    uint64_t unimplemented;     /* system calls that the kernel has not */
} LedgerProcess;

/* A cycle of a node takes num / den ns. */
typedef struct {
    uint32_t num;
    uint32_t den;
} LedgerClock;

typedef struct {
    uint32_t process_count;     /* of the plan: pids 1 to process_count */
    uint32_t node_count;        /* as many as the trace has */
    const uint32_t *homes;      /* [pid - 1]: where the plan starts it */
    const struct mb_link_model *links;  /* [source * node_count + target] */
    const LedgerClock *clocks;  /* [node] */
} LedgerConfig;

typedef struct {
    LedgerProcess *processes;   /* [pid - 1] */
    uint32_t process_count;
    uint32_t node_count;
    LedgerNode *nodes;
    GPtrArray *migrations;      /* of LedgerMigration, in order of their start;
                                 * none of OUTCOME_NOT_STARTED */
    GArray *links;              /* of LedgerLink, by source, then target */
} Ledger;

extern const char *const ledger_phase_names[PHASE_COUNT];
extern const char *const ledger_part_names[PART_COUNT];
extern const char *const ledger_fault_kinds[FAULT_KINDS];
extern const char *const ledger_traffic_names[TRAFFIC_COUNT];
extern const char *const ledger_outcome_names[OUTCOME_COUNT];
extern const char *const ledger_node_states[NODE_STATES];
extern const char *const ledger_link_counts[LINK_COUNTS];

/* Fails if the trace contradicts itself: marks twice or out of order, two
 * running copies. */
Ledger *ledger_compute(const TraceFile *trace, const LedgerConfig *config,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ledger_free(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_free)

/* One step of a residual dependency. */
typedef struct {
    uint64_t time_ns;
    uint64_t pages;             /* from then on */
} LedgerResidualStep;

/* All steps of a migration, of LedgerResidualStep; empty if it never froze. */
GArray *ledger_residual_steps(const TraceFile *trace, uint32_t pid,
                              uint32_t epoch);

LedgerMigration *ledger_migration_new(void);
void ledger_migration_free(LedgerMigration *migration);

/* Sum over the kinds of traffic. */
LedgerCount ledger_traffic_total(const LedgerMigration *migration);

/* Sorts the values. Of none only the total is known. */
LedgerStatistics ledger_statistics(uint64_t *values, unsigned count);
/* Over the faults, of one part or, if it is PART_COUNT, of the whole stall. */
LedgerStatistics ledger_fault_statistics(const LedgerMigration *migration,
                                         LedgerPart part);
void ledger_fault_buckets(const LedgerMigration *migration,
                          uint64_t buckets[static LEDGER_BUCKETS]);

#endif
