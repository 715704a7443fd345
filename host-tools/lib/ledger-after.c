/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the time of a process went after its resume (docs/specs/result.md,
 * "After the resume").
 */
#include "ledger-marks.h"

static uint64_t to_ns(uint64_t cycles, LedgerClock clock)
{
    return (uint64_t)((unsigned __int128)cycles * clock.num / clock.den);
}

/* Time between `from` and `until` in which threads waited, by what the first
 * of them waited for; returns the sum. Faults stand in the order of their
 * starts. */
static uint64_t add_stalls(const GArray *faults, uint64_t from, uint64_t until,
                           uint64_t stalled_ns[FAULT_KINDS])
{
    uint64_t sum_ns = 0;

    for (unsigned i = 0; i < faults->len; i++) {
        const LedgerFault *fault = &g_array_index(faults, LedgerFault, i);
        uint64_t start = MAX(fault->start_ns, from);
        uint64_t end = MIN(fault->start_ns + fault->stall_ns, until);
        if (end > start) {
            stalled_ns[fault->kind] += end - start;
            sum_ns += end - start;
            from = end;
        }
    }
    return sum_ns;
}

void ledger_compute_after(const LedgerCollector *collector,
                          const MigrationMarks *marks)
{
    LedgerMigration *migration = marks->migration;
    LedgerAfter after = { 0 };

    if (migration->outcome != OUTCOME_DONE || marks->settled == NULL) {
        return;
    }
    uint64_t resumed_ns = migration->started_ns + migration->latency_ns;
    uint64_t settled_ns = MAX(marks->settled->time_ns, resumed_ns);
    after.settled_ns = settled_ns - resumed_ns;
    after.running_ns = to_ns(marks->settled->arg[0],
                             collector->config->clocks[migration->target]);
    uint64_t stalled_ns = add_stalls(migration->faults, resumed_ns, settled_ns,
                                     after.stalled_ns);
    /* Where one thread runs while another one waits there is no such sum. */
    after.other_ns = after.running_ns + stalled_ns <= after.settled_ns
        ? after.settled_ns - after.running_ns - stalled_ns : LEDGER_UNKNOWN;
    migration->after = after;
}

bool ledger_take_prefetch(const MigrationMarks *marks, const Record *record,
                          GError **error)
{
    LedgerPrefetch *prefetch = &marks->migration->prefetch;

    if (prefetch->batches != LEDGER_UNKNOWN) {
        return ledger_fail(marks, error, "mark 'prefetch' comes twice");
    }
    if (record->arg[2] > record->arg[1]) {
        return ledger_fail(marks, error, "%" G_GUINT64_FORMAT " of %"
                           G_GUINT64_FORMAT " prefetched pages were used",
                           record->arg[2], record->arg[1]);
    }
    *prefetch = (LedgerPrefetch) {
        .batches = record->arg[0],
        .pages = record->arg[1],
        .hits = record->arg[2],
        .wastes = record->arg[1] - record->arg[2],
    };
    return true;
}
