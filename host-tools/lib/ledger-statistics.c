/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distributions (docs/specs/result.md, "Faults").
 */
#include "ledger.h"

#include <stdlib.h>

static int compare_values(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static uint64_t percentile(const uint64_t *sorted, unsigned count,
                           unsigned percent)
{
    return sorted[((uint64_t)count * percent + 99) / 100 - 1];
}

LedgerStatistics ledger_statistics(uint64_t *values, unsigned count)
{
    LedgerStatistics statistics = {
        0, LEDGER_UNKNOWN, LEDGER_UNKNOWN, LEDGER_UNKNOWN, LEDGER_UNKNOWN,
        LEDGER_UNKNOWN, LEDGER_UNKNOWN,
    };

    if (count == 0) {
        return statistics;
    }
    qsort(values, count, sizeof(*values), compare_values);
    for (unsigned i = 0; i < count; i++) {
        statistics.total += values[i];
    }
    statistics.mean = statistics.total / count;
    statistics.min = values[0];
    statistics.median = percentile(values, count, 50);
    statistics.p90 = percentile(values, count, 90);
    statistics.p99 = percentile(values, count, 99);
    statistics.max = values[count - 1];
    return statistics;
}

LedgerStatistics ledger_fault_statistics(const LedgerMigration *migration,
                                         LedgerPart part)
{
    unsigned count = migration->faults->len;
    g_autofree uint64_t *values = g_new(uint64_t, count + 1);

    for (unsigned i = 0; i < count; i++) {
        const LedgerFault *fault = &g_array_index(migration->faults,
                                                  LedgerFault, i);
        values[i] = part == PART_COUNT ? fault->stall_ns
                                       : fault->parts_ns[part];
    }
    return ledger_statistics(values, count);
}

void ledger_fault_buckets(const LedgerMigration *migration,
                          uint64_t buckets[static LEDGER_BUCKETS])
{
    for (unsigned i = 0; i < LEDGER_BUCKETS; i++) {
        buckets[i] = 0;
    }
    for (unsigned i = 0; i < migration->faults->len; i++) {
        uint64_t us = g_array_index(migration->faults, LedgerFault,
                                    i).stall_ns / 1000;
        unsigned bucket = 0;
        while (us > 1 && bucket < LEDGER_BUCKETS - 1) {
            us >>= 1;
            bucket++;
        }
        buckets[bucket]++;
    }
}
