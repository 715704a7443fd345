/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as its user meets it: exit status, messages, run directories.
 *
 * usage: test-cli GODWIT
 */
#include <stdio.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "lib/run-dir.h"
#include "lib/units.h"
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

/* Of an event, in ns; times are in us with three digits behind the point. */
static uint64_t event_ns(JsonObject *event, const char *name)
{
    return (uint64_t)(json_object_get_double_member(event, name) * 1000 + 0.5);
}

/* Of one name and kind, how many, and the last of them. */
static unsigned find_events(JsonArray *events, const char *name,
                            JsonObject **last)
{
    unsigned count = 0;

    for (unsigned i = 0; i < json_array_get_length(events); i++) {
        JsonObject *event = json_array_get_object_element(events, i);
        if (strcmp(json_object_get_string_member(event, "ph"), "X") == 0 &&
            strcmp(json_object_get_string_member(event, "name"), name) == 0) {
            *last = event;
            count++;
        }
    }
    return count;
}

static unsigned count_kind(JsonArray *events, const char *kind)
{
    unsigned count = 0;

    for (unsigned i = 0; i < json_array_get_length(events); i++) {
        JsonObject *event = json_array_get_object_element(events, i);
        count += strcmp(json_object_get_string_member(event, "ph"), kind) == 0;
    }
    return count;
}

/* Exact, so that numbers that are shown can be quoted. */
START_TEST(shows_a_run_on_one_line_of_time)
{
    g_autoptr(Scenario) scenario = one_process();
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultMigration *migration = run->result->migrations->pdata[0];
    const LedgerMigration *ledger = migration->ledger;
    g_auto(ToolOutcome) chrome = tool_run(scenario->folder, (const char *[]) {
        "report", run->folder, "--chrome", NULL });
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *event = NULL;
    uint64_t messages = 0;

    ck_assert_msg(chrome.status == 0, "%s", chrome.err);
    ck_assert(json_parser_load_from_data(parser, chrome.out, -1, NULL));
    JsonArray *events = json_object_get_array_member(
        json_node_get_object(json_parser_get_root(parser)), "traceEvents");
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &ledger->phases[i];
        ck_assert_uint_eq(find_events(events, ledger_phase_names[i], &event),
                          1);
        ck_assert_uint_eq(event_ns(event, "ts"), phase->start_ns);
        ck_assert_uint_eq(event_ns(event, "dur"), phase->duration_ns);
        ck_assert_int_eq(json_object_get_int_member(event, "pid"),
                         phase->node);
    }
    /* it ran twice, the second time from the resume on */
    ck_assert_uint_eq(find_events(events, "stack", &event), 2);
    ck_assert_uint_eq(event_ns(event, "ts"),
                      ledger->started_ns + ledger->latency_ns);
    ck_assert_uint_eq(count_kind(events, "b"), ledger->faults->len);
    ck_assert_uint_eq(count_kind(events, "e"), ledger->faults->len);
    for (unsigned i = 0; i < run->result->links->len; i++) {
        messages += g_array_index(run->result->links, LedgerLink,
                                  i).counts[LINK_MESSAGES];
    }
    ck_assert_uint_eq(count_kind(events, "s"), messages);
    ck_assert_uint_eq(count_kind(events, "f"), messages);
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

static Result *read_result(const Scenario *scenario, const char *name)
{
    g_autofree char *folder = g_build_filename(scenario->folder, name, NULL);
    GError *error = NULL;
    Result *result = NULL;
    g_autofree char *text = run_dir_read_result(folder, &result, &error);

    ck_assert_msg(text != NULL, "%s", error != NULL ? error->message : "");
    return result;
}

START_TEST(says_what_moves_have_cost)
{
    g_autoptr(Scenario) scenario = one_process();

    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "d", "--undisturbed", NULL });
    ck_assert_msg(outcome.status == 0, "%s", outcome.err);
    g_autoptr(Result) moved = read_result(scenario, "d");
    g_autoptr(Result) undisturbed = read_result(scenario, "d.undisturbed");
    const ResultProcess *a = moved->processes->pdata[0];
    const ResultProcess *b = undisturbed->processes->pdata[0];
    ck_assert_uint_gt(moved->migrations->len, 0);
    ck_assert_uint_eq(undisturbed->migrations->len, 0);
    ck_assert_uint_gt(a->facts.end_ns, b->facts.end_ns);
    g_autofree char *later = unit_format_short(
        UNIT_TIME, a->facts.end_ns - b->facts.end_ns);
    g_autofree char *line = g_strdup_printf(
        "process stack: ends %s later than undisturbed", later);
    ck_assert_msg(strstr(outcome.out, line) != NULL, "%s", outcome.out);
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
    tcase_add_test(tcase, shows_a_run_on_one_line_of_time);
    tcase_add_test(tcase, leaves_migrations_out);
    tcase_add_test(tcase, says_what_moves_have_cost);
    tcase_add_loop_test(tcase, misuse_is_told_in_one_line, 0, MISTAKES);
    tcase_add_test(tcase, a_time_limit_fails_the_run);
    return scenario_main("cli", tcase);
}
