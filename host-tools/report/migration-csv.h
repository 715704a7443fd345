/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A migration as values of a line with commas: the same columns in reports and
 * sweeps (docs/specs/result.md, "Reports").
 */
#ifndef REPORT_MIGRATION_CSV_H
#define REPORT_MIGRATION_CSV_H

#include "report.h"

/* A value, in quotes if need be. */
void csv_text(GString *text, const char *value);

/* All of these begin with a comma. */
void csv_migration_heading(GString *text);
void csv_migration(const Result *result, const ResultMigration *migration,
                   GString *text);
/* As many columns, empty. */
void csv_no_migration(GString *text);

#endif
