/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit verify and godwit diff with whole clusters: a run directory that was
 * carried elsewhere is reproduced, one whose experiment was exchanged diverges
 * where it must, and two runs are told apart.
 *
 * usage: test-verify GODWIT
 */
#include <string.h>

#include <glib/gstdio.h>

#include "lib/run-record.h"
#include "tool.h"

#define TIMEOUT_S   300

/* One process that moves while it works, on links of this latency. */
static void record_run(Scenario *scenario, const char *folder,
                       const char *latency)
{
    g_autofree char *set = g_strconcat("link.latency=", latency, NULL);

    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) run = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", folder, "--set", set, NULL });
    ck_assert_msg(run.status == 0, "%s", run.err);
}

static Scenario *one_move(void)
{
    Scenario *scenario = scenario_new();

    scenario_add_process(scenario, "stack", 0, "stack");
    scenario_add_migration(scenario, "stack", 3000000, 1, "freeze-free");
    return scenario;
}

static char *path_of(const Scenario *scenario, const char *folder,
                     const char *name)
{
    return g_build_filename(scenario->folder, folder, name, NULL);
}

START_TEST(a_run_is_reproduced_elsewhere)
{
    g_autoptr(Scenario) scenario = one_move();
    g_autofree char *from = path_of(scenario, "a", NULL);
    g_autofree char *to = path_of(scenario, "elsewhere", NULL);
    g_autofree char *kernel = g_strdup(g_getenv("GODWIT_KERNEL"));
    g_autofree char *programs = g_strdup(g_getenv("GODWIT_USER_DIR"));

    record_run(scenario, "a", "50us");
    ck_assert_int_eq(g_rename(from, to), 0);
    /* A host that has the emulator and nothing else. */
    g_setenv("GODWIT_KERNEL", "/nowhere", TRUE);
    g_setenv("GODWIT_USER_DIR", "/nowhere", TRUE);
    g_auto(ToolOutcome) verify = tool_run(scenario->folder, (const char *[]) {
        "verify", "elsewhere", "-o", "again", NULL });
    ck_assert_msg(verify.status == 0, "%s%s", verify.out, verify.err);
    ck_assert(g_str_has_prefix(verify.out, "elsewhere: REPRODUCED\ndigest "));
    ck_assert_str_eq(verify.err, "");
    /* The second run proves as much as the first. */
    g_auto(ToolOutcome) third = tool_run(scenario->folder, (const char *[]) {
        "verify", "again", "--json", NULL });
    ck_assert_msg(third.status == 0, "%s%s", third.out, third.err);
    ck_assert_ptr_nonnull(strstr(third.out, "\"reproduced\" : true"));
    g_auto(ToolOutcome) diff = tool_run(scenario->folder, (const char *[]) {
        "diff", "elsewhere", "again", NULL });
    ck_assert_msg(diff.status == 0, "%s", diff.out);
    if (kernel != NULL) {
        g_setenv("GODWIT_KERNEL", kernel, TRUE);
    } else {
        g_unsetenv("GODWIT_KERNEL");
    }
    if (programs != NULL) {
        g_setenv("GODWIT_USER_DIR", programs, TRUE);
    } else {
        g_unsetenv("GODWIT_USER_DIR");
    }
}
END_TEST

static void replace_in_file(const char *path, const char *from, const char *to)
{
    g_autofree char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(text, from, -1);
    ck_assert_msg(g_strv_length(parts) > 1, "%s has no %s", path, from);
    g_autofree char *replaced = g_strjoinv(to, parts);
    ck_assert(g_file_set_contents(path, replaced, -1, NULL));
}

/* Gives the run directory another experiment, with a manifest to match. */
static void exchange_experiment(const Scenario *scenario, const char *folder)
{
    g_autofree char *experiment = path_of(scenario, folder, "experiment.ini");
    g_autofree char *manifest = path_of(scenario, folder, "manifest.json");
    char before[SHA256_TEXT];
    char after[SHA256_TEXT];

    ck_assert(sha256_of_file(experiment, before, NULL));
    replace_in_file(experiment, "latency = 50us", "latency = 60us");
    ck_assert(sha256_of_file(experiment, after, NULL));
    replace_in_file(manifest, before, after);
}

START_TEST(a_run_of_something_else_diverges)
{
    g_autoptr(Scenario) scenario = one_move();

    record_run(scenario, "a", "50us");
    exchange_experiment(scenario, "a");
    g_auto(ToolOutcome) verify = tool_run(scenario->folder, (const char *[]) {
        "verify", "a", "-o", "b", NULL });
    ck_assert_msg(verify.status == 1, "%s%s", verify.out, verify.err);
    ck_assert_str_eq(verify.err, "godwit: a was not reproduced\n");
    ck_assert(g_str_has_prefix(verify.out, "a: DIVERGED\n"));
    /* Only the first message that arrives tells the latency. */
    ck_assert_ptr_nonnull(strstr(verify.out, "in migration 1 of 'stack' ("));
    ck_assert_msg(strstr(verify.out, "RX of STATE") != NULL, "%s", verify.out);

    g_autofree char *a = path_of(scenario, "a", NULL);
    g_autofree char *b = path_of(scenario, "b", NULL);
    g_autoptr(RunRecord) left = run_record_open(a, NULL);
    g_autoptr(RunRecord) right = run_record_open(b, NULL);
    ck_assert(left != NULL && right != NULL);
    const ResultMigration *slow = right->result->migrations->pdata[0];
    const ResultMigration *fast = left->result->migrations->pdata[0];
    ck_assert_uint_eq(slow->ledger->phases[PHASE_WIRE].duration_ns -
                      fast->ledger->phases[PHASE_WIRE].duration_ns, 10000);
}
END_TEST

START_TEST(two_runs_are_told_apart)
{
    g_autoptr(Scenario) scenario = one_move();

    record_run(scenario, "a", "50us");
    record_run(scenario, "b", "60us");
    g_auto(ToolOutcome) diff = tool_run(scenario->folder, (const char *[]) {
        "diff", "a", "b", NULL });
    ck_assert_int_eq(diff.status, 1);
    ck_assert_str_eq(diff.err, "godwit: a and b differ\n");
    ck_assert_ptr_nonnull(strstr(diff.out, "configuration\n  [link]\n"));
    ck_assert_ptr_nonnull(strstr(diff.out, "  migration 1 of 'stack'\n"));
    ck_assert_ptr_nonnull(strstr(diff.out, "+10000"));
    ck_assert_ptr_nonnull(strstr(diff.out, "the traces part at record"));
    /* What does not differ is not mentioned. */
    ck_assert_ptr_null(strstr(diff.out, "ingredients"));
    ck_assert_ptr_null(strstr(diff.out, "stdout_sha256"));
    ck_assert_ptr_null(strstr(diff.out, "bandwidth"));
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tcase = tcase_create("verify");

    if (argc != 2) {
        fprintf(stderr, "usage: %s GODWIT\n", argv[0]);
        return TOOL_USAGE;
    }
    tool_set_path(argv[1]);
    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_test(tcase, a_run_is_reproduced_elsewhere);
    tcase_add_test(tcase, a_run_of_something_else_diverges);
    tcase_add_test(tcase, two_runs_are_told_apart);
    return scenario_main("verify", tcase);
}
