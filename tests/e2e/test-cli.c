/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as its user meets it: exit status, messages, run directories.
 *
 * usage: test-cli GODWIT
 */
#include <stdio.h>
#include <string.h>

#include "tool.h"

#define TIMEOUT_S       300

static Scenario *one_process(void)
{
    Scenario *scenario = scenario_new();

    scenario_add_process(scenario, "stack", 0, "stack");
    scenario_add_migration(scenario, "stack", 3000000, 1, "freeze-free");
    return scenario;
}

START_TEST(runs_and_reports)
{
    g_autoptr(Scenario) scenario = one_process();

    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) run = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "d", NULL });
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "digest "));
    g_auto(ToolOutcome) json = tool_run(scenario->folder, (const char *[]) {
        "report", "d", "--json", NULL });
    ck_assert_int_eq(json.status, 0);
    ck_assert_ptr_nonnull(strstr(json.out, "\"schema\""));
    ck_assert_ptr_nonnull(strstr(json.out, "\"residue_ns\" : 0"));
    g_auto(ToolOutcome) valid = tool_run(scenario->folder, (const char *[]) {
        "validate", "x.ini", NULL });
    ck_assert_int_eq(valid.status, 0);
    ck_assert_str_eq(valid.err, "");
}
END_TEST

START_TEST(leaves_migrations_out)
{
    g_autoptr(Scenario) scenario = one_process();

    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) with = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "with", NULL });
    g_auto(ToolOutcome) without = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "without", "--no-migrate", NULL });
    g_autofree char *a = NULL;
    g_autofree char *b = NULL;
    g_autofree char *path_a = g_build_filename(scenario->folder, "with", "out",
                                               "stack.stdout", NULL);
    g_autofree char *path_b = g_build_filename(scenario->folder, "without",
                                               "out", "stack.stdout", NULL);

    ck_assert_int_eq(with.status, 0);
    ck_assert_int_eq(without.status, 0);
    ck_assert_ptr_nonnull(strstr(with.out, "migration 1"));
    ck_assert_ptr_null(strstr(without.out, "migration 1"));
    ck_assert(g_file_get_contents(path_a, &a, NULL, NULL));
    ck_assert(g_file_get_contents(path_b, &b, NULL, NULL));
    ck_assert_str_eq(a, b);
}
END_TEST

/* One assignment over a good experiment, and what stderr has to name. */
static const struct {
    const char *set;
    const char *named;
} mistakes[] = {
    { "process stack.node=2", "node" },
    { "process stack.command=no-such-program", "no-such-program" },
    { "migration 1.to=7", "to" },
    { "migration 1.algorithm=freeze-fee", "freeze-free" },
    { "migration 1.process=stacks", "stack" },
    { "migration 1.at=3", "at" },
    { "link.latency=-1us", "latency" },
    { "link.latncy=1us", "latency" },
    { "cluster.nodes=0", "nodes" },
    { "experiment.until=soon", "until" },
    { "file /x.source=missing-file", "missing-file" },
};
#define MISTAKES    (sizeof(mistakes) / sizeof(mistakes[0]))

START_TEST(misuse_is_told_in_one_line)
{
    g_autoptr(Scenario) scenario = one_process();

    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "--set", mistakes[_i].set, "-o", "d", NULL });
    ck_assert_msg(outcome.status == TOOL_USAGE, "%s: status %d, %s",
                  mistakes[_i].set, outcome.status, outcome.err);
    ck_assert_msg(strstr(outcome.err, mistakes[_i].named) != NULL, "%s: %s",
                  mistakes[_i].set, outcome.err);
    ck_assert_msg(tool_is_one_line(outcome.err), "%s", outcome.err);
    ck_assert_str_eq(outcome.out, "");
    /* and nothing has been written */
    g_autofree char *path = g_build_filename(scenario->folder, "d", NULL);
    ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(a_time_limit_fails_the_run)
{
    g_autoptr(Scenario) scenario = one_process();

    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "--set", "experiment.until=4ms", NULL });
    ck_assert_int_eq(outcome.status, 1);
    ck_assert_ptr_nonnull(strstr(outcome.err, "until"));
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tcase = tcase_create("cli");

    if (argc != 2) {
        fprintf(stderr, "usage: test-cli GODWIT\n");
        return TOOL_USAGE;
    }
    tool_set_path(argv[1]);
    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_test(tcase, runs_and_reports);
    tcase_add_test(tcase, leaves_migrations_out);
    tcase_add_loop_test(tcase, misuse_is_told_in_one_line, 0, MISTAKES);
    tcase_add_test(tcase, a_time_limit_fails_the_run);
    return scenario_main("cli", tcase);
}
