/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Life and death of a cluster: whatever is killed, stopped or full at whatever
 * moment, the run ends with one line, and nothing is left behind; and what
 * somebody sees who looks into a running node.
 *
 * GODWIT_TEST_SEED and GODWIT_TEST_FACTOR ask for other and for more kills.
 *
 * usage: test-death GODWIT
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tool.h"

#define TIMEOUT_S       1200
#define KILLS           12      /* of each kind, times GODWIT_TEST_FACTOR */
#define KILL_SPAN_US    300000  /* a node starts, runs and moves its process */

static const char *tool_path;

static const char endless_head[] =
    "[experiment]\nname = test\nuntil = 100h\n"
    "[cluster]\nnodes = 4\nmemory = 32MiB\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n";

static const char *const run_args[] = { "run", "x.ini", "-o", "d", NULL };

/* Four nodes that have something to do for ever. */
static Scenario *endless(void)
{
    Scenario *scenario = scenario_new_with(endless_head);

    for (unsigned i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("p%u", i);
        scenario_add_process(scenario, name, i,
                             "busybox sh -c 'while :; do :; done'");
        scenario_add_migration(scenario, name, 20000000 + i * 1000000,
                               (i + 1) % 4, "freeze-free");
    }
    return scenario;
}

/* -- kills -- */

typedef struct {
    const char *name;
    int signal;
    bool supervisor;            /* it, or else one of the emulators */
} Kill;

static const Kill kills[] = {
    { "kill a node", SIGKILL, false },
    { "stop a node", SIGSTOP, false },
    { "kill the tool", SIGKILL, true },
    { "interrupt the tool", SIGINT, true },
    { "end the tool", SIGTERM, true },
};
#define KILL_KINDS  (sizeof(kills) / sizeof(kills[0]))

static void check_end(const Kill *kill, const ToolOutcome *outcome)
{
    if (kill->supervisor && kill->signal == SIGKILL) {
        ck_assert_int_eq(outcome->status, -1);
        return;
    }
    const char *start = kill->supervisor ? "godwit: interrupted at "
        : "godwit: node ";
    ck_assert_int_eq(outcome->status, 1);
    ck_assert_msg(g_str_has_prefix(outcome->err, start) &&
                  tool_is_one_line(outcome->err), "%s: %s", kill->name,
                  outcome->err);
}

/* One kill at a random moment. False: the tool had no children yet. */
static bool kill_once(const Scenario *scenario, const Kill *how)
{
    Tool tool = tool_start(scenario->folder, run_args);

    g_usleep(scenario_random(KILL_SPAN_US));
    kill(tool.pid, SIGSTOP);        /* no more children behind our back */
    g_autoptr(GArray) children = tool_children(&tool);
    kill(tool.pid, SIGCONT);
    bool started = children->len == 4;
    pid_t target = tool.pid;
    if (started && !how->supervisor) {
        target = g_array_index(children, pid_t, scenario_random(4));
    }
    kill(target, started ? how->signal : SIGKILL);
    g_auto(ToolOutcome) outcome = tool_wait(&tool);
    if (started) {
        check_end(how, &outcome);
    }
    tool_expect_gone(children);
    return started;
}

START_TEST(killed_at_any_time_it_leaves_nothing)
{
    g_autoptr(Scenario) scenario = endless();
    g_autofree char *tmp = g_build_filename(scenario->folder, "tmp", NULL);
    unsigned shared = tool_count_files("/dev/shm");
    unsigned hits = 0;

    tool_write_experiment(scenario, "x.ini");
    ck_assert_int_eq(g_mkdir(tmp, 0700), 0);
    ck_assert(g_setenv("TMPDIR", tmp, TRUE));
    for (int i = 0; i < _i; i++) {
        (void)scenario_random(1);
    }
    for (unsigned i = 0; i < scenario_repeats(KILLS); i++) {
        hits += kill_once(scenario, &kills[_i]);
        ck_assert_uint_eq(tool_count_files(tmp), 0);
        ck_assert_uint_le(tool_count_files("/dev/shm"), shared);
    }
    ck_assert_uint_gt(hits, 0);

    /* and the next run does not stumble over the directory */
    g_autoptr(Scenario) good = scenario_new();
    scenario_add_process(good, "stack", 0, "stack");
    g_string_assign(scenario->text, good->text->str);
    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder, run_args);
    ck_assert_msg(outcome.status == 0, "%s", outcome.err);
}
END_TEST

/* -- a full disk -- */

/* In a mount namespace of its own; false where users may not have one. The disk
 * holds what a run begins with, kernel and RAM disk, and little more. */
static bool run_on_small_disk(const Scenario *scenario, ToolOutcome *outcome)
{
    g_autofree char *script = g_strdup_printf(
        "mount -t tmpfs -o size=16M none '%s/small' || exit 99\n"
        "exec '%s' run '%s/x.ini' -o '%s/small/d'", scenario->folder, tool_path,
        scenario->folder, scenario->folder);
    char *argv[] = { (char *)"unshare", (char *)"-rm", (char *)"sh",
                     (char *)"-c", script, NULL };
    g_autofree char *small = g_build_filename(scenario->folder, "small", NULL);
    int status;

    ck_assert_int_eq(g_mkdir(small, 0700), 0);
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                      &outcome->out, &outcome->err, &status, NULL)) {
        return false;
    }
    outcome->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome->status != 99 && !g_str_has_prefix(outcome->err, "unshare");
}

START_TEST(a_full_disk_ends_the_run)
{
    g_autoptr(Scenario) scenario = scenario_new_with(endless_head);
    g_auto(ToolOutcome) outcome = { 0 };

    scenario_add_process(scenario, "p", 1, "busybox yes");
    tool_write_experiment(scenario, "x.ini");
    if (!run_on_small_disk(scenario, &outcome)) {
        printf("no small disk here: %s\n", outcome.err);
        return;
    }
    ck_assert_int_eq(outcome.status, 1);
    ck_assert_msg(strstr(outcome.err, "No space left on device") != NULL &&
                  g_str_has_prefix(outcome.err, "godwit: node 1 at ") &&
                  tool_is_one_line(outcome.err), "%s", outcome.err);
}
END_TEST

/* -- the end of a run that does not get on -- */

/* A node crashes while another one fetches a process's pages from it. */
START_TEST(it_says_who_waits_for_what)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, "chase", 0, "chase");
    scenario_add_migration(scenario, "chase", 5000000, 1, "freeze-free");
    scenario_add_process(scenario, "sleeper", 1, "busybox sleep 1000");
    g_string_append(scenario->text, "[crash 0]\nat = 6ms\n");
    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder, (const char *[]) {
        "run", "x.ini", "--set", "experiment.until=3s", NULL });
    ck_assert_int_eq(outcome.status, 1);
    ck_assert(tool_is_one_line(outcome.err));
    ck_assert_msg(strstr(outcome.err, "'chase' (node 1) waits for a page of "
                         "node 0, 'sleeper' (node 1) sleeps until 1000.0") !=
                  NULL, "%s", outcome.err);
}
END_TEST

/* -- doors into a running node -- */

/* A port that is free now. */
static unsigned find_port(void)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();

    return g_socket_listener_add_any_inet_port(listener, NULL, NULL);
}

/* As soon as the emulator listens. */
static GSocketConnection *connect_to(unsigned port)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    GSocketConnection *connection = NULL;

    while (connection == NULL) {
        connection = g_socket_client_connect_to_host(
            client, "127.0.0.1", (guint16)port, NULL, NULL);
        if (connection == NULL) {
            g_usleep(10000);
        }
    }
    return connection;
}

static void say(GSocketConnection *connection, const char *text)
{
    GOutputStream *stream =
        g_io_stream_get_output_stream(G_IO_STREAM(connection));

    ck_assert(g_output_stream_write_all(stream, text, strlen(text), NULL, NULL,
                                        NULL));
}

/* Reads until it has heard this. */
static void hear(GSocketConnection *connection, const char *text)
{
    GInputStream *stream =
        g_io_stream_get_input_stream(G_IO_STREAM(connection));
    g_autoptr(GString) heard = g_string_new(NULL);
    char part[512];

    while (strstr(heard->str, text) == NULL) {
        gssize got = g_input_stream_read(stream, part, sizeof(part), NULL,
                                         NULL);
        ck_assert_msg(got > 0, "'%s' does not say '%s'", heard->str, text);
        g_string_append_len(heard, part, got);
    }
}

static char *digest_of(const ToolOutcome *outcome)
{
    const char *line = strstr(outcome->out, "digest ");

    ck_assert_msg(outcome->status == 0 && line != NULL, "%s", outcome->err);
    return g_strndup(line, strcspn(line, "\n"));
}

/* A node waits for gdb, and all others wait for it; then somebody looks at
 * another node: none of this can be seen in the result. */
START_TEST(monitor_and_gdb_can_be_used)
{
    g_autoptr(Scenario) scenario = scenario_new();
    g_autofree char *gdb = NULL;
    g_autofree char *monitor = NULL;
    unsigned gdb_port = find_port();
    unsigned monitor_port = find_port();

    scenario_add_process(scenario, "stack", 0, "stack");
    scenario_add_migration(scenario, "stack", 3000000, 1, "freeze-free");
    tool_write_experiment(scenario, "x.ini");
    g_auto(ToolOutcome) plain = tool_run(scenario->folder, run_args);
    gdb = g_strdup_printf("1=%u", gdb_port);
    monitor = g_strdup_printf("0=%u", monitor_port);
    Tool tool = tool_start(scenario->folder, (const char *[]) {
        "run", "x.ini", "-o", "e", "--gdb", gdb, "--monitor", monitor, NULL });
    g_autoptr(GSocketConnection) to_monitor = connect_to(monitor_port);
    hear(to_monitor, "(qemu)");
    say(to_monitor, "info status\n");
    hear(to_monitor, "running");
    g_autoptr(GSocketConnection) to_gdb = connect_to(gdb_port);
    say(to_gdb, "+$?#3f");
    hear(to_gdb, "$T05");
    say(to_gdb, "+$c#63");
    g_auto(ToolOutcome) watched = tool_wait(&tool);

    g_autofree char *expected = digest_of(&plain);
    g_autofree char *digest = digest_of(&watched);
    ck_assert_str_eq(digest, expected);
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tcase = tcase_create("death");

    if (argc != 2) {
        fprintf(stderr, "usage: test-death GODWIT\n");
        return TOOL_USAGE;
    }
    tool_path = argv[1];
    tool_set_path(argv[1]);
    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, killed_at_any_time_it_leaves_nothing, 0,
                        KILL_KINDS);
    tcase_add_test(tcase, a_full_disk_ends_the_run);
    tcase_add_test(tcase, it_says_who_waits_for_what);
    tcase_add_test(tcase, monitor_and_gdb_can_be_used);
    return scenario_main("death", tcase);
}
