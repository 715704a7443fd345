/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves without techniques: a process that is moved without every set of them
 * finds all that it had, each technique is worth something in the latency of
 * the situation that it is for, and what is left out costs in its phase.
 */
#include <check.h>

#include "scenario.h"

#include "guest/include/uapi/algorithms.h"
#include "guest/include/uapi/techniques.h"

#define TIMEOUT_S   300
#define MOVE_NS     3000000u
#define LATENCY_NS  50000u
#define PAGE_WIRE_NS 32768u     /* without a header */
#define CLERK_NS    15000000u

static const char *const algorithms[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};

/* The third node serves files and is nobody's home. */
static Scenario *scenario_of_three(void)
{
    return scenario_new_with(
        "[experiment]\nname = test\nseed = 1\nuntil = 60s\n"
        "[cluster]\nnodes = 3\nmemory = 64MiB\nclock = 1GHz\n"
        "file_server = 2\n[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n");
}

/* It looks after its moves itself: one for each set. */
START_TEST(every_set_of_techniques)
{
    g_autoptr(Scenario) scenario = scenario_of_three();
    g_autofree char *command = g_strdup_printf("without %s", algorithms[_i]);
    bool seen[WITHOUT_ALL + 1] = { false };

    scenario_add_process(scenario, "without", 0, command);
    scenario_add_process(scenario, "feeder", 1, "without feeds");
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultProcess *process = scenario_process(run, "without");
    const ResultProcess *feeder = scenario_process(run, "feeder");
    g_autofree char *output = scenario_output(run, "without");

    ck_assert_msg(g_str_has_prefix(output, "PASS without "), "%s", output);
    ck_assert_int_eq(result_exit_status(&process->facts), 0);
    ck_assert_int_eq(result_exit_status(&feeder->facts), 0);
    for (unsigned i = 0; i < run->result->migrations->len; i++) {
        const ResultMigration *migration = run->result->migrations->pdata[i];

        seen[migration->ledger->without] = true;
    }
    for (uint32_t without = 0; without <= WITHOUT_ALL; without++) {
        ck_assert_msg(seen[without], "set %#x", without);
    }
    ck_assert_uint_eq(scenario_check(scenario, run), WITHOUT_ALL + 1);
}
END_TEST

static uint64_t latency_ns(const char *algorithm, const char *techniques)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, "files", 0, "files");
    scenario_add_migration(scenario, "files", MOVE_NS, 1, algorithm);
    scenario_set_techniques(scenario, techniques);
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultMigration *migration = run->result->migrations->pdata[0];

    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    return migration->ledger->latency_ns;
}

/* By how much a move takes longer without it, at least. */
static const struct {
    const char *algorithm;
    const char *techniques;
    uint64_t worth_ns;
} prices[] = {
    /* two questions and their answers */
    { "freeze-free", "-implicit-resume", 4 * LATENCY_NS },
    { "total-copy", "-implicit-resume", 4 * LATENCY_NS },
    { "freeze-free", "-preallocated", 1000 },
    { "total-copy", "-preallocated", 1000 },
};

START_TEST(each_is_worth_something)
{
    const char *algorithm = prices[_i].algorithm;

    ck_assert_uint_ge(latency_ns(algorithm, prices[_i].techniques),
                      latency_ns(algorithm, "all") + prices[_i].worth_ns);
}
END_TEST

/* What a clerk has, who is moved in the middle of its work: 16 modified blocks
 * of a file under /srv, as many pages of one of its own, a connection with
 * letters in its queue. */
static const struct {
    const char *techniques;
    LedgerPhaseKind phase;
    uint64_t worth_ns;
} costs[] = {
    { "-files-apart", PHASE_CAPTURE, 16 * PAGE_WIRE_NS },
    { "-files-apart", PHASE_TRANSMIT, 16 * PAGE_WIRE_NS },
    { "-communication-apart", PHASE_TRANSMIT, 10000 },
    { "-local-information", PHASE_INSTALL, 2 * LATENCY_NS },
};

static uint64_t clerk_phase_ns(const char *techniques, LedgerPhaseKind phase)
{
    g_autoptr(Scenario) scenario = scenario_of_three();

    scenario_add_process(scenario, "clerk", 0, "clerk works 2000 64K");
    scenario_add_process(scenario, "customer", 2, "clerk asks 2000");
    scenario_add_migration(scenario, "clerk", CLERK_NS, 1, "freeze-free");
    scenario_set_techniques(scenario, techniques);
    g_autoptr(Run) run = scenario_run(scenario, true);
    g_autofree char *output = scenario_output(run, "clerk");
    const ResultMigration *migration = run->result->migrations->pdata[0];

    ck_assert_msg(g_str_has_prefix(output, "PASS clerk "), "%s", output);
    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    return migration->ledger->phases[phase].duration_ns;
}

START_TEST(each_costs_where_it_is_said)
{
    ck_assert_uint_ge(
        clerk_phase_ns(costs[_i].techniques, costs[_i].phase),
        clerk_phase_ns("all", costs[_i].phase) + costs[_i].worth_ns);
}
END_TEST

/* On a fast link the first instruction waits for its page longer than the page
 * would have taken with the state. */
static uint64_t first_run_ns(const char *techniques)
{
    g_autoptr(Scenario) scenario = scenario_new_with(
        "[experiment]\nname = test\n[cluster]\nnodes = 2\n"
        "[link]\nlatency = 1us\nbandwidth = 100Gbit/s\n");

    scenario_add_process(scenario, "heap", 0, "heap");
    scenario_add_migration(scenario, "heap", MOVE_NS, 1, "freeze-free");
    scenario_set_techniques(scenario, techniques);
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultMigration *migration = run->result->migrations->pdata[0];

    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    ck_assert_uint_ne(migration->ledger->first_run_ns, LEDGER_UNKNOWN);
    return migration->ledger->first_run_ns;
}

START_TEST(critical_pages_let_it_run_sooner)
{
    ck_assert_uint_gt(first_run_ns("-critical-pages"), first_run_ns("all"));
}
END_TEST

/* What a program writes to /proc/PID/goto in vain. */
static const char *const wrong[] = {
    "1 freeze-free -implicit",
    "1 freeze-free implicit-resume",
    "1 freeze-free -preallocated -preallocated",
    "1 freeze-free all none",
    "1 -preallocated",
};

START_TEST(a_misspelt_technique_moves_nobody)
{
    g_autoptr(Scenario) scenario = scenario_new();
    g_autofree char *command = g_strdup_printf(
        "busybox sh -c \"echo %s > /proc/self/goto; echo $?\"", wrong[_i]);

    scenario_add_process(scenario, "sh", 0, command);
    g_autoptr(Run) run = scenario_run(scenario, true);
    g_autofree char *output = scenario_output(run, "sh");

    ck_assert_msg(g_str_equal(output, "1\n"), "%s", output);
    ck_assert_uint_eq(run->result->migrations->len, 0);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("techniques");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, every_set_of_techniques, 0, ALGORITHM_COUNT);
    tcase_add_loop_test(tcase, each_is_worth_something, 0,
                        G_N_ELEMENTS(prices));
    tcase_add_loop_test(tcase, each_costs_where_it_is_said, 0,
                        G_N_ELEMENTS(costs));
    tcase_add_test(tcase, critical_pages_let_it_run_sooner);
    tcase_add_loop_test(tcase, a_misspelt_technique_moves_nobody, 0,
                        G_N_ELEMENTS(wrong));
    return scenario_main("techniques", tcase);
}
