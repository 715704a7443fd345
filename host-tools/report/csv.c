/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phases as comma-separated values (RFC 4180).
 */
#include "report.h"

#include <string.h>

void report_csv_text(GString *text, const char *value)
{
    if (strpbrk(value, ",\"\r\n") == NULL) {
        g_string_append(text, value);
        return;
    }
    g_string_append_c(text, '"');
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '"') {
            g_string_append_c(text, '"');
        }
        g_string_append_c(text, *p);
    }
    g_string_append_c(text, '"');
}

const char *report_node_state(const Result *result, uint32_t node)
{
    const ResultNode *found = node < result->nodes->len
        ? result->nodes->pdata[node] : NULL;

    return found != NULL ? ledger_node_states[found->facts.state] : "";
}

static void append_phase(GString *text, const ReportItem *item,
                         const ResultMigration *migration, unsigned kind)
{
    const LedgerMigration *ledger = migration->ledger;
    const LedgerPhase *phase = &ledger->phases[kind];
    const uint64_t numbers[] = {
        phase->node, phase->start_ns, phase->duration_ns, phase->instructions,
        phase->bytes, phase->messages, ledger->lost_messages,
        ledger->dropped_messages, ledger->copied_messages,
    };

    report_csv_text(text, item->name);
    g_string_append_printf(text, ",%" G_GUINT64_FORMAT ",", migration->id);
    report_csv_text(text, migration->process);
    g_string_append_printf(text, ",%s,%u,%u,%s", migration->algorithm,
                           ledger->source, ledger->target,
                           ledger_phase_names[kind]);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_string_append_printf(text, ",%" G_GUINT64_FORMAT, numbers[i]);
    }
    g_string_append_printf(text, ",%s,%s\n",
                           report_node_state(item->result, ledger->source),
                           report_node_state(item->result, ledger->target));
}

void report_csv(const ReportItem *items, size_t count, GString *text)
{
    g_string_append(text, "run,migration,process,algorithm,source,target,"
                    "phase,node,start_ns,duration_ns,instructions,bytes,"
                    "messages,lost,dropped,copied,source_state,"
                    "target_state\n");
    for (size_t i = 0; i < count; i++) {
        const GPtrArray *migrations = items[i].result->migrations;
        for (unsigned k = 0; k < migrations->len; k++) {
            const ResultMigration *migration = migrations->pdata[k];
            for (unsigned kind = 0; kind < PHASE_COUNT &&
                 migration->ledger->outcome == OUTCOME_DONE; kind++) {
                append_phase(text, &items[i], migration, kind);
            }
        }
    }
}
