/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ledgers of one run: of each migration the critical path, what followed it,
 * and what went over the wire.
 */
#include "report.h"

#include "bar.h"
#include "table.h"

static void append_path(GString *text, const LedgerMigration *ledger,
                        bool colours)
{
    static const BarColour colour[PHASE_COUNT] = {
        BAR_SOURCE, BAR_SOURCE, BAR_WIRE, BAR_WIRE, BAR_TARGET, BAR_TARGET,
        BAR_TARGET,
    };
    g_autofree char *latency = report_us(ledger->latency_ns);
    g_autofree char *wire = report_us(ledger->wire_alone_ns);

    g_string_append(text, "  critical path, us: the process runs nowhere\n");
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &ledger->phases[i];
        g_autofree char *node = g_strdup_printf("node %u", phase->node);
        const Bar bar = {
            .label = ledger_phase_names[i],
            .detail = i == PHASE_WIRE ? "" : node,
            .start = phase->start_ns - ledger->started_ns,
            .length = phase->duration_ns,
            .colour = colour[i],
        };
        bar_append(text, &bar, ledger->latency_ns, colours);
    }
    g_string_append_printf(text, "  latency              %12s  %.2f times what "
                           "the wire alone needs, %s us\n"
                           "  %" G_GUINT64_FORMAT " instructions, %"
                           G_GUINT64_FORMAT " pages, %" G_GUINT64_FORMAT
                           " messages, %" G_GUINT64_FORMAT " bytes; residue %"
                           G_GINT64_FORMAT " ns\n", latency,
                           report_wire_ratio(ledger), wire,
                           ledger->instructions, ledger->critical_pages,
                           ledger->critical_messages, ledger->critical_bytes,
                           ledger->residue_ns);
    if (ledger->first_run_ns != LEDGER_UNKNOWN &&
        ledger->first_run_ns != ledger->latency_ns) {
        g_autofree char *first = report_us(ledger->first_run_ns);
        g_string_append_printf(text, "  its first instruction faulted: none "
                               "was executed until %s us\n", first);
    }
}

static void append_share(GString *text, const char *label, const char *detail,
                         uint64_t *start, uint64_t length,
                         const LedgerAfter *after, BarColour colour,
                         bool colours)
{
    const Bar bar = {
        .label = label, .detail = detail, .start = *start, .length = length,
        .colour = colour,
    };

    if (length != LEDGER_UNKNOWN && length > 0) {
        bar_append(text, &bar, after->settled_ns, colours);
        *start += length;
    }
}

/* The shares stand one behind the other, whenever they were. */
static void append_after(GString *text, const LedgerMigration *ledger,
                         bool colours)
{
    const LedgerAfter *after = &ledger->after;
    uint64_t start = 0;

    if (after->settled_ns == LEDGER_UNKNOWN) {
        return;
    }
    g_autofree char *settled = report_us(after->settled_ns);
    g_string_append_printf(text, "  after the resume, us: %s until node %u "
                           "needs nothing more of node %u\n", settled,
                           ledger->target, ledger->source);
    append_share(text, "running", "", &start, after->running_ns, after,
                 BAR_TARGET, colours);
    for (unsigned i = 0; i < FAULT_KINDS; i++) {
        append_share(text, "stalled", ledger_fault_kinds[i], &start,
                     after->stalled_ns[i], after, BAR_STALL, colours);
    }
    append_share(text, "other", "", &start, after->other_ns, after, BAR_PLAIN,
                 colours);
}

static void append_drained(GString *text, const LedgerMigration *ledger)
{
    const LedgerResidual *residual = &ledger->residual;
    g_autofree char *drained = report_us(ledger->drained_ns);

    if (ledger->drained_ns != LEDGER_UNKNOWN) {
        g_string_append_printf(text, "  drained %s us after the resume\n",
                               drained);
    } else {
        g_string_append(text, "  not drained: the source still held pages "
                        "when the run ended\n");
    }
    if (residual->frozen_pages == 0) {
        return;
    }
    g_autofree char *half = report_us(residual->stay.median);
    g_autofree char *most = report_us(residual->stay.p99);
    g_autofree char *last = report_us(residual->stay.max);
    g_string_append_printf(text, "  pages that only node %u has: %"
                           G_GUINT64_FORMAT " at the freeze, %"
                           G_GUINT64_FORMAT " at the resume;\n  half "
                           "have moved %s us after the freeze, 99 %% %s, all "
                           "%s\n", ledger->source,
                           residual->frozen_pages, residual->resumed_pages,
                           half, most, last);
}

static void add_us(Table *table, uint64_t ns)
{
    const ReportNumber number = { .unit = LEDGER_NS, .value = ns };
    g_autofree char *us = report_number(&number);

    table_cell(table, "%s", us);
}

static Table *new_statistics(void)
{
    static const char *const headings[] = {
        "total us", "mean", "min", "median", "p90", "p99", "max",
    };
    Table *table = table_new(G_N_ELEMENTS(headings) + 1);

    table_row(table, "");
    for (size_t i = 0; i < G_N_ELEMENTS(headings); i++) {
        table_cell(table, "%s", headings[i]);
    }
    return table;
}

static void add_statistics(Table *table, const char *name,
                           const LedgerStatistics *statistics)
{
    table_row(table, name);
    for (unsigned i = 0; i < ledger_statistics_table.count; i++) {
        add_us(table, ledger_field_get(&ledger_statistics_table.fields[i],
                                       statistics));
    }
}

static void append_faults(GString *text, const LedgerMigration *ledger)
{
    g_autoptr(Table) table = new_statistics();

    g_string_append_printf(text, "  %u remote faults", ledger->faults->len);
    for (unsigned i = 0; i < FAULT_KINDS; i++) {
        if (ledger->fault_counts[i] > 0) {
            g_string_append_printf(text, ", %" G_GUINT64_FORMAT " %s",
                                   ledger->fault_counts[i],
                                   ledger_fault_kinds[i]);
        }
    }
    g_string_append_c(text, '\n');
    if (ledger->faults->len == 0) {
        return;
    }
    for (unsigned i = 0; i <= PART_COUNT; i++) {
        LedgerStatistics part = ledger_fault_statistics(ledger, (LedgerPart)i);
        add_statistics(table, i < PART_COUNT ? ledger_part_names[i] : "stall",
                       &part);
    }
    table_format(table, 2, text);
}

static void append_freeze(GString *text, const LedgerMigration *ledger)
{
    const LedgerFreeze *freeze = &ledger->freeze;
    g_autoptr(Table) table = new_statistics();

    if (freeze->ports == 0) {
        return;
    }
    g_autofree char *home = report_us(freeze->home_ns);
    g_autofree char *refusal = report_us(freeze->refusal_ns);
    g_string_append_printf(text, "  %" G_GUINT64_FORMAT " ports, all there %s "
                           "us after the freeze; %" G_GUINT64_FORMAT
                           " refusals, for %s us at most\n  messages: %"
                           G_GUINT64_FORMAT " in the queues at the freeze, %"
                           G_GUINT64_FORMAT " behind it, of which %"
                           G_GUINT64_FORMAT " were sent on\n", freeze->ports,
                           home, freeze->refused, refusal, freeze->queued,
                           freeze->accepted, freeze->sent_on);
    if (freeze->delayed > 0) {
        add_statistics(table, "put off", &freeze->delay);
        add_statistics(table, "until read", &freeze->wait);
        table_format(table, 2, text);
    }
}

static void add_count(Table *table, const char *name, const LedgerCount *count)
{
    table_row(table, name);
    for (unsigned i = 0; i < ledger_count_table.count; i++) {
        table_cell(table, "%" G_GUINT64_FORMAT, ledger_field_get(
            &ledger_count_table.fields[i], count));
    }
}

static void append_rounds(GString *text, const LedgerMigration *ledger)
{
    g_autoptr(Table) table = table_new(ledger_round_table.count + 1);

    if (ledger->rounds->len == 0) {
        return;
    }
    table_row(table, "round");
    table_cell(table, "at us");
    table_cell(table, "us");
    table_cell(table, "pages");
    table_cell(table, "changed");
    for (unsigned i = 0; i < ledger->rounds->len; i++) {
        const LedgerRound *round = &g_array_index(ledger->rounds, LedgerRound,
                                                  i);
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        g_autofree char *start = report_us(round->start_ns);
        g_autofree char *duration = report_us(round->duration_ns);

        table_row(table, number);
        table_cell(table, "%s", start);
        table_cell(table, "%s", duration);
        table_cell(table, "%" G_GUINT64_FORMAT, round->pages);
        table_cell(table, "%" G_GUINT64_FORMAT, round->changed_pages);
    }
    table_format(table, 2, text);
}

static void append_traffic(GString *text, const LedgerMigration *ledger)
{
    LedgerCount total = ledger_traffic_total(ledger);
    g_autoptr(Table) table = table_new(ledger_count_table.count + 1);

    table_row(table, "traffic");
    table_cell(table, "messages");
    table_cell(table, "payload bytes");
    table_cell(table, "bytes on the wire");
    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        if (ledger->traffic[i].messages > 0) {
            add_count(table, ledger_traffic_names[i], &ledger->traffic[i]);
        }
    }
    add_count(table, "total", &total);
    table_format(table, 2, text);
    if (ledger->lost_messages + ledger->dropped_messages +
        ledger->copied_messages > 0) {
        g_string_append_printf(text, "  of these messages %" G_GUINT64_FORMAT
                               " were lost, %" G_GUINT64_FORMAT " dropped, %"
                               G_GUINT64_FORMAT " arrived twice\n",
                               ledger->lost_messages, ledger->dropped_messages,
                               ledger->copied_messages);
    }
}

static void append_prefetch(GString *text, const LedgerPrefetch *prefetch)
{
    if (prefetch->batches == LEDGER_UNKNOWN) {
        return;
    }
    g_string_append_printf(text, "  %" G_GUINT64_FORMAT " batches asked for "
                           "ahead of use: %" G_GUINT64_FORMAT " pages came, %"
                           G_GUINT64_FORMAT " of them were used\n",
                           prefetch->batches, prefetch->pages, prefetch->hits);
}

static void append_migration(GString *text, const ResultMigration *migration,
                             bool colours)
{
    const LedgerMigration *ledger = migration->ledger;
    g_autofree char *name = report_migration_name(migration);
    g_autofree char *route = report_route(ledger);
    g_autofree char *how = result_migration_how(migration);
    g_autofree char *start = report_us(ledger->started_ns);

    g_string_append_printf(text, "\n%s: %s %s, %s, frozen at %s us\n", name,
                           migration->process, route, how, start);
    append_rounds(text, ledger);
    append_path(text, ledger, colours);
    append_after(text, ledger, colours);
    append_drained(text, ledger);
    append_faults(text, ledger);
    append_freeze(text, ledger);
    append_prefetch(text, &ledger->prefetch);
    append_traffic(text, ledger);
}

void report_ledgers(const ReportItem *item, bool colours, GString *text)
{
    const Result *result = item->result;

    report_summary(result, item->name, text);
    if (result->reason != NULL) {
        g_string_append_printf(text, "the run failed: %s\n", result->reason);
    }
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        if (migration->ledger->outcome == OUTCOME_DONE) {
            append_migration(text, migration, colours);
        }
    }
}
