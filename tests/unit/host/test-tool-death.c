/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left when the tool or one of its nodes is interrupted, stopped or
 * killed. GODWIT_TEST_SEED and GODWIT_TEST_FACTOR ask for other and for more
 * kills.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/result.h"
#include "tool-fixture.h"

#define KILLS           40      /* times GODWIT_TEST_FACTOR */
#define STOPS           3       /* of a second each */
#define KILL_SPAN_NS    100000000
#define PARENT_IS_GONE  126     /* what a child says that came too late */

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
    g_autofree char *fifo = g_build_filename(tool_folder, "fifo", NULL);
    char text[200] = "";
    int errors_fd;
    unsigned orphans;

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    g_setenv("FAKE_NODE", "endless", TRUE);
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
    ck_assert_msg(g_str_has_prefix(text, "godwit: interrupted at ") &&
                  tool_is_one_line(text), "%s", text);
    close(errors_fd);
    g_unsetenv("FAKE_NODE_FIFO");
    ck_assert_int_eq(unlink(fifo), 0);
}

START_TEST(an_interrupt_ends_it_in_order)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    interrupt_with(SIGINT);
    interrupt_with(SIGTERM);
    interrupt_with(SIGHUP);
}
END_TEST

/* Nothing but what a run directory has, and no half result. */
static void check_folder(void)
{
    static const char *const known[] = {
        "manifest.json", "experiment.ini", "result.json", "trace.bin", "out",
        "console", "kernel", "ramdisk.cpio",
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

/* GODWIT_TEST_SEED, or another one each time. */
static uint64_t seed(void)
{
    const char *given = g_getenv("GODWIT_TEST_SEED");
    uint64_t seed = given != NULL ? g_ascii_strtoull(given, NULL, 0)
        : (uint64_t)g_get_real_time();

    printf("GODWIT_TEST_SEED=%" G_GUINT64_FORMAT "\n", seed);
    fflush(stdout);
    return seed;
}

static unsigned repeats(unsigned usual)
{
    const char *factor = g_getenv("GODWIT_TEST_FACTOR");

    return factor == NULL ? usual
        : usual * (unsigned)g_ascii_strtoull(factor, NULL, 0);
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
    uint64_t state = seed();
    gint64 start = g_get_monotonic_time();

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* The leak check at the end of a sanitized tool has a child of its own. */
    g_setenv("ASAN_OPTIONS", "detect_leaks=0", TRUE);
    g_auto(Outcome) whole = tool_call("run x.ini");
    ck_assert_int_eq(whole.status, 0);
    uint64_t ns = (uint64_t)(g_get_monotonic_time() - start) * 1000;
    for (unsigned i = 0; i < repeats(KILLS); i++) {
        /* Every other one with nodes that would never end. */
        g_setenv("FAKE_NODE", i % 2 == 0 ? "ok" : "endless", TRUE);
        kill_after(suite_random(&state) % MIN(ns, 500000000));
    }
    /* What is left is good for another run. */
    g_setenv("FAKE_NODE", "ok", TRUE);
    g_auto(Outcome) again = tool_call("run x.ini");
    ck_assert_msg(again.status == 0, "%s", again.notes);
}
END_TEST

/* -- a node that dies or is stopped -- */

static pid_t parent_of(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return -1;
    }
    const char *behind = strrchr(text, ')');
    return behind != NULL && strlen(behind) > 4 ? atoi(behind + 4) : -1;
}

/* One of the tool's children, 0 if it has none. */
static pid_t pick_child(pid_t tool, uint64_t *state)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    g_autoptr(GArray) children = g_array_new(FALSE, FALSE, sizeof(pid_t));
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        pid_t pid = atoi(name);
        if (pid > 0 && parent_of(name) == tool) {
            g_array_append_val(children, pid);
        }
    }
    return children->len == 0 ? 0
        : g_array_index(children, pid_t, suite_random(state) % children->len);
}

/* Whatever the moment, the run ends: well, or with one line that names the
 * node. */
static void disturb(uint64_t *state, uint64_t span_ns, int signal)
{
    struct timespec delay = {
        .tv_nsec = (long)(suite_random(state) % span_ns),
    };
    int errors_fd;
    unsigned orphans;
    pid_t pid = start_run(&errors_fd);
    char text[1000] = "";

    nanosleep(&delay, NULL);
    pid_t child = pick_child(pid, state);
    kill(child > 0 ? child : pid, child > 0 ? signal : SIGTERM);
    int status = reap_all(pid, &orphans);
    ck_assert_uint_eq(orphans, 0);
    ssize_t got = read(errors_fd, text, sizeof(text) - 1);
    close(errors_fd);
    if (child > 0) {
        ck_assert(WIFEXITED(status));
        ck_assert_msg(WEXITSTATUS(status) == 0 ? got == 0
                      : g_str_has_prefix(text, "godwit: node ") &&
                        tool_is_one_line(text), "%d: %s", status, text);
    }
    check_folder();
    check_shared_memory();
}

START_TEST(a_node_killed_at_any_time_ends_the_run)
{
    uint64_t state = seed();

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    g_setenv("ASAN_OPTIONS", "detect_leaks=0", TRUE);
    for (unsigned i = 0; i < repeats(KILLS); i++) {
        g_setenv("FAKE_NODE", i % 2 == 0 ? "ok" : "endless", TRUE);
        disturb(&state, KILL_SPAN_NS, SIGKILL);
    }
    for (unsigned i = 0; i < repeats(STOPS); i++) {
        g_setenv("FAKE_NODE", "endless", TRUE);
        disturb(&state, KILL_SPAN_NS, SIGSTOP);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        an_interrupt_ends_it_in_order, a_kill_at_any_time_leaves_nothing,
        a_node_killed_at_any_time_ends_the_run,
    };

    return suite_run_with("tool-death", tool_set_up, tool_tear_down, tests,
                          G_N_ELEMENTS(tests));
}
