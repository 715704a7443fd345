/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report of a sweep, and what of it is for people.
 */
#include "sweep-report.h"

#define ROWS_MAX    64u         /* of a table that somebody reads */

ReportSweep *report_sweep_new(const Sweep *sweep)
{
    ReportSweep *report = g_new0(ReportSweep, 1);

    report->sweep = sweep;
    report->csv = g_string_new(NULL);
    report_sweep_csv_heading(sweep, report->csv);
    report->table = table_new(sweep->axes->len + 5);
    table_row(report->table, "point");
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        table_cell(report->table, "%s",
                   ((SweepAxis *)sweep->axes->pdata[i])->name);
    }
    table_cell(report->table, "migration");
    table_cell(report->table, "outcome");
    table_cell(report->table, "latency us");
    table_cell(report->table, "drained us");
    return report;
}

void report_sweep_free(ReportSweep *report)
{
    if (report != NULL) {
        g_string_free(report->csv, TRUE);
        table_free(report->table);
        g_free(report);
    }
}

static void add_row(ReportSweep *report, const SweepPoint *point,
                    const ResultMigration *migration)
{
    const LedgerMigration *ledger = migration->ledger;
    bool done = ledger->outcome == OUTCOME_DONE;
    g_autofree char *number = g_strdup_printf("%u", point->number);
    g_autofree char *latency = report_us(ledger->latency_ns);
    g_autofree char *drained = report_us(ledger->drained_ns);
    g_autofree char *id = migration->id != 0
        ? g_strdup_printf("%" G_GUINT64_FORMAT, migration->id) : g_strdup("-");

    table_row(report->table, number);
    for (unsigned i = 0; i < report->sweep->axes->len; i++) {
        table_cell(report->table, "%s",
                   sweep_value(report->sweep, point, i)->label);
    }
    table_cell(report->table, "%s", id);
    table_cell(report->table, "%s", ledger_outcome_names[ledger->outcome]);
    table_cell(report->table, "%s", done ? latency : "-");
    table_cell(report->table, "%s", ledger->drained_ns != LEDGER_UNKNOWN ? drained : "-");
}

void report_sweep_add(ReportSweep *report, const SweepPoint *point,
                      const Result *result, const Result *undisturbed)
{
    report->failed += point->reason != NULL;
    report_sweep_csv_point(report->sweep, point, result, undisturbed,
                           report->csv);
    for (unsigned i = 0; result != NULL && i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        report->migrations++;
        report->done += migration->ledger->outcome == OUTCOME_DONE;
        if (report->rows++ < ROWS_MAX) {
            add_row(report, point, migration);
        }
    }
}

const char *report_sweep_csv(const ReportSweep *report)
{
    return report->csv->str;
}

void report_sweep(const ReportSweep *report, const char *folder, GString *text)
{
    const GPtrArray *points = report->sweep->points;
    unsigned reused = 0;
    char digest[SHA256_TEXT];

    for (unsigned i = 0; i < points->len; i++) {
        reused += ((SweepPoint *)points->pdata[i])->state == SWEEP_REUSED;
    }
    sweep_compute_digest(report->sweep, digest);
    if (report->rows > 0 && report->rows <= ROWS_MAX) {
        table_format(report->table, 0, text);
        g_string_append_c(text, '\n');
    }
    g_string_append_printf(text, "%s: %u points, %u reused, %u failed; %u of %u "
                           "migrations done\ndigest %s\nresults in %s\n",
                           report->sweep->name, points->len, reused,
                           report->failed, report->done, report->migrations,
                           digest, folder);
    if (report->failed == 0) {
        g_string_append_printf(text, "residue 0 in all migrations%s\n",
                               report->sweep->compares ? "; all outputs as "
                               "without migrations" : "");
    }
}
