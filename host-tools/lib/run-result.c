/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run, from its trace and what else it left
 * (docs/specs/result.md).
 */
#include "run-result.h"

#include <string.h>

#include "run.h"

#include "guest/include/uapi/algorithms.h"

static bool fill_processes(const RunLeft *left, Result *result,
                           const Ledger *ledger, GError **error)
{
    for (unsigned i = 0; i < left->experiment->processes->len; i++) {
        const ExperimentProcess *planned =
            left->experiment->processes->pdata[i];
        ResultProcess *process = result_add_process(result);
        process->name = g_strdup(planned->name);
        process->facts = ledger->processes[i];
        if (!output_set_hash(left->outputs, i, 0, process->stdout_sha256,
                             &process->stdout_bytes, error) ||
            !output_set_hash(left->outputs, i, 1, process->stderr_sha256,
                             &process->stderr_bytes, error)) {
            return false;
        }
    }
    return true;
}

static const char *algorithm_name(uint32_t number)
{
    static const char *const names[ALGORITHM_COUNT] = {
#define X(symbol, number, name) [number] = name,
        GODWIT_ALGORITHMS(X)
#undef X
    };

    return number < ALGORITHM_COUNT ? names[number] : "unknown";
}

/* Names a migration that the ledger tells of. */
static void name_migration(const Experiment *experiment,
                           ResultMigration *migration, bool *seen)
{
    LedgerMigration *ledger = migration->ledger;

    if (ledger->plan_index < experiment->migrations->len) {
        const ExperimentMigration *planned =
            experiment->migrations->pdata[ledger->plan_index];
        seen[ledger->plan_index] = true;
        migration->id = planned->id;
        ledger->algorithm = planned->algorithm_number;
        ledger->without = planned->without;
        ledger->target = (uint32_t)planned->target;
    }
    if (ledger->pid >= 1 && ledger->pid <= experiment->processes->len) {
        const ExperimentProcess *process =
            experiment->processes->pdata[ledger->pid - 1];
        migration->process = g_strdup(process->name);
    } else {
        migration->process = g_strdup_printf("%u", ledger->pid);
    }
    migration->algorithm = g_strdup(algorithm_name(ledger->algorithm));
}

static void fill_migrations(const Experiment *experiment, Result *result,
                            Ledger *ledger)
{
    g_autofree bool *seen = g_new0(bool, experiment->migrations->len + 1);

    for (unsigned i = 0; i < ledger->migrations->len; i++) {
        LedgerMigration *migration =
            g_steal_pointer(&ledger->migrations->pdata[i]);
        name_migration(experiment, result_add_migration(result, migration),
                       seen);
    }
    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        const ExperimentMigration *planned = experiment->migrations->pdata[i];
        if (!seen[i]) {
            LedgerMigration *migration = ledger_migration_new();
            migration->outcome = OUTCOME_NOT_STARTED;
            migration->pid = planned->process_index + 1;
            migration->plan_index = i;
            name_migration(experiment,
                           result_add_migration(result, migration), seen);
        }
    }
}

static void fill_end(const RunLeft *left, const Ledger *ledger, Result *result)
{
    static const char *const names[] = {
        [MB_END_QUIET] = "quiet",
        [MB_END_LIMIT] = "limit",
        [MB_END_HALT] = "halt",
        [MB_END_ERROR] = "error",
    };
    const ClusterEnd *end = left->end;
    bool known = end->end >= MB_END_QUIET && end->end <= MB_END_ERROR;

    result->name = g_strdup(left->experiment->name);
    result->end = g_strdup(names[known ? end->end : MB_END_ERROR]);
    result->virtual_ns = end->end_ns;
    for (uint32_t i = 0; i < ledger->node_count; i++) {
        const ExperimentNode *machine = &left->experiment->nodes[i];
        ResultNode *node = result_add_node(result);
        node->node = i;
        node->facts = ledger->nodes[i];
        node->clock_num = machine->clock_num;
        node->clock_den = machine->clock_den;
        node->cost = cost_format(machine->cost);
        node->instructions = end->nodes[i].instructions;
        g_strlcpy(node->memory_sha256, end->nodes[i].memory_sha256,
                  sizeof(node->memory_sha256));
    }
    g_array_append_vals(result->links, ledger->links->data,
                        ledger->links->len);
}

static Ledger *make_ledger(const RunLeft *left, const TraceFile *trace,
                           GError **error)
{
    const Experiment *experiment = left->experiment;
    uint32_t count = (uint32_t)experiment->node_count;
    g_autofree uint32_t *homes = g_new0(uint32_t,
                                        experiment->processes->len + 1);
    g_autofree struct mb_link_model *links =
        g_new0(struct mb_link_model, (size_t)count * count);
    g_autofree LedgerClock *clocks = g_new0(LedgerClock, count);
    const LedgerConfig config = {
        .process_count = experiment->processes->len,
        .node_count = count,
        .homes = homes,
        .links = links,
        .clocks = clocks,
    };

    for (uint32_t i = 0; i < count; i++) {
        clocks[i].num = experiment->nodes[i].clock_num;
        clocks[i].den = experiment->nodes[i].clock_den;
    }

    for (unsigned i = 0; i < experiment->processes->len; i++) {
        const ExperimentProcess *process = experiment->processes->pdata[i];
        homes[i] = (uint32_t)process->node;
    }
    for (uint32_t i = 0; i < count * count; i++) {
        /* Where there is no link, nothing can have been on its wire. */
        if (!experiment_link_model(experiment, i / count, i % count,
                                   &links[i])) {
            links[i] = (struct mb_link_model) { .bits_per_s = 1 };
        }
    }
    return ledger_compute(trace, &config, error);
}

Result *run_result(const RunLeft *left, GError **error)
{
    g_autoptr(Result) result = result_new();
    g_autoptr(TraceFile) trace = trace_file_open(left->trace_fd, error);
    g_autoptr(GError) gap = NULL;

    if (trace == NULL) {
        return NULL;
    }
    g_autoptr(Ledger) ledger = make_ledger(left, trace, error);
    if (ledger == NULL ||
        !sha256_of_fd(left->trace_fd, result->trace_sha256, error) ||
        !fill_processes(left, result, ledger, error)) {
        return NULL;
    }
    fill_end(left, ledger, result);
    fill_migrations(left->experiment, result, ledger);
    result_compute_digest(result, result->digest);
    result->reason = run_find_reason(left->experiment, left->dir, left->end,
                                     result);
    if (result->reason == NULL && !output_set_check(left->outputs, &gap)) {
        result->reason = g_strdup(gap->message);
    }
    return g_steal_pointer(&result);
}
