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

    return g_strdup_printf("node %u: %s: %s", end->end_node,
                           end->end_code == MB_HALT_CONFIG
                           ? "the guest kernel could not use its plan or RAM "
                           "disk" : "guest kernel panic",
                           *tail != '\0' ? tail : "nothing on its console");
}

/* "'sort' runs on node 1, 'cat' has not started", or NULL if all have ended. */
static char *describe_unended(const Result *result)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        const char *comma = text->len > 0 ? ", " : "";
        if (!process->facts.started) {
            g_string_append_printf(text, "%s'%s' has not started", comma,
                                   process->name);
        } else if (!process->facts.ended) {
            g_string_append_printf(text, "%s'%s' is still on node %u", comma,
                                   process->name, process->facts.node);
        }
    }
    bool none = text->len == 0;
    char *list = g_string_free(text, none);
    return none ? NULL : list;
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
        return NULL;
    default:
        return NULL;
    }
}

/* Of a run that came to rest by itself: that is also so when the next timer
 * lies behind the limit. */
static char *quiet_reason(const Result *result, const char *until)
{
    g_autofree char *unended = describe_unended(result);

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
    g_autofree char *unended = describe_unended(result);
    g_autofree char *until = unit_format(UNIT_TIME, experiment->until_ns);

    switch (end->end) {
    case MB_END_QUIET:
        return quiet_reason(result, until);
    case MB_END_LIMIT:
        return g_strdup_printf("time limit of %s reached: %s; raise "
                               "[experiment] until", until, unended != NULL
                               ? unended : "a node is still busy");
    case MB_END_HALT:
        return halt_reason(dir, end);
    default:
        return g_strdup_printf("node %u found the shared segment broken",
                               end->end_node);
    }
}
