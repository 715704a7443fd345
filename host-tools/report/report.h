/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results for people and for spreadsheets.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <glib.h>

#include "lib/ledger.h"
#include "lib/result.h"

/* A result and the name it goes by: its directory. */
typedef struct {
    const char *name;
    const Result *result;
} ReportItem;

/* What a run was and what came of it: a few lines. */
void report_summary(const Result *result, const char *folder, GString *text);

/* Ledgers of one run, phase by phase. */
void report_ledgers(const ReportItem *item, GString *text);

/* Migrations of several runs side by side. */
void report_comparison(const ReportItem *items, size_t count, GString *text);

/* One line per phase of each migration, with a heading. */
void report_csv(const ReportItem *items, size_t count, GString *text);

/* "5012.345": in us, exact. */
char *report_us(uint64_t ns);

/* "latency is 1.37 times what the wire needs", as a number. */
double report_wire_ratio(const LedgerMigration *migration);

/* "migration 1", or "migration" for one that a program asked for. */
char *report_migration_name(const ResultMigration *migration);

/* "0 -> 1" */
char *report_route(const LedgerMigration *migration);

#endif
