/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrations of a sweep as comma-separated values (RFC 4180), see
 * docs/specs/sweep.md, "sweep.csv".
 */
#include "sweep-report.h"

#include <string.h>

#include "migration-csv.h"

static void append_number(GString *text, uint64_t value)
{
    g_string_append_printf(text, ",%" G_GUINT64_FORMAT, value);
}

void report_sweep_csv_heading(const Sweep *sweep, GString *text)
{
    g_string_append(text, "point");
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        g_string_append_printf(text, ",axis.%s",
                               ((SweepAxis *)sweep->axes->pdata[i])->name);
    }
    csv_migration_heading(text);
    g_string_append(text, ",process_end_ns,undisturbed_end_ns,end,virtual_ns,"
                    "digest,reason\n");
}

/* What every row of a point begins with. */
static void append_point(const Sweep *sweep, const SweepPoint *point,
                         GString *text)
{
    g_string_append_printf(text, "%u", point->number);
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        g_string_append_c(text, ',');
        csv_text(text, sweep_value(sweep, point, i)->label);
    }
}

/* And what it ends with. */
static void append_end(const SweepPoint *point, GString *text)
{
    g_string_append_printf(text, ",%s", point->end != NULL ? point->end : "");
    if (point->end != NULL) {
        append_number(text, point->virtual_ns);
    } else {
        g_string_append_c(text, ',');
    }
    g_string_append_printf(text, ",%s,", point->digest);
    csv_text(text, point->reason != NULL ? point->reason : "");
    g_string_append_c(text, '\n');
}

/* When a process was at its end, if it was. */
static void append_process_end(const Result *result, const char *name,
                               GString *text)
{
    for (unsigned i = 0; result != NULL && i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        if (process->facts.ended && strcmp(process->name, name) == 0) {
            append_number(text, process->facts.end_ns);
            return;
        }
    }
    g_string_append_c(text, ',');
}

/* One without migrations, or without a result, has a row all the same. */
void report_sweep_csv_point(const Sweep *sweep, const SweepPoint *point,
                            const Result *result, const Result *undisturbed,
                            GString *text)
{
    for (unsigned i = 0; result != NULL && i < result->migrations->len; i++) {
        append_point(sweep, point, text);
        const ResultMigration *migration = result->migrations->pdata[i];
        csv_migration(result, migration, text);
        append_process_end(result, migration->process, text);
        append_process_end(undisturbed, migration->process, text);
        append_end(point, text);
    }
    if (result == NULL || result->migrations->len == 0) {
        append_point(sweep, point, text);
        csv_no_migration(text);
        g_string_append(text, ",,");
        append_end(point, text);
    }
}
