/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that go wrong end as they should, before and after a move, and
 * disturb nobody: neither the kernel nor the process beside them.
 */
#include <signal.h>

#include <check.h>

#include "scenario.h"

#define TIMEOUT_S       300
#define AT_NS           2500000u    /* they go wrong after 4 ms */
#define APART_NS        3000000u    /* a move each, one behind the other */
#define WITNESS         "chase"

typedef struct {
    const char *kind;
    int signal;
    int exit_status;            /* if there is no signal */
} Fault;

static const Fault faults[] = {
    { "null", SIGSEGV, 0 }, { "kernel", SIGSEGV, 0 }, { "text", SIGSEGV, 0 },
    { "readonly", SIGSEGV, 0 }, { "illegal", SIGILL, 0 },
    { "privileged", SIGILL, 0 }, { "jump-null", SIGSEGV, 0 },
    { "jump-kernel", SIGSEGV, 0 }, { "jump-wild", SIGSEGV, 0 },
    { "jump-data", SIGSEGV, 0 }, { "break", SIGTRAP, 0 },
    { "stack", SIGSEGV, 0 }, { "abort", SIGABRT, 0 }, { "kill", SIGKILL, 0 },
    { "term", SIGTERM, 0 }, { "exit3", 0, 3 }, { "exit255", 0, 255 },
    { "badptr", 0, 0 },
};
#define FAULTS  (sizeof(faults) / sizeof(faults[0]))

/* One after the other, as each is alone on its node until it is moved. */
static Scenario *make_scenario(const char *algorithm)
{
    Scenario *scenario = scenario_new();

    scenario_add_process(scenario, WITNESS, 1, WITNESS " 60");
    for (unsigned i = 0; i < FAULTS; i++) {
        g_autofree char *command = g_strdup_printf("fault %s",
                                                   faults[i].kind);

        scenario_add_process(scenario, faults[i].kind, 0, command);
        if (algorithm != NULL) {
            scenario_add_migration(scenario, faults[i].kind,
                                   AT_NS + i * APART_NS, 1, algorithm);
        }
    }
    return scenario;
}

static void check_run(const char *algorithm)
{
    g_autoptr(Scenario) scenario = make_scenario(algorithm);
    g_autoptr(Run) run = scenario_run(scenario, true);
    g_autofree char *witness = scenario_output(run, WITNESS);

    ck_assert_msg(g_str_has_prefix(witness, "PASS " WITNESS " "), "%s",
                  witness);
    for (unsigned i = 0; i < FAULTS; i++) {
        const ResultProcess *process = scenario_process(run, faults[i].kind);
        g_autofree char *output = scenario_output(run, faults[i].kind);
        g_autofree char *before = g_strdup_printf("before %s\n",
                                                  faults[i].kind);

        ck_assert_msg(g_str_has_prefix(output, before), "%s: %s",
                      faults[i].kind, output);
        ck_assert_msg(faults[i].signal != 0 ?
                      result_signal(&process->facts) == faults[i].signal :
                      result_exit_status(&process->facts) ==
                          faults[i].exit_status,
                      "%s: wait status %#x", faults[i].kind,
                      process->facts.wait_status);
    }
    if (algorithm != NULL) {
        ck_assert_uint_gt(scenario_check(scenario, run), FAULTS / 2);
    } else {
        (void)scenario_check(scenario, run);
    }
}

START_TEST(unmoved)
{
    check_run(NULL);
}
END_TEST

START_TEST(after_a_move)
{
    check_run(scenario_algorithms[_i]);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("faults");

    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_test(tcase, unmoved);
    tcase_add_loop_test(tcase, after_a_move, 0, ALGORITHM_COUNT);
    return scenario_main("faults", tcase);
}
