/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the parts of the ledger: the records of one migration, found in the
 * trace, before anything is computed from them.
 */
#ifndef LIB_LEDGER_MARKS_H
#define LIB_LEDGER_MARKS_H

#include "ledger.h"

#include "hw/abi/message.h"
#include "hw/abi/ring.h"

typedef struct mb_trace_record Record;

/* Of one remote fault. It belongs to the migration after which it happened,
 * even if the process has moved on before it can use the page. Kernels send
 * again what a link has lost: the records of a message are those of the
 * transmission that arrived first. */
typedef struct {
    const Record *marks[MB_FAULT_MARKS];
    const Record *request_start;    /* on the wire */
    const Record *request_arrival;
    const Record *page_ready;       /* of a bridge that serves it by itself */
    const Record *page_start;
    const Record *page_arrival;
    bool awaits_map;
} FaultMarks;

/* Pages as they arrive at the target. */
typedef struct {
    bool frozen;
    uint64_t frozen_ns;
    uint32_t source;
    uint64_t lost;              /* pages that have to be sent again */
    GArray *arrivals_ns;        /* uint64_t, after the freeze */
} PageArrivals;

/* Of one migration. */
typedef struct {
    LedgerMigration *migration; /* what is computed */
    const Record *marks[MB_MARKS];
    const Record *first_start;  /* first critical message on the wire */
    GPtrArray *resume_ends;     /* last bits of the last critical message, one
                                 * for each time it was sent */
    const Record *resume_arrival;   /* the first of them that arrived */
    uint64_t port_ns;           /* of critical messages that arrived, at the
                                 * port of their sender */
    LedgerCount sent;           /* all messages, whatever they are for */
    const Record *abort;
    const Record *timeout;
    const Record *drained;
    const Record *first_run;
    const Record *settled;
    PageArrivals pages;
    const Record *exit;         /* of the process, in this epoch */
    GPtrArray *faults;          /* of FaultMarks, in order of the first mark */
    GHashTable *messages;       /* ledger-freeze.c has what is in it */
    const Record *last_home;    /* the last of its ports has arrived */
} MigrationMarks;

typedef struct {
    const LedgerConfig *config;
    Ledger *ledger;
    GPtrArray *migrations;      /* of MigrationMarks, as they appear */
    GHashTable *by_epoch;       /* pid << 32 | epoch -> MigrationMarks */
    GHashTable *fault_by_tag;   /* unique in the cluster -> FaultMarks */
    GHashTable *starts;         /* TX_START of the messages of faults */
    LedgerLink *links;          /* [source * node_count + target] */
} LedgerCollector;

/* What arg[0] of the device's records of a message says. */
static inline uint32_t record_message_type(const Record *record)
{
    return (uint16_t)record->arg[0];
}

static inline uint32_t record_message_flags(const Record *record)
{
    return (uint16_t)(record->arg[0] >> 16);
}

static inline uint32_t record_message_length(const Record *record)
{
    return (uint32_t)(record->arg[0] >> 32);
}

/* What arg[2] says: the number of the message on its link. */
static inline uint64_t record_message_number(const Record *record)
{
    return record->arg[2];
}

/* What arg[3] says: the node at the other end, and why the message was lost
 * or dropped or, of RX, whether it is a second copy. */
static inline uint32_t record_peer(const Record *record)
{
    return (uint16_t)record->arg[3];
}

static inline uint32_t record_reason(const Record *record)
{
    return (uint32_t)(record->arg[3] >> 48);
}

/* ledger.c: the migration that the record belongs to, made if it is the first
 * of it. */
MigrationMarks *ledger_need_migration(LedgerCollector *collector,
                                      const Record *record);
/* Notes a mark that may come only once. */
bool ledger_set_once(const MigrationMarks *marks, const Record **place,
                     const Record *record, const char *what, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* ledger-process.c: PROC_START, PROC_EXIT and NOSYS; CRASH and HALT. */
void ledger_take_process(LedgerCollector *collector, const Record *record);
void ledger_take_node(LedgerCollector *collector, const Record *record,
                      LedgerNodeState state);

/* ledger-message.c: TX_START, TX_END, RX, LOST and DROPPED. */
GHashTable *ledger_starts_new(void);
void ledger_take_message(LedgerCollector *collector, const Record *record);
/* READ: the old host's bridge has served a request. */
void ledger_take_read(LedgerCollector *collector, const Record *record);
/* The links that carried something. */
void ledger_compute_links(LedgerCollector *collector);
/* ledger-traffic.c: what a message that has started is for. */
void ledger_take_traffic(MigrationMarks *marks, const Record *record,
                         uint64_t wire_bytes);
/* And what follows from all of them. */
void ledger_compute_traffic(const MigrationMarks *marks);
/* ledger-residual.c: pages that only the source has. */
void ledger_pages_init(PageArrivals *pages);
void ledger_pages_finish(PageArrivals *pages);
/* Any record of the migration. */
void ledger_pages_take(PageArrivals *pages, const Record *record);
/* Of a migration that was done. */
void ledger_compute_residual(const MigrationMarks *marks);
/* ledger-after.c: the process from its resume on; after its faults. */
void ledger_compute_after(const LedgerCollector *collector,
                          const MigrationMarks *marks);
/* ledger-after.c: the record of what was asked for ahead of its use. */
bool ledger_take_prefetch(const MigrationMarks *marks, const Record *record,
                          GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* ledger-outcome.c: what became of a migration that was not done. */
bool ledger_compute_outcome(const LedgerCollector *collector,
                            const MigrationMarks *marks, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* Processes that are lost with their nodes; after all migrations. */
void ledger_compute_lost(LedgerCollector *collector);
/* ledger-phase.c: the phases of a migration that was done and what follows
 * from them; `complete` is false and `missing` set if a mark is not there. */
bool ledger_compute_phases(const LedgerCollector *collector,
                           const MigrationMarks *marks, bool *complete,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* ledger-rounds.c: a record of a round; the rounds, after the outcome. */
bool ledger_take_round(MigrationMarks *marks, const Record *record,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool ledger_compute_rounds(const MigrationMarks *marks, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* ledger-freeze.c: MESSAGE; what follows from them, after the outcome. */
GHashTable *ledger_messages_new(void);
bool ledger_take_freeze(MigrationMarks *marks, const Record *record,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool ledger_compute_freeze(const MigrationMarks *marks, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* ledger-fault.c: the faults. */
bool ledger_compute_faults(const MigrationMarks *marks, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* "migration of process 1, epoch 2: MESSAGE" */
bool ledger_fail(const MigrationMarks *marks, GError **error,
                 const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
