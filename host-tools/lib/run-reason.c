/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a run failed, in one line (docs/specs/result.md, "When a run is done").
 */
#include "run.h"

#include "units.h"

#include "hw/abi/regs.h"

static char *halt_reason(const RunDir *dir, const ClusterEnd *end)
{
    g_autofree char *tail = run_dir_console_tail(dir, end->end_node);
    g_autofree char *time = unit_format_short(UNIT_TIME, end->end_ns);

    return g_strdup_printf("node %u at %s: %s: %s", end->end_node, time,
                           end->end_code == MB_HALT_CONFIG
                           ? "the guest kernel could not use its plan or RAM "
                           "disk" : "guest kernel panic",
                           *tail != '\0' ? tail : "nothing on its console");
}

/* Processes that are not of the experiment, of which there may be many. */
#define OTHERS_MAX  8u

static bool is_unended(const ResultProcess *process)
{
    return !process->facts.ended && !process->facts.lost;
}

static void append_comma(GString *text)
{
    if (text->len > 0) {
        g_string_append(text, ", ");
    }
}

/* What the threads of a process do, once each: "waits for a page of node 0".
 * Of a process that is on its way both nodes may tell. */
static unsigned append_waits(GString *text, const char *name, uint32_t pid,
                             const ClusterEnd *end)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                       g_free, NULL);
    unsigned count = 0;

    for (size_t i = 0; i < end->wait_count; i++) {
        const BoardWait *wait = &end->waits[i];
        if (wait->entry.pid != pid) {
            continue;
        }
        g_autofree char *what = board_describe(wait);
        char *words = g_strdup_printf("(node %u) %s", wait->node, what);
        if (g_hash_table_add(seen, words)) {
            append_comma(text);
            g_string_append_printf(text, "%s %s", name, words);
            count++;
        }
    }
    return count;
}

static void append_process(GString *text, const ResultProcess *process,
                           uint32_t pid, const ClusterEnd *end)
{
    g_autofree char *name = g_strdup_printf("'%s'", process->name);

    if (append_waits(text, name, pid, end) > 0) {
        return;
    }
    append_comma(text);
    if (process->facts.started) {
        g_string_append_printf(text, "%s is still on node %u", name,
                               process->facts.node);
    } else {
        g_string_append_printf(text, "%s has not started", name);
    }
}

/* Those that processes of the experiment have started: often what these wait
 * for. */
static void append_others(GString *text, uint32_t plan_count,
                          const ClusterEnd *end)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (size_t i = 0; i < end->wait_count; i++) {
        uint32_t pid = end->waits[i].entry.pid;
        if (pid <= plan_count ||
            !g_hash_table_add(seen, GUINT_TO_POINTER(pid))) {
            continue;
        }
        if (g_hash_table_size(seen) > OTHERS_MAX) {
            g_string_append(text, ", and others");
            return;
        }
        g_autofree char *name = g_strdup_printf("process %u", pid);
        append_waits(text, name, pid, end);
    }
}

/* "'sort' (node 1) waits for a page of node 0, 'cat' has not started", or NULL
 * if all have ended. */
static char *describe_unended(const Result *result, const ClusterEnd *end)
{
    GString *text = g_string_new(NULL);
    uint32_t count = result->processes->len;

    for (uint32_t i = 0; i < count; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        if (is_unended(process)) {
            append_process(text, process, i + 1, end);
        }
    }
    if (text->len == 0) {
        g_string_free(text, TRUE);
        return NULL;
    }
    append_others(text, count, end);
    return g_string_free(text, FALSE);
}

static char *name_migration(const ResultMigration *migration)
{
    return migration->id != 0
        ? g_strdup_printf("migration %" G_GUINT64_FORMAT, migration->id)
        : g_strdup_printf("migration of '%s' at %" G_GUINT64_FORMAT "ns",
                          migration->process, migration->ledger->started_ns);
}

static char *migration_reason(const ResultMigration *migration)
{
    const LedgerMigration *ledger = migration->ledger;
    g_autofree char *name = name_migration(migration);

    switch (ledger->outcome) {
    case OUTCOME_LOST:
        return g_strdup_printf("%s: node %u did not answer in time", name,
                               ledger->target);
    case OUTCOME_UNFINISHED:
        return g_strdup_printf("%s did not finish: the trace has no mark '%s'",
                               name, ledger->missing);
    case OUTCOME_DONE:
        if (ledger->residue_ns != 0) {
            return g_strdup_printf("%s: the phases' sum is %" G_GINT64_FORMAT
                                   "ns off its latency", name,
                                   ledger->residue_ns);
        }
        break;
    default:
        break;
    }
    return ledger->residue_bytes == 0 ? NULL
        : g_strdup_printf("%s: %" G_GINT64_FORMAT " bytes of its messages are "
                          "of no kind", name, ledger->residue_bytes);
}

/* Of a run that came to rest by itself: that is also so when the next timer
 * lies behind the limit. */
static char *quiet_reason(const Result *result, const ClusterEnd *end,
                          const char *until)
{
    g_autofree char *unended = describe_unended(result, end);

    for (unsigned i = 0; i < result->migrations->len; i++) {
        char *reason = migration_reason(result->migrations->pdata[i]);
        if (reason != NULL) {
            return reason;
        }
    }
    return unended == NULL ? NULL
        : g_strdup_printf("nothing can happen any more before the time limit "
                          "of %s, but %s", until, unended);
}

char *run_find_reason(const Experiment *experiment, const RunDir *dir,
                      const ClusterEnd *end, const Result *result)
{
    g_autofree char *unended = describe_unended(result, end);
    g_autofree char *until = unit_format(UNIT_TIME, experiment->until_ns);
    g_autofree char *time = unit_format_short(UNIT_TIME, end->end_ns);

    switch (end->end) {
    case MB_END_QUIET:
        return quiet_reason(result, end, until);
    case MB_END_LIMIT:
        return g_strdup_printf("time limit of %s reached: %s; raise "
                               "[experiment] until", until, unended != NULL
                               ? unended : "a node is still busy");
    case MB_END_HALT:
        return halt_reason(dir, end);
    default:
        return g_strdup_printf("node %u at %s: it found the shared segment "
                               "broken", end->end_node, time);
    }
}
