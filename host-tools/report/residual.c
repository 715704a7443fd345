/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Residual dependencies as comma-separated values: a line per step.
 */
#include "migration-csv.h"

static void append_migration(const char *run, const RunRecord *record,
                             const ResultMigration *migration, GString *text)
{
    const LedgerMigration *ledger = migration->ledger;
    g_autoptr(GArray) steps = ledger_residual_steps(record->trace, ledger->pid,
                                                    ledger->epoch);

    for (unsigned i = 0; i < steps->len; i++) {
        const LedgerResidualStep *step = &g_array_index(
            steps, LedgerResidualStep, i);
        csv_text(text, run);
        g_string_append_c(text, ',');
        if (migration->id != 0) {
            g_string_append_printf(text, "%" G_GUINT64_FORMAT, migration->id);
        }
        g_string_append_c(text, ',');
        csv_text(text, migration->process);
        g_string_append_printf(text, ",%s,%" G_GUINT64_FORMAT ",%"
                               G_GUINT64_FORMAT "\n", migration->algorithm,
                               step->time_ns, step->pages);
    }
}

void report_residual_heading(GString *text)
{
    g_string_append(text, "run,migration,process,algorithm,time_ns,pages\n");
}

void report_residual(const RunRecord *record, GString *text)
{
    const GPtrArray *migrations = record->result->migrations;

    for (unsigned i = 0; i < migrations->len; i++) {
        const ResultMigration *migration = migrations->pdata[i];
        if (migration->ledger->outcome == OUTCOME_DONE) {
            append_migration(record->path, record, migration, text);
        }
    }
}
