/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who serves pages that a process asks for, its old host's kernel or its bridge:
 * the kernel does with what its bridge has sent as if it had sent it.
 */
#include <check.h>

#include "scenario.h"

#include "guest/include/uapi/pagers.h"

#define TIMEOUT_S   300

static const char *const pagers[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_PAGERS(X)
#undef X
};

/* One move of the program between fast machines. */
static Run *move(const char *command, const char *at, const char *algorithm,
                 enum pager pager)
{
    g_autoptr(Scenario) scenario = scenario_new_with(
        "[experiment]\nname = test\n"
        "[cluster]\nnodes = 2\npreset = modern\n[link]\n");
    Run *run;

    scenario_add_process(scenario, "worker", 0, command);
    g_string_append_printf(scenario->text, "[migration 1]\nprocess = worker\n"
                           "at = %s\nto = 1\nalgorithm = %s\npager = %s\n",
                           at, algorithm, pagers[pager]);
    scenario->migration_count++;
    run = scenario_run(scenario, true);
    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    return run;
}

static const LedgerMigration *ledger_of(const Run *run)
{
    const ResultMigration *migration = run->result->migrations->pdata[0];

    return migration->ledger;
}

/* Every page is asked for; with the last one nothing is left, long before the
 * program ends. */
START_TEST(drained_with_the_last_page)
{
    g_autoptr(Run) run = move("compile 3 256K", "800us",
                              "copy-on-reference", (enum pager)_i);
    const LedgerMigration *ledger = ledger_of(run);

    ck_assert_uint_ne(ledger->drained_ns, LEDGER_UNKNOWN);
    ck_assert_uint_lt(ledger->started_ns + ledger->latency_ns +
                      2 * ledger->drained_ns,
                      scenario_process(run, "worker")->facts.end_ns);
}
END_TEST

/* A push that goes on where the process asks saves it as many faults. */
START_TEST(push_follows)
{
    g_autoptr(Run) by_kernel = move("join 8 1M", "20ms", "post-copy",
                                    PAGER_KERNEL);
    g_autoptr(Run) by_device = move("join 8 1M", "20ms", "post-copy",
                                    PAGER_DEVICE);

    ck_assert_uint_le(ledger_of(by_device)->faults->len,
                      2 * ledger_of(by_kernel)->faults->len);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("pager");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, drained_with_the_last_page, 0, PAGER_COUNT);
    tcase_add_test(tcase, push_follows);
    return scenario_main("pager", tcase);
}
