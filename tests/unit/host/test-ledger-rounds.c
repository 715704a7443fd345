/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ledger-rounds.c: rounds before the freeze.
 */
#include "ledger-fixture.h"

#include "lib/ledger-definitions.h"

#define BEGUN_NS    (START_NS - 3000000)
#define FIRST_NS    (BEGUN_NS + 2000000)
#define SECOND_NS   (FIRST_NS + 500000)

static void add_round(Synthetic *synthetic, uint64_t time_ns, uint64_t number,
                      uint64_t pages, uint64_t changed)
{
    synthetic_add(synthetic, 0, MB_TRACE_ROUND, time_ns, number, pages,
                  changed, 0);
}

static Synthetic *make_rounds(bool begun)
{
    Synthetic *synthetic = make_run();

    if (begun) {
        synthetic_add(synthetic, 0, MB_TRACE_PHASE, BEGUN_NS, MB_MARK_BEGUN,
                      4, 1, 0);
    }
    add_round(synthetic, FIRST_NS, 1, 100, 20);
    add_round(synthetic, SECOND_NS, 2, 18, 3);
    return synthetic;
}

static uint64_t defined(const LedgerMigration *m, const char *system,
                        const char *name)
{
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        const LedgerDefinition *definition = &ledger_definitions[i];
        if (g_str_equal(definition->system, system) &&
            g_str_equal(definition->name, name)) {
            return ledger_definition_get(definition, m);
        }
    }
    ck_abort_msg("%s has no %s", system, name);
}

START_TEST(each_begins_where_the_last_ended)
{
    g_autoptr(Synthetic) synthetic = make_rounds(true);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    const LedgerRound *first = &g_array_index(m->rounds, LedgerRound, 0);
    const LedgerRound *second = &g_array_index(m->rounds, LedgerRound, 1);

    ck_assert_uint_eq(ledger->migrations->len, 1);
    ck_assert_uint_eq(m->round_count, 2);
    ck_assert_uint_eq(first->start_ns, BEGUN_NS);
    ck_assert_uint_eq(first->duration_ns, FIRST_NS - BEGUN_NS);
    ck_assert_uint_eq(first->pages, 100);
    ck_assert_uint_eq(first->changed_pages, 20);
    ck_assert_uint_eq(second->start_ns, FIRST_NS);
    ck_assert_uint_eq(second->duration_ns, SECOND_NS - FIRST_NS);
    ck_assert_uint_eq(m->started_ns, START_NS);
    ck_assert_uint_eq(m->total_ns, START_NS + SYNTHETIC_DRAINED - BEGUN_NS);
    /* who copies while it runs counts that; who copies later does not */
    ck_assert_uint_eq(defined(m, "QEMU", "total-time"), m->total_ns);
    ck_assert_uint_eq(defined(m, "Xen", "total migration time"), m->total_ns);
    ck_assert_uint_eq(defined(m, "post-copy (Hines)", "total migration time"),
                      SYNTHETIC_DRAINED);
    ck_assert_int_eq(m->residue_ns, 0);
}
END_TEST

START_TEST(without_rounds_all_begins_with_the_freeze)
{
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];

    ck_assert_uint_eq(m->round_count, 0);
    ck_assert_uint_eq(m->total_ns, SYNTHETIC_DRAINED);
}
END_TEST

/* The process went on, or ended, before it was frozen. */
START_TEST(rounds_that_came_to_nothing)
{
    for (unsigned aborted = 0; aborted < 2; aborted++) {
        g_autoptr(Synthetic) synthetic = synthetic_new();

        synthetic_start(synthetic, 0, 1000);
        synthetic_add(synthetic, 0, MB_TRACE_PHASE, BEGUN_NS, MB_MARK_BEGUN,
                      4, 1, 0);
        if (aborted) {
            synthetic_add(synthetic, 0, MB_TRACE_ABORT, FIRST_NS, 12, 0, 0, 0);
        }
        synthetic_exit(synthetic, 0, START_NS, 0);
        g_autoptr(Ledger) ledger = compute_good(synthetic);
        const LedgerMigration *m = ledger->migrations->pdata[0];

        ck_assert_uint_eq(ledger->migrations->len, 1);
        ck_assert_int_eq(m->outcome, aborted ? OUTCOME_ABORTED
                                             : OUTCOME_KILLED);
        ck_assert_uint_eq(m->target, 1);
        ck_assert(m->total_ns == LEDGER_UNKNOWN);
    }
}
END_TEST

START_TEST(refuses_contradictions)
{
    g_autoptr(Synthetic) not_begun = make_rounds(false);
    g_autoptr(Synthetic) gap = make_rounds(true);
    GError *error = NULL;

    ck_assert_ptr_null(synthetic_ledger(not_begun, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "have not begun");
    g_clear_error(&error);
    add_round(gap, SECOND_NS + 1, 4, 1, 1);
    ck_assert_ptr_null(synthetic_ledger(gap, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "round 4 stands behind");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        each_begins_where_the_last_ended,
        without_rounds_all_begins_with_the_freeze, rounds_that_came_to_nothing,
        refuses_contradictions,
    };

    return suite_run("ledger-rounds", tests, G_N_ELEMENTS(tests));
}
