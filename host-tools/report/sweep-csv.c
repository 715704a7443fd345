/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrations of a sweep as comma-separated values (RFC 4180), see
 * docs/specs/sweep.md, "sweep.csv".
 */
#include "sweep-report.h"

#include <string.h>

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
    g_string_append(text, ",migration,process,algorithm,source,target,outcome,"
                    "started_ns,latency_ns,wire_alone_ns");
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        g_string_append_printf(text, ",%s_ns", ledger_phase_names[i]);
    }
    g_string_append(text, ",drained_ns,instructions,critical_bytes,"
                    "critical_messages,bytes,messages,faults,stall_ns,lost,"
                    "dropped,copied,source_state,target_state,process_end_ns,"
                    "undisturbed_end_ns,end,virtual_ns,"
                    "digest,reason\n");
}

/* What every row of a point begins with. */
static void append_point(const Sweep *sweep, const SweepPoint *point,
                         GString *text)
{
    g_string_append_printf(text, "%u", point->number);
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        g_string_append_c(text, ',');
        report_csv_text(text, sweep_value(sweep, point, i)->label);
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
    report_csv_text(text, point->reason != NULL ? point->reason : "");
    g_string_append_c(text, '\n');
}

/* Only one that was done has these. */
static void append_times(const LedgerMigration *ledger, GString *text)
{
    bool done = ledger->outcome == OUTCOME_DONE;

    if (ledger->outcome == OUTCOME_NOT_STARTED) {
        g_string_append_c(text, ',');
    } else {
        append_number(text, ledger->started_ns);
    }
    if (!done) {
        for (unsigned i = 0; i < PHASE_COUNT + 4; i++) {
            g_string_append_c(text, ',');
        }
        return;
    }
    uint64_t instructions = 0;
    append_number(text, ledger->latency_ns);
    append_number(text, ledger->wire_ns);
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        append_number(text, ledger->phases[i].duration_ns);
        instructions += ledger->phases[i].instructions;
    }
    if (ledger->drained) {
        append_number(text, ledger->drained_ns);
    } else {
        g_string_append_c(text, ',');
    }
    append_number(text, instructions);
}

static uint64_t total(const uint64_t *counts)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        sum += counts[i];
    }
    return sum;
}

static void append_traffic(const LedgerMigration *ledger, GString *text)
{
    const uint64_t numbers[] = {
        ledger->critical_bytes, ledger->critical_messages,
        total(ledger->bytes), total(ledger->messages), ledger->faults->len,
        result_fault_statistics(ledger, PART_COUNT).total,
        ledger->lost_messages, ledger->dropped_messages,
        ledger->copied_messages,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        append_number(text, numbers[i]);
    }
}

static void append_node(uint32_t node, GString *text)
{
    if (node == LEDGER_NONE) {
        g_string_append_c(text, ',');
    } else {
        append_number(text, node);
    }
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

static void append_migration(const Result *result, const Result *undisturbed,
                             const ResultMigration *migration, GString *text)
{
    const LedgerMigration *ledger = migration->ledger;

    if (migration->id == 0) {
        g_string_append_c(text, ',');
    } else {
        append_number(text, migration->id);
    }
    g_string_append_c(text, ',');
    report_csv_text(text, migration->process);
    g_string_append_printf(text, ",%s", migration->algorithm);
    append_node(ledger->source, text);
    append_node(ledger->target, text);
    g_string_append_printf(text, ",%s", ledger_outcome_names[ledger->outcome]);
    append_times(ledger, text);
    append_traffic(ledger, text);
    g_string_append_printf(text, ",%s,%s",
                           report_node_state(result, ledger->source),
                           report_node_state(result, ledger->target));
    append_process_end(result, migration->process, text);
    append_process_end(undisturbed, migration->process, text);
}

/* One without migrations, or without a result, has a row all the same. */
#define MIGRATION_COLUMNS   (9 + PHASE_COUNT + 15)

void report_sweep_csv_point(const Sweep *sweep, const SweepPoint *point,
                            const Result *result, const Result *undisturbed,
                            GString *text)
{
    for (unsigned i = 0; result != NULL && i < result->migrations->len; i++) {
        append_point(sweep, point, text);
        append_migration(result, undisturbed,
                         result->migrations->pdata[i], text);
        append_end(point, text);
    }
    if (result == NULL || result->migrations->len == 0) {
        append_point(sweep, point, text);
        for (unsigned i = 0; i < MIGRATION_COLUMNS; i++) {
            g_string_append_c(text, ',');
        }
        append_end(point, text);
    }
}
