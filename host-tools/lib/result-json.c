/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing result.json (docs/specs/result.md). What is not known is null.
 */
#include "result.h"

#include <string.h>

#include "json-fields.h"
#include "json-write.h"
#include "ledger-definitions.h"
#include "techniques.h"

static void put_nodes(JsonBuilder *json, const Result *result)
{
    json_write_begin_array(json, "nodes");
    for (unsigned i = 0; i < result->nodes->len; i++) {
        const ResultNode *node = result->nodes->pdata[i];
        json_builder_begin_object(json);
        json_write_number(json, "node", node->node);
        json_write_text(json, "state", ledger_node_states[node->facts.state]);
        json_write_known(json, "state_ns", node->facts.state != NODE_UP,
                         node->facts.time_ns);
        json_write_number(json, "clock_num", node->clock_num);
        json_write_number(json, "clock_den", node->clock_den);
        json_write_text(json, "cost", node->cost);
        json_write_number(json, "instructions", node->instructions);
        json_write_text(json, "memory_sha256", node->memory_sha256);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_links(JsonBuilder *json, const Result *result)
{
    json_write_begin_array(json, "links");
    for (unsigned i = 0; i < result->links->len; i++) {
        const LedgerLink *link = &g_array_index(result->links, LedgerLink, i);
        json_builder_begin_object(json);
        json_write_number(json, "source", link->source);
        json_write_number(json, "target", link->target);
        for (unsigned k = 0; k < LINK_COUNTS; k++) {
            json_write_number(json, ledger_link_counts[k], link->counts[k]);
        }
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
    json_write_text(json, "name", process->name);
    json_write_text(json, "state", result_process_state(facts));
    json_write_known(json, "node", facts->started || facts->lost, facts->node);
    json_write_known(json, "exit_status", exit_status >= 0,
                     (uint64_t)exit_status);
    json_write_known(json, "signal", facts->ended, (uint64_t)MAX(signal, 0));
    json_write_known(json, "start_ns", facts->started, facts->start_ns);
    json_write_known(json, "end_ns", facts->ended, facts->end_ns);
    json_write_known(json, "lost_ns", facts->lost, facts->lost_ns);
    json_write_known(json, "user_instructions", facts->ended,
                     facts->user_instructions);
    json_write_known(json, "system_calls", facts->ended, facts->syscalls);
    json_write_number(json, "unimplemented_calls", facts->unimplemented);
    json_write_known(json, "page_faults", facts->ended, facts->page_faults);
    json_write_number(json, "stdout_bytes", process->stdout_bytes);
    json_write_text(json, "stdout_sha256", process->stdout_sha256);
    json_write_number(json, "stderr_bytes", process->stderr_bytes);
    json_write_text(json, "stderr_sha256", process->stderr_sha256);
    json_builder_end_object(json);
}

static void put_phases(JsonBuilder *json, const LedgerMigration *migration)
{
    json_write_begin_array(json, "phases");
    for (unsigned i = 0; i < PHASE_COUNT && migration->outcome == OUTCOME_DONE;
         i++) {
        json_builder_begin_object(json);
        json_write_text(json, "name", ledger_phase_names[i]);
        json_write_fields(json, &ledger_phase_table, &migration->phases[i]);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_traffic(JsonBuilder *json, const LedgerMigration *migration)
{
    LedgerCount total = ledger_traffic_total(migration);

    json_write_begin_object(json, "traffic");
    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        json_write_object(json, ledger_traffic_names[i], &ledger_count_table,
                          &migration->traffic[i]);
    }
    json_write_object(json, "total", &ledger_count_table, &total);
    json_builder_end_object(json);
}

static void put_fault_statistics(JsonBuilder *json,
                                 const LedgerMigration *migration)
{
    uint64_t buckets[LEDGER_BUCKETS];

    json_write_begin_object(json, "fault_statistics");
    json_write_number(json, "count", migration->faults->len);
    for (unsigned i = 0; i <= PART_COUNT; i++) {
        LedgerStatistics statistics =
            ledger_fault_statistics(migration, (LedgerPart)i);
        json_write_object(json, i < PART_COUNT ? ledger_part_names[i]
                          : "stall", &ledger_statistics_table, &statistics);
    }
    ledger_fault_buckets(migration, buckets);
    json_write_begin_array(json, "stall_buckets");
    for (unsigned i = 0; i < LEDGER_BUCKETS; i++) {
        json_builder_add_int_value(json, (gint64)buckets[i]);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void put_definitions(JsonBuilder *json,
                            const LedgerMigration *migration)
{
    const char *system = "";

    json_write_begin_object(json, "definitions");
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        const LedgerDefinition *definition = &ledger_definitions[i];
        uint64_t value = ledger_definition_get(definition, migration);
        if (strcmp(system, definition->system) != 0) {
            if (i > 0) {
                json_builder_end_object(json);
            }
            json_write_begin_object(json, definition->system);
            system = definition->system;
        }
        json_write_known(json, definition->name, value != LEDGER_UNKNOWN,
                         value);
    }
    json_builder_end_object(json);
    json_builder_end_object(json);
}

static void put_faults(JsonBuilder *json, const LedgerMigration *migration)
{
    json_write_begin_array(json, "faults");
    for (unsigned i = 0; i < migration->faults->len; i++) {
        json_builder_begin_object(json);
        json_write_fields(json, &ledger_fault_table,
                          &g_array_index(migration->faults, LedgerFault, i));
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_rounds(JsonBuilder *json, const LedgerMigration *migration)
{
    json_write_begin_array(json, "rounds");
    for (unsigned i = 0; i < migration->rounds->len; i++) {
        json_builder_begin_object(json);
        json_write_fields(json, &ledger_round_table,
                          &g_array_index(migration->rounds, LedgerRound, i));
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_migration(JsonBuilder *json, const ResultMigration *migration)
{
    const LedgerMigration *ledger = migration->ledger;
    g_autofree char *techniques = techniques_format(ledger->without);

    json_builder_begin_object(json);
    json_write_known(json, "id", migration->id != 0, migration->id);
    json_write_text(json, "process", migration->process);
    json_write_text(json, "algorithm", migration->algorithm);
    json_write_text(json, "techniques", techniques);
    json_write_text(json, "outcome", ledger_outcome_names[ledger->outcome]);
    json_write_text(json, "missing", ledger->missing);
    json_write_fields(json, &ledger_migration_table, ledger);
    put_rounds(json, ledger);
    put_phases(json, ledger);
    put_traffic(json, ledger);
    put_definitions(json, ledger);
    put_fault_statistics(json, ledger);
    put_faults(json, ledger);
    json_builder_end_object(json);
}

static void put_result(JsonBuilder *json, const Result *result)
{
    json_builder_begin_object(json);
    json_write_text(json, "schema", RESULT_SCHEMA);
    json_write_text(json, "name", result->name);
    json_write_text(json, "end", result->end);
    json_write_text(json, "reason", result->reason);
    json_write_text(json, "digest", result->digest);
    json_write_text(json, "trace_sha256", result->trace_sha256);
    json_write_number(json, "virtual_ns", result->virtual_ns);
    put_nodes(json, result);
    put_links(json, result);
    json_write_begin_array(json, "processes");
    for (unsigned i = 0; i < result->processes->len; i++) {
        put_process(json, result->processes->pdata[i]);
    }
    json_builder_end_array(json);
    json_write_begin_array(json, "migrations");
    for (unsigned i = 0; i < result->migrations->len; i++) {
        put_migration(json, result->migrations->pdata[i]);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

char *result_to_json(const Result *result)
{
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();

    put_result(json, result);
    return json_write_finish(json);
}
