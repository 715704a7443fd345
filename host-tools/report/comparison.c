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

typedef void (*CellFunc)(Table *table, const Column *column, unsigned argument);

static void cell_us(Table *table, uint64_t ns)
{
    g_autofree char *us = report_us(ns);

    table_cell(table, "%s", us);
}

static void cell_count(Table *table, uint64_t count)
{
    table_cell(table, "%" G_GUINT64_FORMAT, count);
}

static void cell_run(Table *table, const Column *column, unsigned argument)
{
    g_autofree char *name = g_path_get_basename(column->run);

    table_cell(table, "%s", name);
}

static void cell_name(Table *table, const Column *column, unsigned argument)
{
    g_autofree char *name = report_migration_name(column->migration);

    table_cell(table, "%s", name);
}

static void cell_process(Table *table, const Column *column, unsigned argument)
{
    g_autofree char *route = report_route(column->migration->ledger);

    table_cell(table, "%s %s", column->migration->process, route);
}

static void cell_algorithm(Table *table, const Column *column,
                           unsigned argument)
{
    table_cell(table, "%s", column->migration->algorithm);
}

static void cell_phase(Table *table, const Column *column, unsigned argument)
{
    cell_us(table, column->migration->ledger->phases[argument].duration_ns);
}

static void cell_latency(Table *table, const Column *column, unsigned argument)
{
    cell_us(table, column->migration->ledger->latency_ns);
}

static void cell_residue(Table *table, const Column *column, unsigned argument)
{
    table_cell(table, "%" G_GINT64_FORMAT,
               column->migration->ledger->residue_ns);
}

static void cell_wire(Table *table, const Column *column, unsigned argument)
{
    cell_us(table, column->migration->ledger->wire_ns);
}

static void cell_ratio(Table *table, const Column *column, unsigned argument)
{
    table_cell(table, "%.2f", report_wire_ratio(column->migration->ledger));
}

static void cell_bytes(Table *table, const Column *column, unsigned argument)
{
    cell_count(table, column->migration->ledger->critical_bytes);
}

static void cell_messages(Table *table, const Column *column,
                          unsigned argument)
{
    cell_count(table, column->migration->ledger->critical_messages);
}

static void cell_pages(Table *table, const Column *column, unsigned argument)
{
    cell_count(table, column->migration->ledger->messages[argument]);
}

static void cell_faulty(Table *table, const Column *column, unsigned argument)
{
    const LedgerMigration *ledger = column->migration->ledger;
    const uint64_t counts[] = {
        ledger->lost_messages, ledger->dropped_messages,
        ledger->copied_messages,
    };

    cell_count(table, counts[argument]);
}

static void cell_drained(Table *table, const Column *column, unsigned argument)
{
    if (column->migration->ledger->drained) {
        cell_us(table, column->migration->ledger->drained_ns);
    } else {
        table_cell(table, "never");
    }
}

static void cell_faults(Table *table, const Column *column, unsigned argument)
{
    cell_count(table, column->migration->ledger->faults->len);
}

static void cell_mean(Table *table, const Column *column, unsigned argument)
{
    cell_us(table, result_fault_statistics(column->migration->ledger,
                                           PART_COUNT).mean);
}

static void cell_median(Table *table, const Column *column, unsigned argument)
{
    cell_us(table, result_fault_statistics(column->migration->ledger,
                                           PART_COUNT).median);
}

static void cell_max(Table *table, const Column *column, unsigned argument)
{
    cell_us(table, result_fault_statistics(column->migration->ledger,
                                           PART_COUNT).max);
}

static const struct {
    const char *label;
    CellFunc cell;
    unsigned argument;
} rows[] = {
    { "run", cell_run, 0 },
    { "", cell_name, 0 },
    { "process", cell_process, 0 },
    { "algorithm", cell_algorithm, 0 },
    { "select us", cell_phase, PHASE_SELECT },
    { "capture us", cell_phase, PHASE_CAPTURE },
    { "transmit us", cell_phase, PHASE_TRANSMIT },
    { "wire us", cell_phase, PHASE_WIRE },
    { "receive us", cell_phase, PHASE_RECEIVE },
    { "install us", cell_phase, PHASE_INSTALL },
    { "resume us", cell_phase, PHASE_RESUME },
    { "latency us", cell_latency, 0 },
    { "residue ns", cell_residue, 0 },
    { "wire alone us", cell_wire, 0 },
    { "latency / wire alone", cell_ratio, 0 },
    { "critical bytes", cell_bytes, 0 },
    { "critical messages", cell_messages, 0 },
    { "critical pages", cell_pages, TRAFFIC_CRITICAL },
    { "pages pushed", cell_pages, TRAFFIC_PUSHED },
    { "pages demanded", cell_pages, TRAFFIC_DEMANDED },
    { "messages lost", cell_faulty, 0 },
    { "messages dropped", cell_faulty, 1 },
    { "messages twice", cell_faulty, 2 },
    { "drained after us", cell_drained, 0 },
    { "remote faults", cell_faults, 0 },
    { "fault stall mean us", cell_mean, 0 },
    { "fault stall median us", cell_median, 0 },
    { "fault stall max us", cell_max, 0 },
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
            rows[row].cell(table, &g_array_index(columns, Column, i),
                           rows[row].argument);
        }
    }
    table_format(table, 0, text);
}
