/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that are asked for ahead of their use: are they the right ones, do they
 * spare the process faults, and are they counted?
 */
#include <check.h>

#include "scenario.h"

#define TIMEOUT_S       300
/* In different parts of its work. */
#define FIRST_NS        8000000u
#define APART_NS        4300000u
#define INSTANTS        5u

/* Of moves of the same program, one to a run. */
typedef struct {
    LedgerPrefetch prefetch;    /* all zeroes: nothing was asked for */
    uint64_t demanded;
    uint64_t requests;          /* messages, batches included */
} Numbers;

static void add_run(Numbers *sum, const char *command, const char *algorithm,
                    uint64_t at_ns)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, "worker", 0, command);
    scenario_add_migration(scenario, "worker", at_ns, 1, algorithm);
    g_autoptr(Run) run = scenario_run(scenario, true);
    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    g_autofree char *output = scenario_output(run, "worker");
    ck_assert_msg(g_str_has_prefix(output, "PASS "), "%s", output);
    const ResultMigration *migration = run->result->migrations->pdata[0];
    const LedgerMigration *m = migration->ledger;
    if (m->prefetch.batches != LEDGER_UNKNOWN) {
        ck_assert_uint_eq(m->prefetch.hits + m->prefetch.wastes,
                          m->prefetch.pages);
        sum->prefetch.batches += m->prefetch.batches;
        sum->prefetch.pages += m->prefetch.pages;
        sum->prefetch.hits += m->prefetch.hits;
        sum->prefetch.wastes += m->prefetch.wastes;
    }
    sum->demanded += m->fault_counts[FAULT_DEMANDED] +
                     m->fault_counts[FAULT_DEVICE];
    sum->requests += m->traffic[TRAFFIC_REQUESTS].messages;
}

static Numbers run_numbers(const char *command, const char *algorithm)
{
    Numbers sum = { .demanded = 0 };

    for (unsigned i = 0; i < INSTANTS; i++) {
        add_run(&sum, command, algorithm, FIRST_NS + i * APART_NS);
    }
    return sum;
}

/* Streams through its memory. */
START_TEST(what_is_foreseen_comes_before_it_is_asked_for)
{
    Numbers on_reference = run_numbers("sort 3 1M", "copy-on-reference");
    Numbers with = run_numbers("sort 3 1M", "freeze-free-prefetch");

    ck_assert_uint_eq(on_reference.prefetch.batches, 0);
    ck_assert_uint_gt(with.prefetch.batches, 0);
    ck_assert_uint_gt(with.prefetch.pages, 0);
    ck_assert_uint_ge(with.prefetch.hits * 10, with.prefetch.pages * 9);
    ck_assert_uint_lt(with.demanded * 2, on_reference.demanded);
    ck_assert_uint_ge(with.requests, with.demanded + with.prefetch.batches);
}
END_TEST

/* Jumps about, so that nothing can be foreseen: nothing much is asked for. */
START_TEST(what_is_not_foreseen_is_not_asked_for)
{
    Numbers with = run_numbers("chase 60 1M", "freeze-free-prefetch");

    ck_assert_uint_lt(with.prefetch.batches * 2, with.demanded);
}
END_TEST

/* Strides that end, or turn, before what was foretold of them. */
START_TEST(what_was_sent_in_vain_is_told)
{
    Numbers with = run_numbers("matrix 70 1M", "freeze-free-prefetch");

    ck_assert_uint_gt(with.prefetch.hits, 0);
    ck_assert_uint_gt(with.prefetch.wastes, 0);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("prefetch");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_test(tcase, what_is_foreseen_comes_before_it_is_asked_for);
    tcase_add_test(tcase, what_is_not_foreseen_is_not_asked_for);
    tcase_add_test(tcase, what_was_sent_in_vain_is_told);
    return scenario_main("prefetch", tcase);
}
