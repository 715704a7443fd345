/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of a ledger, each declared once: JSON, CSV, text and comparisons
 * all go by these tables. To add a number: a member, a row here, and whoever
 * computes it (docs/specs/result.md lists them).
 */
#ifndef LIB_LEDGER_FIELDS_H
#define LIB_LEDGER_FIELDS_H

#include "ledger.h"

typedef enum {
    LEDGER_NS,                  /* virtual */
    LEDGER_BYTES,
    LEDGER_NUMBER,
} LedgerUnit;

/* A member of a structure: uint64_t, int64_t or uint32_t. LEDGER_UNKNOWN, or
 * LEDGER_NONE in 32 bits, is null. */
typedef struct {
    const char *group;          /* object that it is in, in JSON; NULL: none */
    const char *name;
    LedgerUnit unit;
    uint16_t offset;
    uint16_t bytes;             /* 4 or 8 */
    const char *const *words;   /* that its values are called by, or NULL */
    unsigned word_count;
} LedgerField;

typedef struct {
    const LedgerField *fields;
    unsigned count;
} LedgerTable;

extern const LedgerTable ledger_migration_table;    /* of LedgerMigration */
extern const LedgerTable ledger_phase_table;        /* of LedgerPhase */
extern const LedgerTable ledger_count_table;        /* of LedgerCount */
extern const LedgerTable ledger_statistics_table;   /* of LedgerStatistics */
extern const LedgerTable ledger_fault_table;
extern const LedgerTable ledger_round_table;        /* of LedgerFault */

/* LEDGER_UNKNOWN if it is not known. */
uint64_t ledger_field_get(const LedgerField *field, const void *base);
void ledger_field_set(const LedgerField *field, void *base, uint64_t value);

/*
 * All numbers of a migration, flat: with names such as `latency_ns`,
 * `pages_pushed`, `transmit_ns`, `pushed_wire_bytes` and `stall_median_ns`, of
 * every migration the same ones in the same order.
 */
typedef void (*LedgerVisit)(const char *name, LedgerUnit unit, uint64_t value,
                            void *data);
void ledger_visit(const LedgerMigration *migration, LedgerVisit visit,
                  void *data);

#endif
