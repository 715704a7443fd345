/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run with one migration of known numbers, and its ledger.
 */
#ifndef TESTS_UNIT_HOST_LEDGER_FIXTURE_H
#define TESTS_UNIT_HOST_LEDGER_FIXTURE_H

#include "lib/ledger.h"
#include "suite.h"
#include "synthetic.h"

#define START_NS        UINT64_C(5000000)
#define CRITICAL_BYTES  (SYNTHETIC_STATE_BYTES + 4096 + SYNTHETIC_STACK_BYTES \
                         + 3 * MB_WIRE_HEADER)

static inline Synthetic *make_run(void)
{
    Synthetic *synthetic = synthetic_new();

    synthetic_start(synthetic, 0, 1000);
    synthetic_migration(synthetic, START_NS);
    synthetic_exit(synthetic, 1, START_NS + 500000, 3 << 8);
    return synthetic;
}

/* NULL with an error, or the ledger; the trace may go. */
static inline Ledger *compute(Synthetic *synthetic, GError **error)
{
    static const LedgerConfig config = {
        .process_count = 1,
        .latency_ns = 50000,
        .bits_per_s = 1000000000,
    };
    g_autoptr(TraceFile) trace = synthetic_open(synthetic);

    return ledger_compute(trace, &config, error);
}

static inline Ledger *compute_good(Synthetic *synthetic)
{
    GError *error = NULL;
    Ledger *ledger = compute(synthetic, &error);

    ck_assert_no_error(error);
    return ledger;
}

#endif
