/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run with one migration of known numbers, and its ledger.
 */
#ifndef TESTS_UNIT_HOST_LEDGER_FIXTURE_H
#define TESTS_UNIT_HOST_LEDGER_FIXTURE_H

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

static inline Ledger *compute_good(Synthetic *synthetic)
{
    GError *error = NULL;
    Ledger *ledger = synthetic_ledger(synthetic, &error);

    ck_assert_no_error(error);
    return ledger;
}

#endif
