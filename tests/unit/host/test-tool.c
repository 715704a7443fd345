/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool itself: exit statuses, what goes to which stream, and what is left
 * when it is interrupted or killed. GODWIT_TOOL is the program, GODWIT_QEMU
 * fake-node.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/result.h"
#include "suite.h"

#define KILLS           60
#define PARENT_IS_GONE  126     /* what a child says that came too late */

static char *folder;

static const char example[] =
    "[experiment]\nname = x\nuntil = 10s\n"
    "[cluster]\nnodes = 2\nmemory = 16MiB\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
    "[process sort]\nnode = 0\ncommand = busybox sort\n"
    "[migration 1]\nprocess = sort\nat = 5ms\nto = 1\n"
    "algorithm = freeze-free\n";

static void set_up(void)
{
    folder = suite_testbed(example);
    ck_assert_int_eq(chdir(folder), 0);
    g_setenv("FAKE_NODE", "ok", TRUE);
}

static void tear_down(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    suite_remove(folder);
    g_free(folder);
}

typedef struct {
    int status;
    char *data;
    char *notes;
} Outcome;

static void outcome_clear(Outcome *outcome)
{
    g_free(outcome->data);
    g_free(outcome->notes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* `arguments` as in a shell. */
static Outcome call(const char *arguments)
{
    g_autofree char *line = g_strdup_printf("%s %s", g_getenv("GODWIT_TOOL"),
                                            arguments);
    Outcome outcome = { 0 };
    GError *error = NULL;
    int status;

    g_spawn_command_line_sync(line, &outcome.data, &outcome.notes, &status,
                              &error);
    ck_assert_no_error(error);
    ck_assert(WIFEXITED(status));
    outcome.status = WEXITSTATUS(status);
    return outcome;
}

static bool is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');

    return end != NULL && end[1] == '\0';
}

START_TEST(good_calls_exit_0)
{
    static const struct {
        const char *arguments;
        const char *part;
    } cases[] = {
        { "help", "usage: godwit VERB" },
        { "--help", "usage: godwit VERB" },
        { "help run", "--no-migrate" },
        { "run --help", "usage: godwit run FILE" },
        { "help experiment", "[process NAME]" },
        { "--version", "godwit " },
        { "validate x.ini", "valid (nodes: 2, processes: 1, migrations: 1)" },
        { "validate -- x.ini", "valid" },
        { "run x.ini -o y.run", "results in y.run" },
        { "run x.ini --json", "\"schema\" : \"godwit-result-1\"" },
        { "report x.run", "residue 0 ns" },
        { "report x.run --json", "\"schema\"" },
        { "report x.run y.run", "101.050      101.050" },
        { "report x.run y.run --json", "[\n{" },
        { "report x.run --csv", "run,migration,process" },
        { "run x.ini --no-migrate --set 'link.latency=1ms'", "digest" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Outcome) outcome = call(cases[i].arguments);
        ck_assert_msg(outcome.status == 0, "%s: %s", cases[i].arguments,
                      outcome.notes);
        ck_assert_str_eq(outcome.notes, "");
        ck_assert_msg(strstr(outcome.data, cases[i].part) != NULL, "%s: %s",
                      cases[i].arguments, outcome.data);
    }
}
END_TEST

START_TEST(misuse_exits_2_with_one_line)
{
    static const struct {
        const char *arguments;
        const char *part;
    } cases[] = {
        { "", "which verb?" },
        { "rnu", "there is no verb 'rnu'; did you mean 'run'?" },
        { "help rnu", "no verb 'rnu'" },
        { "run", "name one experiment file" },
        { "run x.ini y.ini", "name one experiment file" },
        { "run x.ini --jsno", "Unknown option --jsno; see 'godwit help run'" },
        { "run x.ini --set", "Missing argument" },
        { "run nowhere.ini", "nowhere.ini" },
        { "run x.ini --set cluster.nodes=99", "out of range: 1 to 16" },
        { "validate x.ini --set 'migration 1.to=2'", "there is no node 2" },
        { "report", "name a run directory" },
        { "report nowhere", "not a directory" },
        { "report .", "no result.json" },
        { "report . --json --csv", "not both" },
        { "run x.ini -o .", "not a run directory" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Outcome) outcome = call(cases[i].arguments);
        ck_assert_int_eq(outcome.status, 2);
        ck_assert_str_eq(outcome.data, "");
        ck_assert_msg(strstr(outcome.notes, cases[i].part) != NULL, "%s",
                      outcome.notes);
        ck_assert(is_one_line(outcome.notes));
        ck_assert(g_str_has_prefix(outcome.notes, "godwit: "));
    }
}
END_TEST

START_TEST(failure_exits_1_with_one_line)
{
    static const char *const plays[] = { "limit", "die", "panic", "twice" };

    for (size_t i = 0; i < G_N_ELEMENTS(plays); i++) {
        g_setenv("FAKE_NODE", plays[i], TRUE);
        g_auto(Outcome) outcome = call("run x.ini");
        ck_assert_int_eq(outcome.status, 1);
        ck_assert_msg(is_one_line(outcome.notes), "%s", outcome.notes);
    }
}
END_TEST

START_TEST(a_full_standard_output_is_a_failure)
{
    g_auto(Outcome) outcome = call("--version");
    g_autofree char *line = g_strdup_printf(
        "sh -c '%s help >/dev/full'", g_getenv("GODWIT_TOOL"));
    int status;

    ck_assert_int_eq(outcome.status, 0);
    ck_assert(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

/* Starts "godwit run x.ini"; its standard error is at *errors_fd. */
static pid_t start_run(int *errors_fd)
{
    char *argv[] = { g_strdup(g_getenv("GODWIT_TOOL")), g_strdup("run"),
                     g_strdup("x.ini"), NULL };
    GError *error = NULL;
    pid_t pid;

    g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD |
                             G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid,
                             NULL, NULL, errors_fd, &error);
    ck_assert_no_error(error);
    for (size_t i = 0; argv[i] != NULL; i++) {
        g_free(argv[i]);
    }
    return pid;
}

/* Reaps the tool and whoever it left behind, who become our children. Blocks
 * for ever if one of them lives on: then the test's time is up. */
static int reap_all(pid_t tool, unsigned *orphans)
{
    int result = -1;
    int status;
    pid_t pid;

    *orphans = 0;
    while ((pid = waitpid(-1, &status, 0)) > 0) {
        if (pid == tool) {
            result = status;
        } else {
            (*orphans)++;
            ck_assert_msg(WIFSIGNALED(status) ||
                          WEXITSTATUS(status) == PARENT_IS_GONE,
                          "a child ended with %d", WEXITSTATUS(status));
        }
    }
    ck_assert_int_eq(errno, ECHILD);
    return result;
}

static void interrupt_with(int signal)
{
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    char text[200] = "";
    int errors_fd;
    unsigned orphans;

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    g_setenv("FAKE_NODE", "hang", TRUE);
    g_setenv("FAKE_NODE_FIFO", fifo, TRUE);
    int fifo_fd = open(fifo, O_RDWR);
    pid_t pid = start_run(&errors_fd);
    /* Both nodes say that they have joined. */
    ck_assert_int_eq(read(fifo_fd, text, 1), 1);
    ck_assert_int_eq(read(fifo_fd, text, 1), 1);
    close(fifo_fd);
    ck_assert_int_eq(kill(pid, signal), 0);
    int status = reap_all(pid, &orphans);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
    ck_assert_uint_eq(orphans, 0);
    ck_assert_int_gt(read(errors_fd, text, sizeof(text) - 1), 0);
    ck_assert_str_eq(text, "godwit: interrupted\n");
    close(errors_fd);
    g_unsetenv("FAKE_NODE_FIFO");
    ck_assert_int_eq(unlink(fifo), 0);
}

START_TEST(an_interrupt_ends_it_in_order)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    interrupt_with(SIGINT);
    interrupt_with(SIGTERM);
}
END_TEST

/* Nothing but what a run directory has, and no half result. */
static void check_folder(void)
{
    static const char *const known[] = {
        "manifest.json", "experiment.ini", "result.json", "trace.bin", "out",
        "console",
    };
    g_autoptr(GDir) dir = g_dir_open("x.run", 0, NULL);
    g_autofree char *json = NULL;
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        bool found = false;
        for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
            found = found || strcmp(name, known[i]) == 0;
        }
        ck_assert_msg(found, "%s is left", name);
    }
    if (g_file_get_contents("x.run/result.json", &json, NULL, NULL)) {
        g_autoptr(Result) result = result_from_json(json, NULL);
        ck_assert_ptr_nonnull(result);
    }
}

static void check_shared_memory(void)
{
    g_autoptr(GDir) dir = g_dir_open("/dev/shm", 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        ck_assert_msg(strstr(name, "godwit") == NULL, "%s is left", name);
    }
}

static void kill_after(uint64_t ns)
{
    struct timespec delay = { .tv_nsec = (long)ns };
    int errors_fd;
    unsigned orphans;
    pid_t pid = start_run(&errors_fd);

    nanosleep(&delay, NULL);
    kill(pid, SIGKILL);
    reap_all(pid, &orphans);
    close(errors_fd);
    check_folder();
    check_shared_memory();
}

START_TEST(a_kill_at_any_time_leaves_nothing)
{
    uint64_t state = (uint64_t)g_get_real_time();
    gint64 start = g_get_monotonic_time();

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* The leak check at the end of a sanitized tool has a child of its own. */
    g_setenv("ASAN_OPTIONS", "detect_leaks=0", TRUE);
    printf("seed %" G_GUINT64_FORMAT "\n", state);
    fflush(stdout);
    g_auto(Outcome) whole = call("run x.ini");
    ck_assert_int_eq(whole.status, 0);
    uint64_t ns = (uint64_t)(g_get_monotonic_time() - start) * 1000;
    for (unsigned i = 0; i < KILLS; i++) {
        /* Every other one with nodes that would never end. */
        g_setenv("FAKE_NODE", i % 2 == 0 ? "ok" : "hang", TRUE);
        kill_after(suite_random(&state) % MIN(ns, 500000000));
    }
    /* What is left is good for another run. */
    g_setenv("FAKE_NODE", "ok", TRUE);
    g_auto(Outcome) again = call("run x.ini");
    ck_assert_msg(again.status == 0, "%s", again.notes);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        good_calls_exit_0, misuse_exits_2_with_one_line,
        failure_exits_1_with_one_line, a_full_standard_output_is_a_failure,
        an_interrupt_ends_it_in_order, a_kill_at_any_time_leaves_nothing,
    };

    return suite_run_with("tool", set_up, tear_down, tests,
                          G_N_ELEMENTS(tests));
}
