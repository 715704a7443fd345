/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as its user meets it: exit status, messages, run directories, and
 * that nothing is left behind whenever it is killed.
 *
 * usage: test-cli GODWIT
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>
#include <glib/gstdio.h>

#include "scenario.h"

#define TIMEOUT_S       300
#define KILLS           8
#define KILL_SPAN_US    300000      /* a run takes about that long */
#define GONE_WITHIN_MS  5000
#define POLL_MS         10
#define USAGE           2

static char *tool;

typedef struct {
    int status;
    char *out;
    char *err;
} Outcome;

static void outcome_clear(Outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static Outcome run_tool(const char *folder, const char *const *args)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    Outcome outcome = { 0 };
    int wait_status;

    g_ptr_array_add(argv, tool);
    for (unsigned i = 0; args[i] != NULL; i++) {
        g_ptr_array_add(argv, (char *)args[i]);
    }
    g_ptr_array_add(argv, NULL);
    ck_assert_msg(g_spawn_sync(folder, (char **)argv->pdata, NULL,
                               G_SPAWN_DEFAULT, NULL, NULL, &outcome.out,
                               &outcome.err, &wait_status, &error),
                  "%s", error != NULL ? error->message : "");
    ck_assert(WIFEXITED(wait_status));
    outcome.status = WEXITSTATUS(wait_status);
    return outcome;
}

static void write_file(const Scenario *scenario, const char *name)
{
    g_autofree char *path = g_build_filename(scenario->folder, name, NULL);

    ck_assert(g_file_set_contents(path, scenario->text->str, -1, NULL));
}

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

    write_file(scenario, "x.ini");
    g_auto(Outcome) run = run_tool(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "d", NULL });
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "digest "));
    g_auto(Outcome) json = run_tool(scenario->folder, (const char *[]) {
        "report", "d", "--json", NULL });
    ck_assert_int_eq(json.status, 0);
    ck_assert_ptr_nonnull(strstr(json.out, "\"schema\""));
    ck_assert_ptr_nonnull(strstr(json.out, "\"residue_ns\" : 0"));
    g_auto(Outcome) valid = run_tool(scenario->folder, (const char *[]) {
        "validate", "x.ini", NULL });
    ck_assert_int_eq(valid.status, 0);
    ck_assert_str_eq(valid.err, "");
}
END_TEST

START_TEST(leaves_migrations_out)
{
    g_autoptr(Scenario) scenario = one_process();

    write_file(scenario, "x.ini");
    g_auto(Outcome) with = run_tool(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "with", NULL });
    g_auto(Outcome) without = run_tool(scenario->folder, (const char *[]) {
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

    write_file(scenario, "x.ini");
    g_auto(Outcome) outcome = run_tool(scenario->folder, (const char *[]) {
        "run", "x.ini", "--set", mistakes[_i].set, "-o", "d", NULL });
    ck_assert_msg(outcome.status == USAGE, "%s: status %d, %s",
                  mistakes[_i].set, outcome.status, outcome.err);
    ck_assert_msg(strstr(outcome.err, mistakes[_i].named) != NULL, "%s: %s",
                  mistakes[_i].set, outcome.err);
    ck_assert_msg(strchr(outcome.err, '\n') ==
                      outcome.err + strlen(outcome.err) - 1, "%s",
                  outcome.err);
    ck_assert_str_eq(outcome.out, "");
    /* and nothing has been written */
    g_autofree char *path = g_build_filename(scenario->folder, "d", NULL);
    ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(a_time_limit_fails_the_run)
{
    g_autoptr(Scenario) scenario = one_process();

    write_file(scenario, "x.ini");
    g_auto(Outcome) outcome = run_tool(scenario->folder, (const char *[]) {
        "run", "x.ini", "--set", "experiment.until=4ms", NULL });
    ck_assert_int_eq(outcome.status, 1);
    ck_assert_ptr_nonnull(strstr(outcome.err, "until"));
}
END_TEST

/* -- SIGKILL -- */

static pid_t parent_of(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *text = NULL;
    const char *behind;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return -1;
    }
    behind = strrchr(text, ')');
    return behind != NULL && strlen(behind) > 4 ? atoi(behind + 4) : -1;
}

/* The children of a process, by what the system says now. */
static GArray *children_of(pid_t parent)
{
    GArray *children = g_array_new(FALSE, FALSE, sizeof(pid_t));
    GDir *dir = g_dir_open("/proc", 0, NULL);

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir));) {
        pid_t pid = atoi(name);

        if (pid > 0 && parent_of(name) == parent) {
            g_array_append_val(children, pid);
        }
    }
    g_clear_pointer(&dir, g_dir_close);
    return children;
}

static bool is_gone(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;

    /* a zombie waits for init, which is not the tool's business */
    return !g_file_get_contents(path, &text, NULL, NULL) ||
           strstr(text, ") Z ") != NULL;
}

static unsigned count_files(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    unsigned count = 0;

    while (dir != NULL && g_dir_read_name(dir) != NULL) {
        count++;
    }
    g_clear_pointer(&dir, g_dir_close);
    return count;
}

START_TEST(killed_it_leaves_nothing)
{
    g_autoptr(Scenario) scenario = one_process();
    g_autofree char *tmp = g_build_filename(scenario->folder, "tmp", NULL);
    unsigned shared = count_files("/dev/shm");

    write_file(scenario, "x.ini");
    ck_assert_int_eq(g_mkdir(tmp, 0700), 0);
    ck_assert(g_setenv("TMPDIR", tmp, TRUE));
    for (int i = 0; i <= _i; i++) {
        (void)scenario_random(1);
    }

    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(scenario->folder) == 0 &&
            freopen("/dev/null", "w", stdout) != NULL) {
            execl(tool, tool, "run", "x.ini", "-o", "d", NULL);
        }
        _exit(127);
    }
    g_usleep(scenario_random(KILL_SPAN_US));
    kill(pid, SIGSTOP);             /* no more children behind our back */
    g_autoptr(GArray) children = children_of(pid);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    for (unsigned i = 0; i < children->len; i++) {
        pid_t child = g_array_index(children, pid_t, i);
        unsigned waited_ms = 0;

        while (!is_gone(child)) {
            ck_assert_msg(waited_ms < GONE_WITHIN_MS, "child %d lives on",
                          child);
            g_usleep(POLL_MS * 1000);
            waited_ms += POLL_MS;
        }
    }
    ck_assert_uint_eq(count_files(tmp), 0);
    ck_assert_uint_le(count_files("/dev/shm"), shared);

    /* and the next run does not stumble over the directory */
    g_auto(Outcome) outcome = run_tool(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "d", NULL });
    ck_assert_msg(outcome.status == 0, "%s", outcome.err);
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tcase = tcase_create("cli");
    int status;

    if (argc != 2) {
        fprintf(stderr, "usage: test-cli GODWIT\n");
        return USAGE;
    }
    tool = g_canonicalize_filename(argv[1], NULL);
    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_test(tcase, runs_and_reports);
    tcase_add_test(tcase, leaves_migrations_out);
    tcase_add_loop_test(tcase, misuse_is_told_in_one_line, 0, MISTAKES);
    tcase_add_test(tcase, a_time_limit_fails_the_run);
    tcase_add_loop_test(tcase, killed_it_leaves_nothing, 0, KILLS);
    status = scenario_main("cli", tcase);
    g_free(tool);
    return status;
}
