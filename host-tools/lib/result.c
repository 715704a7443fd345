/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run (docs/specs/result.md).
 */
#include "result.h"

#include <string.h>

#include "techniques.h"

#define SIGNAL_MASK 0x7fu       /* of a Linux wait status */

static void node_free(void *data)
{
    ResultNode *node = data;

    g_free(node->cost);
    g_free(node);
}

static void process_free(void *data)
{
    ResultProcess *process = data;

    g_free(process->name);
    g_free(process);
}

static void migration_free(void *data)
{
    ResultMigration *migration = data;

    g_free(migration->process);
    g_free(migration->algorithm);
    ledger_migration_free(migration->ledger);
    g_free(migration);
}

Result *result_new(void)
{
    Result *result = g_new0(Result, 1);

    result->nodes = g_ptr_array_new_with_free_func(node_free);
    result->processes = g_ptr_array_new_with_free_func(process_free);
    result->migrations = g_ptr_array_new_with_free_func(migration_free);
    result->links = g_array_new(FALSE, FALSE, sizeof(LedgerLink));
    return result;
}

void result_free(Result *result)
{
    if (result != NULL) {
        g_free(result->name);
        g_free(result->end);
        g_free(result->reason);
        g_ptr_array_unref(result->nodes);
        g_ptr_array_unref(result->processes);
        g_ptr_array_unref(result->migrations);
        g_array_unref(result->links);
        g_free(result);
    }
}

ResultNode *result_add_node(Result *result)
{
    ResultNode *node = g_new0(ResultNode, 1);

    g_ptr_array_add(result->nodes, node);
    return node;
}

ResultProcess *result_add_process(Result *result)
{
    ResultProcess *process = g_new0(ResultProcess, 1);

    g_ptr_array_add(result->processes, process);
    return process;
}

ResultMigration *result_add_migration(Result *result, LedgerMigration *ledger)
{
    ResultMigration *migration = g_new0(ResultMigration, 1);

    migration->ledger = ledger;
    g_ptr_array_add(result->migrations, migration);
    return migration;
}

char *result_migration_name(const ResultMigration *migration)
{
    return migration->id == 0
        ? g_strdup_printf("migration of '%s'", migration->process)
        : g_strdup_printf("migration %" G_GUINT64_FORMAT " of '%s'",
                          migration->id, migration->process);
}

const char *result_process_state(const LedgerProcess *process)
{
    if (process->ended) {
        return "ended";
    }
    if (process->lost) {
        return "lost";
    }
    return process->started ? "not-ended" : "not-started";
}

int result_exit_status(const LedgerProcess *process)
{
    if (!process->ended || (process->wait_status & SIGNAL_MASK) != 0) {
        return -1;
    }
    return (int)(process->wait_status >> 8 & 0xff);
}

int result_signal(const LedgerProcess *process)
{
    if (!process->ended || (process->wait_status & SIGNAL_MASK) == 0) {
        return -1;
    }
    return (int)(process->wait_status & SIGNAL_MASK);
}

char *result_migration_how(const ResultMigration *migration)
{
    g_autofree char *techniques =
        techniques_format(migration->ledger->without);

    return migration->ledger->without == 0 ? g_strdup(migration->algorithm)
        : g_strdup_printf("%s %s", migration->algorithm, techniques);
}

char *result_digest_text(const Result *result)
{
    GString *text = g_string_new("godwit-digest-2\n");

    g_string_append_printf(text, "trace %s\n", result->trace_sha256);
    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        g_string_append_printf(text, "process %s %d %d %s %s\n", process->name,
                               result_exit_status(&process->facts),
                               result_signal(&process->facts),
                               process->stdout_sha256, process->stderr_sha256);
    }
    for (unsigned i = 0; i < result->nodes->len; i++) {
        const ResultNode *node = result->nodes->pdata[i];
        g_string_append_printf(text, "node %u %s %" G_GUINT64_FORMAT " %s\n",
                               node->node,
                               ledger_node_states[node->facts.state],
                               node->instructions, node->memory_sha256);
    }
    return g_string_free(text, FALSE);
}

void result_compute_digest(const Result *result,
                           char digest[static SHA256_TEXT])
{
    g_autofree char *text = result_digest_text(result);

    sha256_of_data(text, strlen(text), digest);
}
