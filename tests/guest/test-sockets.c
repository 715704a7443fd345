/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets: programs that check what the calls answer, with the names kept by
 * one node or several, over sound and lossy links.
 */
#include <check.h>

#include "scenario.h"

#define TIMEOUT_S   600
#define CLUSTER(nodes, faults) \
    "[experiment]\nname = sockets\nseed = 1\nuntil = 60s\n" \
    "[cluster]\nnodes = " nodes "\nmemory = 64MiB\nclock = 1GHz\n" \
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n" faults

static const char *const clusters[] = {
    CLUSTER("1", ""),
    CLUSTER("3", ""),
    CLUSTER("3", "loss = 0.2\nduplication = 0.1\nreordering = 0.1\n"),
};
#define CLUSTERS    (sizeof(clusters) / sizeof(clusters[0]))

static void check_passed(const Run *run, const char *program)
{
    const ResultProcess *process = scenario_process(run, program);
    g_autofree char *passed = g_strdup_printf("PASS %s ", program);
    g_autofree char *output = scenario_output(run, program);

    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_has_prefix(output, passed), "%s: wait status %#x, %s",
                  program, process->facts.wait_status, output);
}

START_TEST(calls_on_one_node)
{
    g_autoptr(Scenario) scenario = scenario_new_with(clusters[_i]);

    scenario_add_process(scenario, "sockets", 0, "sockets");
    scenario_add_process(scenario, "socknames", 0, "socknames");
    g_autoptr(Run) run = scenario_run(scenario, true);
    (void)scenario_check(scenario, run);
    check_passed(run, "sockets");
    check_passed(run, "socknames");
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("sockets");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, calls_on_one_node, 0, CLUSTERS);
    return scenario_main("sockets", tcase);
}
