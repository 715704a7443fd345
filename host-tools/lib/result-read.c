/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading result.json back (docs/specs/result.md).
 *
 * A reader remembers its first error and gives harmless values from then on,
 * so that a structure is read in one go and the error asked for at its end.
 */
#include "result.h"

#include <json-glib/json-glib.h>

#include "error.h"

typedef struct {
    GError *error;
} Reader;

static void fail(Reader *reader, const char *name, const char *what)
{
    if (reader->error == NULL) {
        godwit_fail(&reader->error, "'%s' is not %s", name, what);
    }
}

static JsonNode *get(Reader *reader, JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node == NULL) {
        fail(reader, name, "there");
    }
    return node;
}

/* A number, or `unknown` where it is null. */
static uint64_t get_number(Reader *reader, JsonObject *object,
                           const char *name, uint64_t unknown)
{
    JsonNode *node = get(reader, object, name);

    if (node == NULL || JSON_NODE_HOLDS_NULL(node)) {
        return unknown;
    }
    if (json_node_get_value_type(node) != G_TYPE_INT64) {
        fail(reader, name, "a whole number");
        return unknown;
    }
    return (uint64_t)json_node_get_int(node);
}

static bool is_known(Reader *reader, JsonObject *object, const char *name)
{
    JsonNode *node = get(reader, object, name);

    return node != NULL && !JSON_NODE_HOLDS_NULL(node);
}

/* NULL where it is null. */
static const char *get_text(Reader *reader, JsonObject *object,
                            const char *name)
{
    JsonNode *node = get(reader, object, name);

    if (node == NULL || JSON_NODE_HOLDS_NULL(node)) {
        return NULL;
    }
    if (json_node_get_value_type(node) != G_TYPE_STRING) {
        fail(reader, name, "a text");
        return NULL;
    }
    return json_node_get_string(node);
}

static void get_sha256(Reader *reader, JsonObject *object, const char *name,
                       char text[static SHA256_TEXT])
{
    const char *value = get_text(reader, object, name);

    if (value == NULL) {
        return;
    }
    if (!sha256_is_text(value)) {
        fail(reader, name, "a SHA-256");
        return;
    }
    g_strlcpy(text, value, SHA256_TEXT);
}

/* The index of a text in a table; 0 and an error if it is not in it. */
static unsigned get_choice(Reader *reader, JsonObject *object,
                           const char *name, const char *const *choices,
                           unsigned count)
{
    const char *text = get_text(reader, object, name);

    for (unsigned i = 0; text != NULL && i < count; i++) {
        if (g_str_equal(choices[i], text)) {
            return i;
        }
    }
    fail(reader, name, "a known word");
    return 0;
}

static JsonObject *get_object(Reader *reader, JsonObject *object,
                              const char *name)
{
    JsonNode *node = get(reader, object, name);

    if (node != NULL && JSON_NODE_HOLDS_OBJECT(node)) {
        return json_node_get_object(node);
    }
    fail(reader, name, "an object");
    return NULL;
}

typedef void (*ElementFunc)(Reader *reader, JsonObject *object, unsigned index,
                            void *data);

/* Calls `func` for every object of an array; returns how many. */
static unsigned for_each(Reader *reader, JsonObject *object, const char *name,
                         ElementFunc func, void *data)
{
    JsonNode *node = get(reader, object, name);

    if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node)) {
        fail(reader, name, "an array");
        return 0;
    }
    JsonArray *array = json_node_get_array(node);
    for (unsigned i = 0; i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_OBJECT(element)) {
            fail(reader, name, "an array of objects");
            return 0;
        }
        func(reader, json_node_get_object(element), i, data);
    }
    return json_array_get_length(array);
}

static void read_node(Reader *reader, JsonObject *object, unsigned index,
                      void *data)
{
    ResultNode *node = result_add_node(data);

    node->node = (uint32_t)get_number(reader, object, "node", 0);
    node->instructions = get_number(reader, object, "instructions", 0);
    get_sha256(reader, object, "memory_sha256", node->memory_sha256);
}

static void read_process(Reader *reader, JsonObject *object, unsigned index,
                         void *data)
{
    ResultProcess *process = result_add_process(data);
    LedgerProcess *facts = &process->facts;

    process->name = g_strdup(get_text(reader, object, "name"));
    facts->started = is_known(reader, object, "start_ns");
    facts->ended = is_known(reader, object, "end_ns");
    facts->node = (uint32_t)get_number(reader, object, "node", 0);
    facts->start_ns = get_number(reader, object, "start_ns", 0);
    facts->end_ns = get_number(reader, object, "end_ns", 0);
    facts->wait_status = (uint32_t)
        (get_number(reader, object, "exit_status", 0) << 8 |
         get_number(reader, object, "signal", 0));
    facts->user_instructions = get_number(reader, object, "user_instructions",
                                          0);
    facts->syscalls = get_number(reader, object, "system_calls", 0);
    facts->unimplemented = get_number(reader, object, "unimplemented_calls",
                                      0);
    facts->page_faults = get_number(reader, object, "page_faults", 0);
    process->stdout_bytes = get_number(reader, object, "stdout_bytes", 0);
    process->stderr_bytes = get_number(reader, object, "stderr_bytes", 0);
    get_sha256(reader, object, "stdout_sha256", process->stdout_sha256);
    get_sha256(reader, object, "stderr_sha256", process->stderr_sha256);
}

static void read_phase(Reader *reader, JsonObject *object, unsigned index,
                       void *data)
{
    LedgerMigration *migration = data;

    if (index >= PHASE_COUNT ||
        get_choice(reader, object, "name", ledger_phase_names,
                   PHASE_COUNT) != index) {
        fail(reader, "phases", "in the known order");
        return;
    }
    LedgerPhase *phase = &migration->phases[index];
    phase->node = (uint32_t)get_number(reader, object, "node", 0);
    phase->start_ns = get_number(reader, object, "start_ns", 0);
    phase->duration_ns = get_number(reader, object, "duration_ns", 0);
    phase->instructions = get_number(reader, object, "instructions", 0);
    phase->bytes = get_number(reader, object, "bytes", 0);
    phase->messages = get_number(reader, object, "messages", 0);
}

static void read_fault(Reader *reader, JsonObject *object, unsigned index,
                       void *data)
{
    LedgerMigration *migration = data;
    LedgerFault fault = { 0 };
    JsonNode *demanded = get(reader, object, "demanded");

    fault.tag = get_number(reader, object, "tag", 0);
    fault.object = get_number(reader, object, "object", 0);
    fault.index = get_number(reader, object, "index", 0);
    fault.demanded = demanded != NULL &&
        json_node_get_value_type(demanded) == G_TYPE_BOOLEAN &&
        json_node_get_boolean(demanded);
    fault.start_ns = get_number(reader, object, "start_ns", 0);
    fault.stall_ns = get_number(reader, object, "stall_ns", 0);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        g_autofree char *name = g_strdup_printf("%s_ns", ledger_part_names[i]);
        fault.parts_ns[i] = get_number(reader, object, name, 0);
    }
    g_array_append_val(migration->faults, fault);
}

static void read_traffic(Reader *reader, JsonObject *object, const char *name,
                         uint64_t counts[TRAFFIC_COUNT])
{
    JsonObject *traffic = get_object(reader, object, name);

    for (unsigned i = 0; traffic != NULL && i < TRAFFIC_COUNT; i++) {
        counts[i] = get_number(reader, traffic, ledger_traffic_names[i], 0);
    }
}

static void read_ledger(Reader *reader, JsonObject *object,
                        LedgerMigration *ledger)
{
    JsonObject *pages = get_object(reader, object, "pages");
    JsonObject *faults = get_object(reader, object, "fault_statistics");

    ledger->pid = (uint32_t)get_number(reader, object, "pid", 0);
    ledger->epoch = (uint32_t)get_number(reader, object, "epoch", 0);
    ledger->outcome = (LedgerOutcome)
        get_choice(reader, object, "outcome", ledger_outcome_names,
                   OUTCOME_COUNT);
    ledger->missing = g_strdup(get_text(reader, object, "missing"));
    ledger->error_number = (uint32_t)get_number(reader, object, "error", 0);
    ledger->source = (uint32_t)get_number(reader, object, "source",
                                          LEDGER_NONE);
    ledger->target = (uint32_t)get_number(reader, object, "target",
                                          LEDGER_NONE);
    ledger->started_ns = get_number(reader, object, "started_ns", 0);
    ledger->latency_ns = get_number(reader, object, "latency_ns", 0);
    ledger->residue_ns = (int64_t)get_number(reader, object, "residue_ns", 0);
    ledger->wire_ns = get_number(reader, object, "wire_ns", 0);
    ledger->drained = is_known(reader, object, "drained_ns");
    ledger->drained_ns = get_number(reader, object, "drained_ns", 0);
    ledger->critical_bytes = get_number(reader, object, "critical_bytes", 0);
    ledger->critical_messages = get_number(reader, object,
                                           "critical_messages", 0);
    read_traffic(reader, object, "bytes", ledger->bytes);
    read_traffic(reader, object, "messages", ledger->messages);
    if (pages != NULL) {
        ledger->page_count = get_number(reader, pages, "total", 0);
        ledger->duplicate_count = get_number(reader, pages, "duplicate", 0);
    }
    if (faults != NULL) {
        ledger->cut_fault_count = get_number(reader, faults, "cut", 0);
    }
    unsigned phases = for_each(reader, object, "phases", read_phase, ledger);
    if (phases != (ledger->outcome == OUTCOME_DONE ? PHASE_COUNT : 0)) {
        fail(reader, "phases", "complete");
    }
    for_each(reader, object, "faults", read_fault, ledger);
}

static void read_migration(Reader *reader, JsonObject *object, unsigned index,
                           void *data)
{
    ResultMigration *migration = result_add_migration(data,
                                                      ledger_migration_new());

    migration->id = get_number(reader, object, "id", 0);
    migration->process = g_strdup(get_text(reader, object, "process"));
    migration->algorithm = g_strdup(get_text(reader, object, "algorithm"));
    read_ledger(reader, object, migration->ledger);
}

static void read_result(Reader *reader, JsonObject *object, Result *result)
{
    const char *schema = get_text(reader, object, "schema");

    if (g_strcmp0(schema, RESULT_SCHEMA) != 0) {
        fail(reader, "schema", RESULT_SCHEMA);
        return;
    }
    result->name = g_strdup(get_text(reader, object, "name"));
    result->end = g_strdup(get_text(reader, object, "end"));
    result->reason = g_strdup(get_text(reader, object, "reason"));
    result->virtual_ns = get_number(reader, object, "virtual_ns", 0);
    get_sha256(reader, object, "digest", result->digest);
    get_sha256(reader, object, "trace_sha256", result->trace_sha256);
    for_each(reader, object, "nodes", read_node, result);
    for_each(reader, object, "processes", read_process, result);
    for_each(reader, object, "migrations", read_migration, result);
}

Result *result_from_json(const char *text, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(Result) result = result_new();
    g_autoptr(GError) cause = NULL;
    Reader reader = { 0 };

    if (!json_parser_load_from_data(parser, text, -1, &cause)) {
        godwit_fail(error, "%s", cause->message);
        return NULL;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        godwit_fail(error, "not a JSON object");
        return NULL;
    }
    read_result(&reader, json_node_get_object(root), result);
    if (reader.error != NULL) {
        g_propagate_error(error, reader.error);
        return NULL;
    }
    return g_steal_pointer(&result);
}
