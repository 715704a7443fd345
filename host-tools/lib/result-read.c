/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading result.json back (docs/specs/result.md).
 */
#include "result.h"

#include "json-read.h"

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
    LedgerPhase *phase = &migration->phases[index];
    phase->node = (uint32_t)json_read_number(read, object, "node", 0);
    phase->start_ns = json_read_number(read, object, "start_ns", 0);
    phase->duration_ns = json_read_number(read, object, "duration_ns", 0);
    phase->instructions = json_read_number(read, object, "instructions", 0);
    phase->bytes = json_read_number(read, object, "bytes", 0);
    phase->messages = json_read_number(read, object, "messages", 0);
}

static void read_fault(JsonRead *read, JsonObject *object, unsigned index,
                       void *data)
{
    LedgerMigration *migration = data;
    LedgerFault fault = {0};

    fault.tag = json_read_number(read, object, "tag", 0);
    fault.object = json_read_number(read, object, "object", 0);
    fault.index = json_read_number(read, object, "index", 0);
    fault.demanded = json_read_bool(read, object, "demanded");
    fault.start_ns = json_read_number(read, object, "start_ns", 0);
    fault.stall_ns = json_read_number(read, object, "stall_ns", 0);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        g_autofree char *name = g_strdup_printf("%s_ns", ledger_part_names[i]);
        fault.parts_ns[i] = json_read_number(read, object, name, 0);
    }
    g_array_append_val(migration->faults, fault);
}

static void read_traffic(JsonRead *read, JsonObject *object, const char *name,
                         uint64_t counts[TRAFFIC_COUNT])
{
    JsonObject *traffic = json_read_object(read, object, name);

    for (unsigned i = 0; traffic != NULL && i < TRAFFIC_COUNT; i++) {
        counts[i] = json_read_number(read, traffic, ledger_traffic_names[i], 0);
    }
}

static void read_ledger(JsonRead *read, JsonObject *object,
                        LedgerMigration *ledger)
{
    JsonObject *pages = json_read_object(read, object, "pages");
    JsonObject *faults = json_read_object(read, object, "fault_statistics");

    ledger->pid = (uint32_t)json_read_number(read, object, "pid", 0);
    ledger->epoch = (uint32_t)json_read_number(read, object, "epoch", 0);
    ledger->outcome = (LedgerOutcome)json_read_choice(
        read, object, "outcome", ledger_outcome_names, OUTCOME_COUNT);
    ledger->missing = g_strdup(json_read_text(read, object, "missing"));
    ledger->error_number = (uint32_t)json_read_number(read, object, "error", 0);
    ledger->crashed_node =
        (uint32_t)json_read_number(read, object, "crashed_node", LEDGER_NONE);
    ledger->crashed_ns = json_read_number(read, object, "crashed_ns", 0);
    ledger->source =
        (uint32_t)json_read_number(read, object, "source", LEDGER_NONE);
    ledger->target =
        (uint32_t)json_read_number(read, object, "target", LEDGER_NONE);
    ledger->started_ns = json_read_number(read, object, "started_ns", 0);
    ledger->latency_ns = json_read_number(read, object, "latency_ns", 0);
    ledger->residue_ns =
        (int64_t)json_read_number(read, object, "residue_ns", 0);
    ledger->wire_ns = json_read_number(read, object, "wire_ns", 0);
    ledger->drained = json_read_is_known(read, object, "drained_ns");
    ledger->drained_ns = json_read_number(read, object, "drained_ns", 0);
    ledger->critical_bytes =
        json_read_number(read, object, "critical_bytes", 0);
    ledger->critical_messages =
        json_read_number(read, object, "critical_messages", 0);
    read_traffic(read, object, "bytes", ledger->bytes);
    read_traffic(read, object, "messages", ledger->messages);
    ledger->lost_messages = json_read_number(read, object, "lost_messages", 0);
    ledger->dropped_messages =
        json_read_number(read, object, "dropped_messages", 0);
    ledger->copied_messages =
        json_read_number(read, object, "copied_messages", 0);
    if (pages != NULL) {
        ledger->page_count = json_read_number(read, pages, "total", 0);
        ledger->duplicate_count = json_read_number(read, pages, "duplicate", 0);
    }
    if (faults != NULL) {
        ledger->cut_fault_count = json_read_number(read, faults, "cut", 0);
    }
    unsigned phases =
        json_read_array(read, object, "phases", read_phase, ledger);
    if (phases != (ledger->outcome == OUTCOME_DONE ? PHASE_COUNT : 0)) {
        json_read_fail(read, "phases", "complete");
    }
    json_read_array(read, object, "faults", read_fault, ledger);
}

static void read_migration(JsonRead *read, JsonObject *object, unsigned index,
                           void *data)
{
    ResultMigration *migration =
        result_add_migration(data, ledger_migration_new());

    migration->id = json_read_number(read, object, "id", 0);
    migration->process = g_strdup(json_read_text(read, object, "process"));
    migration->algorithm = g_strdup(json_read_text(read, object, "algorithm"));
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
