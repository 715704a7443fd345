/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ledgers of one run, phase by phase.
 */
#include "report.h"

#include "table.h"

static void add_number(Table *table, uint64_t number)
{
    table_cell(table, "%" G_GUINT64_FORMAT, number);
}

static void add_us(Table *table, uint64_t ns)
{
    g_autofree char *us = report_us(ns);

    table_cell(table, "%s", us);
}

static void append_phases(GString *text, const LedgerMigration *ledger)
{
    g_autoptr(Table) table = table_new(7);

    table_row(table, "phase");
    table_cell(table, "node");
    table_cell(table, "start us");
    table_cell(table, "us");
    table_cell(table, "instructions");
    table_cell(table, "bytes");
    table_cell(table, "messages");
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &ledger->phases[i];
        table_row(table, ledger_phase_names[i]);
        add_number(table, phase->node);
        add_us(table, phase->start_ns - ledger->started_ns);
        add_us(table, phase->duration_ns);
        add_number(table, phase->instructions);
        add_number(table, phase->bytes);
        add_number(table, phase->messages);
    }
    table_row(table, "latency");
    table_cell(table, "%s", "");
    table_cell(table, "%s", "");
    add_us(table, ledger->latency_ns);
    table_format(table, 2, text);
}

static void append_derived(GString *text, const LedgerMigration *ledger)
{
    g_autofree char *wire = report_us(ledger->wire_alone_ns);
    g_autofree char *drained = report_us(ledger->drained_ns);

    g_string_append_printf(text, "  residue %" G_GINT64_FORMAT " ns; the wire "
                           "alone needs %s us, the latency is %.2f times "
                           "that\n", ledger->residue_ns, wire,
                           report_wire_ratio(ledger));
    if (ledger->lost_messages + ledger->dropped_messages +
        ledger->copied_messages > 0) {
        g_string_append_printf(text, "  messages: %" G_GUINT64_FORMAT
                               " lost, %" G_GUINT64_FORMAT " dropped, %"
                               G_GUINT64_FORMAT " arrived twice\n",
                               ledger->lost_messages, ledger->dropped_messages,
                               ledger->copied_messages);
    }
    if (ledger->drained_ns != LEDGER_UNKNOWN) {
        g_string_append_printf(text, "  drained %s us after the resume; %"
                               G_GUINT64_FORMAT " pages: %" G_GUINT64_FORMAT
                               " critical, %" G_GUINT64_FORMAT " pushed, %"
                               G_GUINT64_FORMAT " demanded, %" G_GUINT64_FORMAT
                               " twice\n", drained, ledger->page_count,
                               ledger->critical_pages,
                               ledger->traffic[TRAFFIC_PUSHED].messages,
                               ledger->traffic[TRAFFIC_DEMANDED].messages,
                               ledger->duplicate_count);
    } else {
        g_string_append(text, "  not drained: the source still held pages "
                        "when the run ended\n");
    }
}

static void append_faults(GString *text, const LedgerMigration *ledger)
{
    g_autoptr(Table) table = table_new(7);

    g_string_append_printf(text, "  %u remote faults\n", ledger->faults->len);
    if (ledger->faults->len == 0) {
        return;
    }
    table_row(table, "part of a fault");
    table_cell(table, "mean us");
    table_cell(table, "median us");
    table_cell(table, "p90 us");
    table_cell(table, "p99 us");
    table_cell(table, "max us");
    table_cell(table, "total us");
    for (unsigned i = 0; i <= PART_COUNT; i++) {
        LedgerStatistics part = ledger_fault_statistics(ledger, (LedgerPart)i);
        table_row(table, i < PART_COUNT ? ledger_part_names[i] : "stall");
        add_us(table, part.mean);
        add_us(table, part.median);
        add_us(table, part.p90);
        add_us(table, part.p99);
        add_us(table, part.max);
        add_us(table, part.total);
    }
    table_format(table, 2, text);
}

void report_ledgers(const ReportItem *item, GString *text)
{
    const Result *result = item->result;

    report_summary(result, item->name, text);
    if (result->reason != NULL) {
        g_string_append_printf(text, "the run failed: %s\n", result->reason);
    }
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        const LedgerMigration *ledger = migration->ledger;
        g_autofree char *name = report_migration_name(migration);
        g_autofree char *route = report_route(ledger);
        if (ledger->outcome != OUTCOME_DONE) {
            continue;
        }
        g_autofree char *start = report_us(ledger->started_ns);
        g_string_append_printf(text, "\n%s: %s %s, %s, frozen at %s us\n",
                               name, migration->process, route,
                               migration->algorithm, start);
        append_phases(text, ledger);
        append_derived(text, ledger);
        append_faults(text, ledger);
    }
}
