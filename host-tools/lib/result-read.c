/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading result.json back (docs/specs/result.md).
 */
#include "result.h"

#include "json-fields.h"
#include "techniques.h"

static void read_node(JsonRead *read, JsonObject *object, unsigned index,
                      void *data)
{
    ResultNode *node = result_add_node(data);

    node->node = (uint32_t)json_read_number(read, object, "node", 0);
    node->facts.state = (LedgerNodeState)json_read_choice(
        read, object, "state", ledger_node_states, NODE_STATES);
    node->facts.time_ns = json_read_number(read, object, "state_ns", 0);
    node->clock_num = (uint32_t)json_read_number(read, object, "clock_num", 0);
    node->clock_den = (uint32_t)json_read_number(read, object, "clock_den", 0);
    node->cost = g_strdup(json_read_text(read, object, "cost"));
    node->instructions = json_read_number(read, object, "instructions", 0);
    json_read_sha256(read, object, "memory_sha256", node->memory_sha256);
}

static void read_link(JsonRead *read, JsonObject *object, unsigned index,
                      void *data)
{
    Result *result = data;
    LedgerLink link = {
        .source = (uint32_t)json_read_number(read, object, "source", 0),
        .target = (uint32_t)json_read_number(read, object, "target", 0),
    };

    for (unsigned i = 0; i < LINK_COUNTS; i++) {
        link.counts[i] =
            json_read_number(read, object, ledger_link_counts[i], 0);
    }
    g_array_append_val(result->links, link);
}

static void read_process(JsonRead *read, JsonObject *object, unsigned index,
                         void *data)
{
    ResultProcess *process = result_add_process(data);
    LedgerProcess *facts = &process->facts;

    process->name = g_strdup(json_read_text(read, object, "name"));
    facts->started = json_read_is_known(read, object, "start_ns");
    facts->ended = json_read_is_known(read, object, "end_ns");
    facts->lost = json_read_is_known(read, object, "lost_ns");
    facts->node = (uint32_t)json_read_number(read, object, "node", 0);
    facts->start_ns = json_read_number(read, object, "start_ns", 0);
    facts->end_ns = json_read_number(read, object, "end_ns", 0);
    facts->lost_ns = json_read_number(read, object, "lost_ns", 0);
    facts->wait_status =
        (uint32_t)(json_read_number(read, object, "exit_status", 0) << 8 |
                   json_read_number(read, object, "signal", 0));
    facts->user_instructions =
        json_read_number(read, object, "user_instructions", 0);
    facts->syscalls = json_read_number(read, object, "system_calls", 0);
    facts->unimplemented =
        json_read_number(read, object, "unimplemented_calls", 0);
    facts->page_faults = json_read_number(read, object, "page_faults", 0);
    process->stdout_bytes = json_read_number(read, object, "stdout_bytes", 0);
    process->stderr_bytes = json_read_number(read, object, "stderr_bytes", 0);
    json_read_sha256(read, object, "stdout_sha256", process->stdout_sha256);
    json_read_sha256(read, object, "stderr_sha256", process->stderr_sha256);
}

static void read_phase(JsonRead *read, JsonObject *object, unsigned index,
                       void *data)
{
    LedgerMigration *migration = data;

    if (index >= PHASE_COUNT ||
        json_read_choice(read, object, "name", ledger_phase_names,
                         PHASE_COUNT) != index) {
        json_read_fail(read, "phases", "in the known order");
        return;
    }
    json_read_fields(read, object, &ledger_phase_table,
                     &migration->phases[index]);
}

static void read_fault(JsonRead *read, JsonObject *object, unsigned index,
                       void *data)
{
    LedgerMigration *migration = data;
    LedgerFault fault = {0};

    json_read_fields(read, object, &ledger_fault_table, &fault);
    g_array_append_val(migration->faults, fault);
}

static void read_round(JsonRead *read, JsonObject *object, unsigned index,
                       void *data)
{
    LedgerMigration *migration = data;
    LedgerRound round = { .number = index + 1 };

    json_read_fields(read, object, &ledger_round_table, &round);
    round.end_ns = round.start_ns + round.duration_ns;
    g_array_append_val(migration->rounds, round);
}

static void read_traffic(JsonRead *read, JsonObject *object,
                         LedgerMigration *ledger)
{
    JsonObject *traffic = json_read_object(read, object, "traffic");

    for (unsigned i = 0; traffic != NULL && i < TRAFFIC_COUNT; i++) {
        JsonObject *kind = json_read_object(read, traffic,
                                            ledger_traffic_names[i]);
        if (kind != NULL) {
            json_read_fields(read, kind, &ledger_count_table,
                             &ledger->traffic[i]);
        }
    }
}

static void read_ledger(JsonRead *read, JsonObject *object,
                        LedgerMigration *ledger)
{
    ledger->outcome = (LedgerOutcome)json_read_choice(
        read, object, "outcome", ledger_outcome_names, OUTCOME_COUNT);
    ledger->missing = g_strdup(json_read_text(read, object, "missing"));
    json_read_fields(read, object, &ledger_migration_table, ledger);
    read_traffic(read, object, ledger);
    unsigned phases =
        json_read_array(read, object, "phases", read_phase, ledger);
    if (phases != (ledger->outcome == OUTCOME_DONE ? PHASE_COUNT : 0)) {
        json_read_fail(read, "phases", "complete");
    }
    json_read_array(read, object, "faults", read_fault, ledger);
    json_read_array(read, object, "rounds", read_round, ledger);
}

static void read_techniques(JsonRead *read, JsonObject *object,
                            LedgerMigration *ledger)
{
    const char *text = json_read_text(read, object, "techniques");

    if (text == NULL || !techniques_parse(text, &ledger->without, NULL)) {
        json_read_fail(read, "techniques", "a set of techniques");
    }
}

static void read_migration(JsonRead *read, JsonObject *object, unsigned index,
                           void *data)
{
    ResultMigration *migration =
        result_add_migration(data, ledger_migration_new());

    migration->id = json_read_number(read, object, "id", 0);
    migration->process = g_strdup(json_read_text(read, object, "process"));
    migration->algorithm = g_strdup(json_read_text(read, object, "algorithm"));
    read_techniques(read, object, migration->ledger);
    read_ledger(read, object, migration->ledger);
}

static void read_result(JsonRead *read, JsonObject *object, void *data)
{
    Result *result = data;
    const char *schema = json_read_text(read, object, "schema");

    if (g_strcmp0(schema, RESULT_SCHEMA) != 0) {
        json_read_fail(read, "schema", RESULT_SCHEMA);
        return;
    }
    result->name = g_strdup(json_read_text(read, object, "name"));
    result->end = g_strdup(json_read_text(read, object, "end"));
    result->reason = g_strdup(json_read_text(read, object, "reason"));
    result->virtual_ns = json_read_number(read, object, "virtual_ns", 0);
    json_read_sha256(read, object, "digest", result->digest);
    json_read_sha256(read, object, "trace_sha256", result->trace_sha256);
    json_read_array(read, object, "nodes", read_node, result);
    json_read_array(read, object, "links", read_link, result);
    json_read_array(read, object, "processes", read_process, result);
    json_read_array(read, object, "migrations", read_migration, result);
}

Result *result_from_json(const char *text, GError **error)
{
    g_autoptr(Result) result = result_new();

    return json_read_text_object(text, read_result, result, error)
               ? g_steal_pointer(&result)
               : NULL;
}
