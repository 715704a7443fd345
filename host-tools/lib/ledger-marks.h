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
 * even if the process has moved on before it can use the page. */
typedef struct {
    const Record *marks[MB_FAULT_MARKS];
    const Record *request_start;    /* on the wire */
    const Record *request_arrival;
    const Record *page_start;
    const Record *page_arrival;
} FaultMarks;

/* Of one migration. */
typedef struct {
    LedgerMigration *migration; /* what is computed */
    const Record *marks[MB_MARKS];
    const Record *first_start;  /* first critical message on the wire */
    const Record *resume_end;   /* last bit of the last critical message */
    const Record *resume_arrival;
    const Record *abort;
    const Record *timeout;
    const Record *drained;
    GPtrArray *faults;          /* of FaultMarks, in order of the first mark */
} MigrationMarks;

typedef struct {
    Ledger *ledger;
    GPtrArray *migrations;      /* of MigrationMarks, as they appear */
    GHashTable *by_epoch;       /* pid << 32 | epoch -> MigrationMarks */
    GHashTable *fault_by_tag;   /* unique in the cluster -> FaultMarks */
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

static inline uint64_t record_message_bytes(const Record *record)
{
    return (record->arg[0] >> 32) + MB_WIRE_HEADER;
}

/* ledger.c: the migration that the record belongs to, made if it is the first
 * of it. */
MigrationMarks *ledger_need_migration(LedgerCollector *collector,
                                      const Record *record);
/* Notes a mark that may come only once. */
bool ledger_set_once(const MigrationMarks *marks, const Record **place,
                     const Record *record, const char *what, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* ledger-message.c: TX_START, TX_END and RX. */
bool ledger_take_message(LedgerCollector *collector, const Record *record,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* ledger-phase.c: outcome, phases and what follows from them. */
bool ledger_compute_phases(const MigrationMarks *marks,
                           const LedgerConfig *config, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* ledger-fault.c: the faults. */
bool ledger_compute_faults(const MigrationMarks *marks, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* "migration of process 1, epoch 2: MESSAGE" */
bool ledger_fail(const MigrationMarks *marks, GError **error,
                 const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
