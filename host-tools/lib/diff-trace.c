/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where two traces part.
 *
 * Traces are in the order of time, node and number. At the first index where
 * they differ, the record that comes first in that order is what one run did
 * and the other did not, or not then; beside it belongs what the same node
 * recorded under the same number in the other run.
 */
#include "diff.h"

#include <string.h>

typedef struct mb_trace_record Record;

void diff_trace_free(DiffTrace *trace)
{
    if (trace != NULL) {
        g_free(trace->migration);
        g_free(trace);
    }
}

static const Record *record_at(const TraceFile *trace, uint64_t index)
{
    return index < trace->record_count ? &trace->records[index] : NULL;
}

static const Record *find_record(const TraceFile *trace, uint64_t from,
                                 uint32_t node, uint32_t seq)
{
    for (uint64_t i = from; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        if (record->node == node && record->seq == seq) {
            return record;
        }
    }
    return NULL;
}

static int compare_places(const Record *a, const Record *b)
{
    if (a->time_ns != b->time_ns) {
        return a->time_ns < b->time_ns ? -1 : 1;
    }
    if (a->node != b->node) {
        return a->node < b->node ? -1 : 1;
    }
    return (a->seq > b->seq) - (a->seq < b->seq);
}

/* Does the record belong to the migration, or happen on its nodes while the
 * process was under way? */
static bool is_about(const Record *record, const LedgerMigration *migration)
{
    if (record->pid != 0 && record->epoch != 0) {
        return record->pid == migration->pid &&
            record->epoch == migration->epoch;
    }
    return migration->outcome == OUTCOME_DONE &&
        (record->node == migration->source ||
         record->node == migration->target) &&
        record->time_ns >= migration->started_ns &&
        record->time_ns < migration->started_ns + migration->latency_ns;
}

static const char *find_phase(const Record *record,
                              const LedgerMigration *migration)
{
    if (migration->outcome != OUTCOME_DONE) {
        return NULL;
    }
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &migration->phases[i];
        if (record->time_ns >= phase->start_ns &&
            record->time_ns - phase->start_ns < phase->duration_ns) {
            return ledger_phase_names[i];
        }
    }
    return record->time_ns < migration->started_ns ? "before it froze"
                                                   : "after it resumed";
}

/* By what the result of one of the runs tells; false if it tells nothing. */
static bool find_migration(DiffTrace *trace, const Result *result,
                           const Record *record)
{
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        if (migration->ledger->outcome != OUTCOME_NOT_STARTED &&
            is_about(record, migration->ledger)) {
            g_free(trace->migration);
            trace->migration = result_migration_name(migration);
            trace->phase = find_phase(record, migration->ledger);
            return trace->phase != NULL;
        }
    }
    return false;
}

DiffTrace *diff_traces(const RunRecord *a, const RunRecord *b)
{
    const RunRecord *runs[] = { a, b };
    uint64_t index = 0;

    while (index < MIN(a->trace->record_count, b->trace->record_count) &&
           memcmp(&a->trace->records[index], &b->trace->records[index],
                  sizeof(Record)) == 0) {
        index++;
    }
    const Record *left = record_at(a->trace, index);
    const Record *right = record_at(b->trace, index);
    if (left == NULL && right == NULL) {
        return NULL;
    }
    unsigned earlier = right != NULL &&
        (left == NULL || compare_places(right, left) < 0);
    const Record *first = earlier == 0 ? left : right;
    DiffTrace *trace = g_new0(DiffTrace, 1);
    trace->index = index;
    trace->node = first->node;
    trace->time_ns = first->time_ns;
    trace->instret = first->instret;
    trace->records[earlier] = first;
    trace->records[!earlier] = find_record(runs[!earlier]->trace, index,
                                           first->node, first->seq);
    /* Until here both runs are the same: the one whose migration was done can
     * tell for the other. */
    if (!find_migration(trace, runs[earlier]->result, first)) {
        find_migration(trace, runs[!earlier]->result, first);
    }
    return trace;
}
