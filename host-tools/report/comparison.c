/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migrations side by side: a row per number, a column per migration.
 */
#include "report.h"

#include "table.h"

typedef struct {
    const char *run;
    const ResultMigration *migration;
} Column;

typedef void (*CellFunc)(Table *table, const Column *column);

static void cell_run(Table *table, const Column *column)
{
    g_autofree char *name = g_path_get_basename(column->run);

    table_cell(table, "%s", name);
}

static void cell_name(Table *table, const Column *column)
{
    g_autofree char *name = report_migration_name(column->migration);

    table_cell(table, "%s", name);
}

static void cell_process(Table *table, const Column *column)
{
    g_autofree char *route = report_route(column->migration->ledger);

    table_cell(table, "%s %s", column->migration->process, route);
}

static void cell_algorithm(Table *table, const Column *column)
{
    g_autofree char *how = result_migration_how(column->migration);

    table_cell(table, "%s", how);
}

static void cell_ratio(Table *table, const Column *column)
{
    table_cell(table, "%.2f", report_wire_ratio(column->migration->ledger));
}

/* A row is made by a function, or has the number of this name; times are in
 * us. */
static const struct {
    const char *label;
    CellFunc cell;
    const char *number;
} rows[] = {
    { "run", cell_run, NULL },
    { "", cell_name, NULL },
    { "process", cell_process, NULL },
    { "algorithm", cell_algorithm, NULL },
    { "select us", NULL, "select_ns" },
    { "capture us", NULL, "capture_ns" },
    { "transmit us", NULL, "transmit_ns" },
    { "wire us", NULL, "wire_ns" },
    { "receive us", NULL, "receive_ns" },
    { "install us", NULL, "install_ns" },
    { "resume us", NULL, "resume_ns" },
    { "latency us", NULL, "latency_ns" },
    { "residue us", NULL, "residue_ns" },
    { "until an instruction us", NULL, "first_run_ns" },
    { "wire alone us", NULL, "wire_alone_ns" },
    { "latency / wire alone", cell_ratio, NULL },
    { "instructions", NULL, "instructions" },
    { "critical bytes", NULL, "critical_bytes" },
    { "critical messages", NULL, "critical_messages" },
    { "critical pages", NULL, "pages_critical" },
    { "rounds", NULL, "round_count" },
    { "pages ahead", NULL, "pages_ahead" },
    { "drained after us", NULL, "drained_ns" },
    { "total us", NULL, "total_ns" },
    { "then running us", NULL, "after_running_ns" },
    { "stalled, demanded us", NULL, "after_demanded_ns" },
    { "stalled, awaited us", NULL, "after_awaited_ns" },
    { "stalled, map us", NULL, "after_map_ns" },
    { "else us", NULL, "after_other_ns" },
    { "pages left at the resume", NULL, "residual_resumed_pages" },
    { "half of all moved after us", NULL, "residual_half_ns" },
    { "all moved after us", NULL, "residual_last_ns" },
    { "pages pushed", NULL, "pages_pushed" },
    { "pages demanded", NULL, "pages_demanded" },
    { "refused us", NULL, "message_freeze_refusal_ns" },
    { "messages put off", NULL, "message_freeze_delay_count" },
    { "put off, mean us", NULL, "message_freeze_delay_mean_ns" },
    { "put off, max us", NULL, "message_freeze_delay_max_ns" },
    { "batches asked ahead", NULL, "prefetch_batches" },
    { "pages prefetched", NULL, "prefetch_pages" },
    { "of these used", NULL, "prefetch_hits" },
    { "bytes in all", NULL, "total_wire_bytes" },
    { "messages in all", NULL, "total_messages" },
    { "messages lost", NULL, "lost_messages" },
    { "messages dropped", NULL, "dropped_messages" },
    { "messages twice", NULL, "copied_messages" },
    { "remote faults", NULL, "faults" },
    { "fault stall total us", NULL, "stall_total_ns" },
    { "fault stall median us", NULL, "stall_median_ns" },
    { "fault stall p99 us", NULL, "stall_p99_ns" },
    { "fault stall max us", NULL, "stall_max_ns" },
};

/* The migrations that were done; the others have no numbers to compare. */
static GArray *find_columns(const ReportItem *items, size_t count)
{
    GArray *columns = g_array_new(FALSE, FALSE, sizeof(Column));

    for (size_t i = 0; i < count; i++) {
        const GPtrArray *migrations = items[i].result->migrations;
        for (unsigned k = 0; k < migrations->len; k++) {
            const ResultMigration *migration = migrations->pdata[k];
            Column column = { .run = items[i].name, .migration = migration };
            if (migration->ledger->outcome == OUTCOME_DONE) {
                g_array_append_val(columns, column);
            }
        }
    }
    return columns;
}

void report_comparison(const ReportItem *items, size_t count, GString *text)
{
    g_autoptr(GArray) columns = find_columns(items, count);
    g_autoptr(Table) table = table_new(columns->len + 1);

    if (columns->len == 0) {
        g_string_append(text, "no migration was done in these runs\n");
        return;
    }
    for (size_t row = 0; row < G_N_ELEMENTS(rows); row++) {
        table_row(table, rows[row].label);
        for (unsigned i = 0; i < columns->len; i++) {
            const Column *column = &g_array_index(columns, Column, i);
            if (rows[row].cell != NULL) {
                rows[row].cell(table, column);
            } else {
                ReportNumber number = report_find_number(
                    column->migration->ledger, rows[row].number);
                g_autofree char *value = report_number(&number);
                table_cell(table, "%s", value);
            }
        }
    }
    table_format(table, 0, text);
}
