/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A migration of which nothing is known yet.
 */
#include "ledger.h"

LedgerMigration *ledger_migration_new(void)
{
    LedgerMigration *migration = g_new0(LedgerMigration, 1);

    migration->plan_index = LEDGER_NONE;
    migration->source = LEDGER_NONE;
    migration->target = LEDGER_NONE;
    migration->crashed_node = LEDGER_NONE;
    migration->crashed_ns = LEDGER_UNKNOWN;
    migration->error_number = LEDGER_NONE;
    migration->started_ns = LEDGER_UNKNOWN;
    migration->latency_ns = LEDGER_UNKNOWN;
    migration->first_run_ns = LEDGER_UNKNOWN;
    migration->residue_ns = (int64_t)LEDGER_UNKNOWN;
    migration->wire_alone_ns = LEDGER_UNKNOWN;
    migration->drained_ns = LEDGER_UNKNOWN;
    migration->total_ns = LEDGER_UNKNOWN;
    migration->rounds = g_array_new(FALSE, TRUE, sizeof(LedgerRound));
    migration->instructions = LEDGER_UNKNOWN;
    migration->page_count = LEDGER_UNKNOWN;
    migration->after = (LedgerAfter) {
        LEDGER_UNKNOWN, LEDGER_UNKNOWN,
        { LEDGER_UNKNOWN, LEDGER_UNKNOWN, LEDGER_UNKNOWN, LEDGER_UNKNOWN },
        LEDGER_UNKNOWN,
    };
    migration->prefetch = (LedgerPrefetch) {
        LEDGER_UNKNOWN, LEDGER_UNKNOWN, LEDGER_UNKNOWN, LEDGER_UNKNOWN,
    };
    migration->residual = (LedgerResidual) {
        LEDGER_UNKNOWN, LEDGER_UNKNOWN, ledger_statistics(NULL, 0),
    };
    migration->freeze = (LedgerFreeze) {
        .home_ns = LEDGER_UNKNOWN,
        .delay = ledger_statistics(NULL, 0),
        .wait = ledger_statistics(NULL, 0),
    };
    migration->faults = g_array_new(FALSE, TRUE, sizeof(LedgerFault));
    return migration;
}

void ledger_migration_free(LedgerMigration *migration)
{
    if (migration != NULL) {
        g_free(migration->missing);
        g_array_unref(migration->faults);
        g_array_unref(migration->rounds);
        g_free(migration);
    }
}
