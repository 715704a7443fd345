/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of a migration, and of processes whose nodes crashed
 * (docs/specs/result.md, "Outcomes").
 */
#include "ledger-marks.h"

static bool has_crashed(const Ledger *ledger, uint32_t node)
{
    return node < ledger->node_count &&
        ledger->nodes[node].state == NODE_CRASHED;
}

/* Source or target, whichever crashed first; LEDGER_NONE if neither did before
 * the end of what `last` tells, which may be NULL. */
static uint32_t find_crashed(const Ledger *ledger,
                             const LedgerMigration *migration,
                             const Record *last)
{
    const uint32_t nodes[] = { migration->source, migration->target };
    uint32_t first = LEDGER_NONE;

    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        uint32_t node = nodes[i];
        if (has_crashed(ledger, node) &&
            (last == NULL || ledger->nodes[node].time_ns <= last->time_ns) &&
            (first == LEDGER_NONE ||
             ledger->nodes[node].time_ns < ledger->nodes[first].time_ns)) {
            first = node;
        }
    }
    return first;
}

static void set_crashed(const Ledger *ledger, LedgerMigration *migration,
                        uint32_t node)
{
    migration->crashed_node = node;
    if (node != LEDGER_NONE) {
        migration->crashed_ns = ledger->nodes[node].time_ns;
    }
}

/* Not done: by what is known of the nodes and of the process. */
static LedgerOutcome find_outcome(const Ledger *ledger,
                                  const MigrationMarks *marks)
{
    const LedgerMigration *migration = marks->migration;
    uint32_t crashed = migration->crashed_node;

    /* in a round: it had not left yet, whatever became of the target */
    if (marks->exit != NULL && marks->marks[MB_MARK_FROZEN] == NULL &&
        marks->abort == NULL) {
        return OUTCOME_KILLED;
    }
    if (marks->abort != NULL &&
        (crashed != migration->source || crashed == LEDGER_NONE)) {
        return OUTCOME_ABORTED;
    }
    if (crashed != LEDGER_NONE) {
        return crashed == migration->source ? OUTCOME_SOURCE_CRASHED
                                            : OUTCOME_TARGET_CRASHED;
    }
    if (marks->timeout != NULL) {
        return OUTCOME_LOST;
    }
    if (marks->exit != NULL && marks->marks[MB_MARK_RESUMED] == NULL) {
        return OUTCOME_KILLED;
    }
    return OUTCOME_UNFINISHED;
}

/* After this a crash changes nothing for the migration; NULL: never. A target
 * writes its marks when the process traps for the first time: until then the
 * source may have drained, and the process is only there. */
static const Record *find_last(const MigrationMarks *marks, bool complete)
{
    if (marks->abort != NULL || marks->timeout != NULL) {
        return marks->abort != NULL ? marks->abort : marks->timeout;
    }
    if (complete) {
        return marks->drained;
    }
    return marks->marks[MB_MARK_RESUMED] == NULL ? marks->exit : NULL;
}

bool ledger_compute_outcome(const LedgerCollector *collector,
                            const MigrationMarks *marks, GError **error)
{
    const Ledger *ledger = collector->ledger;
    LedgerMigration *migration = marks->migration;
    const Record *reason = marks->abort != NULL ? marks->abort
                                                : marks->timeout;
    bool complete;

    if (marks->abort != NULL && marks->marks[MB_MARK_RESUMED] != NULL) {
        return ledger_fail(marks, error, "aborted, and resumed at the target: "
                           "two copies");
    }
    if (!ledger_compute_phases(collector, marks, &complete, error)) {
        return false;
    }
    set_crashed(ledger, migration,
                find_crashed(ledger, migration, find_last(marks, complete)));
    migration->error_number = reason != NULL ? (uint32_t)reason->arg[0]
                                             : LEDGER_NONE;
    /* A source that could not ask is only wrong about a target that crashed
     * later. */
    if (complete && (marks->timeout == NULL ||
                 migration->crashed_node == migration->target)) {
        migration->outcome = OUTCOME_DONE;
        return true;
    }
    migration->outcome = find_outcome(ledger, marks);
    if (migration->outcome != OUTCOME_UNFINISHED) {
        g_clear_pointer(&migration->missing, g_free);
    }
    return true;
}

void ledger_compute_lost(LedgerCollector *collector)
{
    Ledger *ledger = collector->ledger;

    for (uint32_t i = 0; i < ledger->process_count; i++) {
        LedgerProcess *process = &ledger->processes[i];
        if (!process->started) {
            process->node = collector->config->homes[i];
        }
    }
    /* One that was given away and never arrived went down with the target;
     * the last migration of a process says where it was. */
    for (unsigned i = 0; i < ledger->migrations->len; i++) {
        const LedgerMigration *migration = ledger->migrations->pdata[i];
        if (migration->outcome == OUTCOME_TARGET_CRASHED &&
            migration->pid >= 1 && migration->pid <= ledger->process_count) {
            ledger->processes[migration->pid - 1].node = migration->target;
        }
    }
    for (uint32_t i = 0; i < ledger->process_count; i++) {
        LedgerProcess *process = &ledger->processes[i];
        if (!process->ended && has_crashed(ledger, process->node)) {
            process->lost = true;
            process->lost_ns = ledger->nodes[process->node].time_ns;
        }
    }
}
