/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing result.json (docs/specs/result.md). What is not known is null.
 */
#include "result.h"

#include <json-glib/json-glib.h>

static void put_number(JsonBuilder *json, const char *name, uint64_t value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, (gint64)value);
}

static void put_text(JsonBuilder *json, const char *name, const char *text)
{
    json_builder_set_member_name(json, name);
    if (text != NULL && *text != '\0') {
        json_builder_add_string_value(json, text);
    } else {
        json_builder_add_null_value(json);
    }
}

static void put_null(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_add_null_value(json);
}

/* `known` or null. */
static void put_known(JsonBuilder *json, const char *name, bool known,
                      uint64_t value)
{
    if (known) {
        put_number(json, name, value);
    } else {
        put_null(json, name);
    }
}

static void put_nodes(JsonBuilder *json, const Result *result)
{
    json_builder_set_member_name(json, "nodes");
    json_builder_begin_array(json);
    for (unsigned i = 0; i < result->nodes->len; i++) {
        const ResultNode *node = result->nodes->pdata[i];
        json_builder_begin_object(json);
        put_number(json, "node", node->node);
        put_number(json, "instructions", node->instructions);
        put_text(json, "memory_sha256", node->memory_sha256);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_process(JsonBuilder *json, const ResultProcess *process)
{
    const LedgerProcess *facts = &process->facts;
    int exit_status = result_exit_status(facts);
    int signal = result_signal(facts);

    json_builder_begin_object(json);
    put_text(json, "name", process->name);
    put_known(json, "node", facts->started, facts->node);
    put_known(json, "exit_status", exit_status >= 0, (uint64_t)exit_status);
    put_known(json, "signal", facts->ended, (uint64_t)MAX(signal, 0));
    put_known(json, "start_ns", facts->started, facts->start_ns);
    put_known(json, "end_ns", facts->ended, facts->end_ns);
    put_known(json, "user_instructions", facts->ended,
              facts->user_instructions);
    put_known(json, "system_calls", facts->ended, facts->syscalls);
    put_number(json, "unimplemented_calls", facts->unimplemented);
    put_known(json, "page_faults", facts->ended, facts->page_faults);
    put_number(json, "stdout_bytes", process->stdout_bytes);
    put_text(json, "stdout_sha256", process->stdout_sha256);
    put_number(json, "stderr_bytes", process->stderr_bytes);
    put_text(json, "stderr_sha256", process->stderr_sha256);
    json_builder_end_object(json);
}

static void put_phases(JsonBuilder *json, const LedgerMigration *migration)
{
    json_builder_set_member_name(json, "phases");
    json_builder_begin_array(json);
    for (unsigned i = 0; i < PHASE_COUNT &&
         migration->outcome == OUTCOME_DONE; i++) {
        const LedgerPhase *phase = &migration->phases[i];
        json_builder_begin_object(json);
        put_text(json, "name", ledger_phase_names[i]);
        put_number(json, "node", phase->node);
        put_number(json, "start_ns", phase->start_ns);
        put_number(json, "duration_ns", phase->duration_ns);
        put_number(json, "instructions", phase->instructions);
        put_number(json, "bytes", phase->bytes);
        put_number(json, "messages", phase->messages);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_traffic(JsonBuilder *json, const char *name,
                        const uint64_t counts[TRAFFIC_COUNT])
{
    uint64_t total = 0;

    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        put_number(json, ledger_traffic_names[i], counts[i]);
        total += counts[i];
    }
    put_number(json, "total", total);
    json_builder_end_object(json);
}

static void put_pages(JsonBuilder *json, const LedgerMigration *migration)
{
    json_builder_set_member_name(json, "pages");
    json_builder_begin_object(json);
    put_known(json, "total", migration->drained, migration->page_count);
    put_number(json, "critical", migration->messages[TRAFFIC_CRITICAL]);
    put_number(json, "pushed", migration->messages[TRAFFIC_PUSHED]);
    put_number(json, "demanded", migration->messages[TRAFFIC_DEMANDED]);
    put_number(json, "duplicate", migration->duplicate_count);
    json_builder_end_object(json);
}

static void put_statistics(JsonBuilder *json, const char *name,
                           ResultStatistics statistics)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
    put_number(json, "total", statistics.total);
    put_number(json, "mean", statistics.mean);
    put_number(json, "median", statistics.median);
    put_number(json, "max", statistics.max);
    json_builder_end_object(json);
}

static void put_fault_statistics(JsonBuilder *json,
                                 const LedgerMigration *migration)
{
    uint64_t demanded = 0;

    for (unsigned i = 0; i < migration->faults->len; i++) {
        demanded += g_array_index(migration->faults, LedgerFault, i).demanded;
    }
    json_builder_set_member_name(json, "fault_statistics");
    json_builder_begin_object(json);
    put_number(json, "count", migration->faults->len);
    put_number(json, "demanded", demanded);
    put_number(json, "cut", migration->cut_fault_count);
    put_statistics(json, "stall_ns",
                   result_fault_statistics(migration, PART_COUNT));
    for (unsigned i = 0; i < PART_COUNT; i++) {
        g_autofree char *name = g_strdup_printf("%s_ns", ledger_part_names[i]);
        put_statistics(json, name,
                       result_fault_statistics(migration, (LedgerPart)i));
    }
    json_builder_end_object(json);
}

static void put_faults(JsonBuilder *json, const LedgerMigration *migration)
{
    json_builder_set_member_name(json, "faults");
    json_builder_begin_array(json);
    for (unsigned i = 0; i < migration->faults->len; i++) {
        const LedgerFault *fault = &g_array_index(migration->faults,
                                                  LedgerFault, i);
        json_builder_begin_object(json);
        put_number(json, "tag", fault->tag);
        put_number(json, "object", fault->object);
        put_number(json, "index", fault->index);
        json_builder_set_member_name(json, "demanded");
        json_builder_add_boolean_value(json, fault->demanded);
        put_number(json, "start_ns", fault->start_ns);
        put_number(json, "stall_ns", fault->stall_ns);
        for (unsigned k = 0; k < PART_COUNT; k++) {
            g_autofree char *name = g_strdup_printf("%s_ns",
                                                    ledger_part_names[k]);
            put_number(json, name, fault->parts_ns[k]);
        }
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_migration(JsonBuilder *json, const ResultMigration *migration)
{
    const LedgerMigration *ledger = migration->ledger;
    bool done = ledger->outcome == OUTCOME_DONE;
    bool started = ledger->outcome != OUTCOME_NOT_STARTED;

    json_builder_begin_object(json);
    put_known(json, "id", migration->id != 0, migration->id);
    put_text(json, "process", migration->process);
    put_number(json, "pid", ledger->pid);
    put_number(json, "epoch", ledger->epoch);
    put_text(json, "algorithm", migration->algorithm);
    put_text(json, "outcome", ledger_outcome_names[ledger->outcome]);
    put_text(json, "missing", ledger->missing);
    put_known(json, "error", ledger->error_number != 0, ledger->error_number);
    put_known(json, "source", ledger->source != LEDGER_NONE, ledger->source);
    put_known(json, "target", ledger->target != LEDGER_NONE, ledger->target);
    put_known(json, "started_ns", started, ledger->started_ns);
    put_known(json, "latency_ns", done, ledger->latency_ns);
    put_known(json, "residue_ns", done, (uint64_t)ledger->residue_ns);
    put_known(json, "wire_ns", done, ledger->wire_ns);
    put_known(json, "drained_ns", done && ledger->drained,
              ledger->drained_ns);
    put_known(json, "critical_bytes", started, ledger->critical_bytes);
    put_known(json, "critical_messages", started, ledger->critical_messages);
    put_phases(json, ledger);
    put_traffic(json, "bytes", ledger->bytes);
    put_traffic(json, "messages", ledger->messages);
    put_pages(json, ledger);
    put_fault_statistics(json, ledger);
    put_faults(json, ledger);
    json_builder_end_object(json);
}

static void put_result(JsonBuilder *json, const Result *result)
{
    json_builder_begin_object(json);
    put_text(json, "schema", RESULT_SCHEMA);
    put_text(json, "name", result->name);
    put_text(json, "end", result->end);
    put_text(json, "reason", result->reason);
    put_text(json, "digest", result->digest);
    put_text(json, "trace_sha256", result->trace_sha256);
    put_number(json, "virtual_ns", result->virtual_ns);
    put_nodes(json, result);
    json_builder_set_member_name(json, "processes");
    json_builder_begin_array(json);
    for (unsigned i = 0; i < result->processes->len; i++) {
        put_process(json, result->processes->pdata[i]);
    }
    json_builder_end_array(json);
    json_builder_set_member_name(json, "migrations");
    json_builder_begin_array(json);
    for (unsigned i = 0; i < result->migrations->len; i++) {
        put_migration(json, result->migrations->pdata[i]);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

char *result_to_json(const Result *result)
{
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    put_result(json, result);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    json_generator_set_pretty(generator, TRUE);
    json_generator_set_root(generator, root);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    return g_strconcat(text, "\n", NULL);
}
