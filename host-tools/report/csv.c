/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migrations of runs as comma-separated values.
 */
#include "migration-csv.h"

void report_csv(const ReportItem *items, size_t count, GString *text)
{
    g_string_append(text, "run");
    csv_migration_heading(text);
    g_string_append_c(text, '\n');
    for (size_t i = 0; i < count; i++) {
        const GPtrArray *migrations = items[i].result->migrations;
        for (unsigned k = 0; k < migrations->len; k++) {
            csv_text(text, items[i].name);
            csv_migration(items[i].result, migrations->pdata[k], text);
            g_string_append_c(text, '\n');
        }
    }
}
