/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results for people and for spreadsheets.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include <glib.h>

#include "lib/diff.h"
#include "lib/ledger-fields.h"
#include "lib/result.h"
#include "lib/run-record.h"
#include "lib/sweep.h"

/* A result and the name it goes by: its directory. */
typedef struct {
    const char *name;
    const Result *result;
} ReportItem;

/* What a run was and what came of it: a few lines. */
void report_summary(const Result *result, const char *folder, GString *text);

/* How much later each process of a run ends than without the migrations. */
void report_undisturbed(const Result *result, const Result *undisturbed,
                        const char *folder, GString *text);

/* Ledgers of one run, phase by phase; with `colours` for a terminal. */
void report_ledgers(const ReportItem *item, bool colours, GString *text);

/* Migrations of several runs side by side. */
void report_comparison(const ReportItem *items, size_t count, GString *text);

/* A line per migration, with a heading. */
void report_csv(const ReportItem *items, size_t count, GString *text);

/* Residual dependencies of a run, step by step, as CSV. */
void report_residual_heading(GString *text);
void report_residual(const RunRecord *record, GString *text);

/* A run for Perfetto and Chrome, in the Trace Event Format. */
void report_chrome(const RunRecord *record, GString *text);

/* Other systems' definitions with their values; of no runs, what they mean. */
void report_definitions(const ReportItem *items, size_t count, GString *text);
char *report_definitions_json(void);

/* What two runs differ in, and where their traces part. */
void report_diff(const Diff *diff, GString *text);
char *report_diff_json(const Diff *diff);

/* Of a run and its repetition: REPRODUCED, or DIVERGED and where. */
void report_verify(const Diff *diff, GString *text);
char *report_verify_json(const Diff *diff);

/* The difference in percent of the first value; false where there is none. */
bool report_diff_percent(const DiffNumber *number, double *percent);

/* A number of a migration by its flat name, which must be one
 * (lib/ledger-fields.h). */
typedef struct {
    const char *name;
    bool found;
    LedgerUnit unit;
    uint64_t value;
} ReportNumber;

/* Times in us, or "-". */
char *report_number(const ReportNumber *number);
ReportNumber report_find_number(const LedgerMigration *migration,
                                const char *name);

/* "5012.345": in us, exact. */
char *report_us(uint64_t ns);

/* "latency is 1.37 times what the wire needs", as a number. */
double report_wire_ratio(const LedgerMigration *migration);

/* "migration 1", or "migration" for one that a program asked for. */
char *report_migration_name(const ResultMigration *migration);

/* "0 -> 1" */
char *report_route(const LedgerMigration *migration);

/* A sweep: its points are added in their order, each with its result, or NULL
 * if it has none. */
typedef struct ReportSweep ReportSweep;

ReportSweep *report_sweep_new(const Sweep *sweep);
void report_sweep_free(ReportSweep *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportSweep, report_sweep_free)
/* NULL: there is no such result. */
void report_sweep_add(ReportSweep *report, const SweepPoint *point,
                      const Result *result, const Result *undisturbed);
/* sweep.csv: a line per migration of each point, with a heading. */
const char *report_sweep_csv(const ReportSweep *report);
/* sweep.json */
char *report_sweep_json(const ReportSweep *report);
/* For people: the migrations of small sweeps, then a few lines. */
void report_sweep(const ReportSweep *report, const char *folder,
                  GString *text);

#endif
