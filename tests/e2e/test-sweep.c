/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep over real runs: however it is run, killed and resumed, its results
 * have the same bytes, and nothing of it lives on.
 *
 * usage: test-sweep GODWIT
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/sweep.h"
#include "tool.h"

#define TIMEOUT_S       600
#define POINTS          8
#define POLL_US         2000

static const char grid[] =
    "[sweep]\nname = grid\nexperiment = x.ini\ncompare = none\n"
    "[axis algorithm]\nkey = migration 1.algorithm\n"
    "values = total-copy | freeze-free\n"
    "[axis net]\nkeys = link.latency, link.bandwidth\n"
    "values = 20us, 1Gbit/s | 1ms, 100Mbit/s\n"
    "[axis at]\nkey = migration 1.at\nvalues = 2ms | 3ms\n";

/* Two points. */
static const char pair[] =
    "[sweep]\nname = pair\nexperiment = x.ini\ncompare = none\n"
    "[axis algorithm]\nkey = migration 1.algorithm\n"
    "values = total-copy | freeze-free\n";

static Scenario *new_sweep(const char *text)
{
    Scenario *scenario = scenario_new();
    g_autofree char *path = g_build_filename(scenario->folder, "s.ini", NULL);

    scenario_add_process(scenario, "stack", 0, "stack");
    scenario_add_migration(scenario, "stack", 3000000, 1, "freeze-free");
    tool_write_experiment(scenario, "x.ini");
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    return scenario;
}

static void expect_same_file(const Scenario *scenario, const char *a,
                             const char *b, const char *name)
{
    g_autofree char *path_a = g_build_filename(scenario->folder, a, name, NULL);
    g_autofree char *path_b = g_build_filename(scenario->folder, b, name, NULL);
    g_autofree char *text_a = NULL;
    g_autofree char *text_b = NULL;

    ck_assert(g_file_get_contents(path_a, &text_a, NULL, NULL));
    ck_assert(g_file_get_contents(path_b, &text_b, NULL, NULL));
    ck_assert_str_eq(text_a, text_b);
}

static void expect_same(const Scenario *scenario, const char *a, const char *b)
{
    expect_same_file(scenario, a, b, "sweep.csv");
    expect_same_file(scenario, a, b, "sweep.json");
}

static void expect_good(const Scenario *scenario, const char *folder,
                        const char *jobs, const char *part)
{
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder, (const char *[]) {
        "sweep", "s.ini", "-o", folder, "--jobs", jobs, NULL });

    ck_assert_msg(outcome.status == 0, "%s", outcome.err);
    ck_assert_msg(strstr(outcome.out, part) != NULL, "%s", outcome.out);
}

/* Points that are finished, and those that are not. */
static unsigned count_points(const Scenario *scenario, const char *folder,
                             bool finished)
{
    g_autofree char *path = g_build_filename(scenario->folder, folder, "points",
                                             NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    unsigned count = 0;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        count += g_str_has_suffix(name, ".part") != finished;
    }
    return count;
}

/* The tool's runs and their emulators. */
static GArray *descendants(const Tool *tool)
{
    GArray *all = tool_children(tool);
    unsigned runs = all->len;

    for (unsigned i = 0; i < runs; i++) {
        const Tool run = { .pid = g_array_index(all, pid_t, i) };
        g_autoptr(GArray) emulators = tool_children(&run);
        g_array_append_vals(all, emulators->data, emulators->len);
    }
    return all;
}

/* Ends a sweep when some of its points are there and others run. */
static void end_in_the_middle(const Scenario *scenario, const char *folder,
                              int signal)
{
    Tool tool = tool_start(scenario->folder, (const char *[]) {
        "sweep", "s.ini", "-o", folder, "--jobs", "2", NULL });

    while (count_points(scenario, folder, true) < 2 ||
           count_points(scenario, folder, false) == 0) {
        g_usleep(POLL_US);
    }
    kill(tool.pid, SIGSTOP);        /* no more children behind our back */
    g_autoptr(GArray) pids = descendants(&tool);
    kill(tool.pid, SIGCONT);
    kill(tool.pid, signal);
    g_auto(ToolOutcome) outcome = tool_wait(&tool);
    tool_expect_gone(pids);
    ck_assert_uint_lt(count_points(scenario, folder, true), POINTS);
    if (signal == SIGKILL) {
        ck_assert_int_eq(outcome.status, -1);
        return;
    }
    ck_assert_int_eq(outcome.status, 1);
    ck_assert(tool_is_one_line(outcome.err));
    ck_assert_msg(g_str_has_prefix(outcome.err, "godwit: interrupted with "),
                  "%s", outcome.err);
    ck_assert_uint_eq(count_points(scenario, folder, false), 0);
}

START_TEST(ended_and_resumed_it_has_the_same_bytes)
{
    static const int signals[] = { SIGKILL, SIGINT };
    g_autoptr(Scenario) scenario = new_sweep(grid);

    expect_good(scenario, "one", "1", "grid: 8 points, 0 reused, 0 failed; 8 of "
                "8 migrations done");
    for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autofree char *folder = g_strdup_printf("d%u", i);
        end_in_the_middle(scenario, folder, signals[i]);
        g_autofree char *csv = g_build_filename(scenario->folder, folder,
                                                "sweep.csv", NULL);
        ck_assert(!g_file_test(csv, G_FILE_TEST_EXISTS));
        unsigned there = count_points(scenario, folder, true);
        g_autofree char *part = g_strdup_printf("%u reused, 0 failed", there);
        expect_good(scenario, folder, "3", part);
        expect_same(scenario, "one", folder);
        ck_assert_uint_eq(count_points(scenario, folder, false), 0);
    }
}
END_TEST

/* GODWIT_DOCS is the folder docs. */
START_TEST(shipped_sweeps_are_valid)
{
    g_autofree char *folder = g_build_filename(g_getenv("GODWIT_DOCS"),
                                               "experiments", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    unsigned count = 0;

    ck_assert_ptr_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
        GError *error = NULL;
        if (!g_str_has_suffix(name, "-sweep.ini")) {
            continue;
        }
        g_autoptr(Sweep) sweep = sweep_load(path, &error);
        ck_assert_msg(sweep != NULL, "%s", error != NULL ? error->message : "");
        ck_assert_msg(sweep_resolve(sweep, faults, NULL), "%s",
                      faults->len > 0 ? (char *)faults->pdata[0] : path);
        count++;
    }
    ck_assert_uint_gt(count, 0);
}
END_TEST

/* A program that tells where it is, and one that does not. */
#define LOOP "i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; "
#define TELL "while read l; do case $l in Node*) echo $l; esac; done " \
             "</proc/self/status"
START_TEST(moves_that_are_noticed_fail)
{
    g_autoptr(Scenario) scenario = new_sweep(
        "[sweep]\nname = seen\nexperiment = x.ini\n"
        "[axis to]\nkeys = process p.command, migration 2.to\n"
        "values = busybox sh -c '" LOOP "echo yes', 1 |"
        " busybox sh -c '" LOOP TELL "', 1\n"
        "labels = silent | tells\n");

    scenario_add_process(scenario, "p", 0, "busybox true");
    scenario_add_migration(scenario, "p", 5000000, 1, "freeze-free");
    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) seen = tool_run(scenario->folder, (const char *[]) {
        "sweep", "s.ini", "-o", "d", NULL });
    g_auto(ToolOutcome) one = tool_run(scenario->folder, (const char *[]) {
        "sweep", "s.ini", "-o", "d", "--csv", NULL });

    ck_assert_int_eq(seen.status, 1);
    ck_assert_msg(strstr(seen.err, "point 1 (to=tells): the output of 'p' is "
                         "not that of the run without migrations\n") != NULL,
                  "%s%s", seen.out, seen.err);
    ck_assert_ptr_null(strstr(seen.err, "point 0"));
    ck_assert_ptr_null(strstr(seen.out, "residue 0"));
    ck_assert_int_eq(one.status, 1);
    ck_assert_uint_eq(count_points(scenario, "d", true), 4);
}
END_TEST

START_TEST(moves_that_are_not_noticed_are_good)
{
    g_autoptr(Scenario) scenario = new_sweep(
        "[sweep]\nname = unseen\nexperiment = x.ini\n"
        "[axis algorithm]\nkey = migration 1.algorithm\n"
        "values = total-copy | freeze-free\n");

    expect_good(scenario, "d", "2", "\nresidue 0 in all migrations; all outputs "
                "as without migrations\n");
    /* both have the same undisturbed run */
    ck_assert_uint_eq(count_points(scenario, "d", true), 3);
}
END_TEST

/* An emulator that is killed takes its point with it, and no other. The
 * processor has work for longer than it takes to find the emulators. */
START_TEST(a_killed_emulator_fails_its_point_alone)
{
    g_autoptr(Scenario) scenario = new_sweep(pair);

    scenario_add_process(scenario, "spin", 0, "spin 30");
    tool_write_experiment(scenario, "x.ini");
    Tool tool = tool_start(scenario->folder, (const char *[]) {
        "sweep", "s.ini", "-o", "d", "--jobs", "1", NULL });
    bool killed = false;

    while (!killed) {
        kill(tool.pid, SIGSTOP);
        g_autoptr(GArray) runs = tool_children(&tool);
        if (runs->len == 1) {
            pid_t run_pid = g_array_index(runs, pid_t, 0);
            const Tool run = { .pid = run_pid };
            kill(run_pid, SIGSTOP);
            g_autoptr(GArray) emulators = tool_children(&run);
            killed = emulators->len == 2 &&
                kill(g_array_index(emulators, pid_t, 0), SIGKILL) == 0;
            kill(run_pid, SIGCONT);
        }
        kill(tool.pid, SIGCONT);
        g_usleep(POLL_US);
    }
    g_auto(ToolOutcome) outcome = tool_wait(&tool);
    ck_assert_int_eq(outcome.status, 1);
    ck_assert_msg(strstr(outcome.err, "signal 9") != NULL &&
                  g_str_has_suffix(outcome.err, "godwit: pair: 1 of 2 points "
                                   "failed\n"), "%s", outcome.err);
    expect_good(scenario, "d", "2", "1 reused, 0 failed");
    expect_good(scenario, "one", "2", "0 reused");
    expect_same(scenario, "one", "d");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tcase = tcase_create("sweep");

    if (argc != 2) {
        fprintf(stderr, "usage: test-sweep GODWIT\n");
        return TOOL_USAGE;
    }
    tool_set_path(argv[1]);
    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_test(tcase, ended_and_resumed_it_has_the_same_bytes);
    tcase_add_test(tcase, shipped_sweeps_are_valid);
    tcase_add_test(tcase, moves_that_are_noticed_fail);
    tcase_add_test(tcase, moves_that_are_not_noticed_are_good);
    tcase_add_test(tcase, a_killed_emulator_fails_its_point_alone);
    return scenario_main("sweep", tcase);
}
