/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/run.c and lib/cluster.c with nodes that are played by fake-node.c: every
 * way in which a run ends.
 */
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "lib/run.h"
#include "suite.h"
#include "synthetic.h"

static char *folder;

static const char example[] =
    "[experiment]\nname = x\nuntil = 10s\n"
    "[cluster]\nnodes = 2\nmemory = 16MiB\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
    "[process sort]\nnode = 0\ncommand = busybox sort\n"
    "[migration 7]\nprocess = sort\nat = 5ms\nto = 1\n"
    "algorithm = freeze-free\n";

static void set_up(void)
{
    folder = suite_testbed(example);
}

static void tear_down(void)
{
    /* However the run ended, no child is left. */
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    suite_remove(folder);
    g_free(folder);
}

static Run *run_with(const char *play, const char *const *sets,
                     int interrupt_fd, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "x.ini", NULL);
    g_autofree char *out = g_build_filename(folder, "x.run", NULL);
    RunOptions options = {
        .path = path,
        .experiment = { .sets = sets },
        .folder = out,
        .interrupt_fd = interrupt_fd,
    };

    g_setenv("FAKE_NODE", play, TRUE);
    return run_experiment(&options, error);
}

static Run *run(const char *play)
{
    GError *error = NULL;
    Run *run = run_with(play, NULL, -1, &error);

    ck_assert_no_error(error);
    return run;
}

static char *read_file(const char *name)
{
    g_autofree char *path = g_build_filename(folder, "x.run", name, NULL);
    char *text = NULL;

    ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "%s", name);
    return text;
}

START_TEST(a_good_run_has_a_result)
{
    g_autoptr(Run) first = run("ok");
    const Result *result = first->result;
    const ResultMigration *migration = result->migrations->pdata[0];
    const ResultProcess *process = result->processes->pdata[0];

    ck_assert_ptr_null(result->reason);
    ck_assert_str_eq(result->end, "quiet");
    ck_assert_uint_eq(result->virtual_ns, 10000000);
    ck_assert_uint_eq(migration->id, 7);
    ck_assert_str_eq(migration->process, "sort");
    ck_assert_uint_eq(migration->ledger->latency_ns, SYNTHETIC_RESUMED);
    ck_assert_uint_eq(process->stdout_bytes, 12);
    ck_assert_uint_eq(process->facts.node, 1);
    const ResultNode *node = result->nodes->pdata[1];
    ck_assert_uint_eq(node->instructions, 1001);
    ck_assert(sha256_is_text(node->memory_sha256));
    g_autofree char *output = read_file("out/sort.stdout");
    ck_assert_str_eq(output, "hello world\n");
    g_autofree char *errors = read_file("out/sort.stderr");
    ck_assert_str_eq(errors, "");
    g_autofree char *json = read_file("result.json");
    g_autofree char *expected = result_to_json(result);
    ck_assert_str_eq(json, expected);
    g_autofree char *resolved = read_file("experiment.ini");
    ck_assert_ptr_nonnull(strstr(resolved, "clock = 1GHz\n"));
    g_autofree char *manifest = read_file("manifest.json");
    ck_assert_ptr_nonnull(strstr(manifest, "godwit-manifest-2"));
    g_autofree char *console = read_file("console/1.log");
    g_autofree char *trace = read_file("trace.bin");
    ck_assert(g_str_has_prefix(trace, "GDWTRACE"));
}
END_TEST

START_TEST(the_same_run_has_the_same_digest)
{
    g_autoptr(Run) first = run("ok");
    g_autoptr(Run) second = run("ok");
    g_autoptr(Run) other = run("flood");

    ck_assert_str_eq(first->result->digest, second->result->digest);
    ck_assert_str_ne(first->result->digest, other->result->digest);
}
END_TEST

START_TEST(sixteen_nodes_run)
{
    const char *sets[] = { "cluster.nodes=16", NULL };
    GError *error = NULL;
    g_autoptr(Run) done = run_with("ok", sets, -1, &error);

    ck_assert_no_error(error);
    ck_assert_uint_eq(done->result->nodes->len, 16);
    ck_assert_ptr_null(done->result->reason);
}
END_TEST

/* Three times what the rings hold, on both nodes at once. */
START_TEST(a_flood_is_taken_without_loss)
{
    g_autoptr(Run) done = run("flood");
    const ResultProcess *process = done->result->processes->pdata[0];

    ck_assert_ptr_null(done->result->reason);
    ck_assert_uint_eq(process->stdout_bytes, 100000);
}
END_TEST

START_TEST(runs_that_fail_say_why)
{
    static const struct {
        const char *play;
        const char *end;
        const char *part;
    } cases[] = {
        { "limit", "limit", "time limit of 10s reached: 'sort' is still on "
          "node 1; raise [experiment] until" },
        { "stuck", "quiet", "nothing can happen any more before the time "
          "limit of 10s, but 'sort' is still on node 1" },
        { "panic", "halt", "node 0 at 7.000 ms: guest kernel panic: booting | "
          "panic: on purpose | pc ffffffc000001234" },
        { "broken", "error", "node 0 at 3.200 ms: it found the shared segment "
          "broken" },
        { "board", "quiet", "but 'sort' (node 1) waits for a page of node 0, "
          "process 7 (node 1) sleeps until 12.000 s" },
        { "unfinished", "quiet", "migration 7 did not finish: the trace has "
          "no mark 'installed'" },
        { "lost", "quiet", "migration 7: node 1 did not answer in time" },
        { "gap", "quiet", "bytes before 6 of stdout of process 'sort' are" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) done = run(cases[i].play);
        ck_assert_str_eq(done->result->end, cases[i].end);
        ck_assert_ptr_nonnull(done->result->reason);
        ck_assert_msg(strstr(done->result->reason, cases[i].part) != NULL,
                      "%s", done->result->reason);
    }
}
END_TEST

START_TEST(nodes_that_misbehave_end_the_run)
{
    static const struct {
        const char *play;
        const char *part;
    } cases[] = {
        { "die", "node 1 at 3.200 ms: the emulator ended with status 3: fake: "
          "no reason fake: at all" },
        { "abort", "node 1 at 3.200 ms: the emulator was ended by signal 9" },
        { "bus", "signal 7 (Bus error): it said nothing; the host has run out "
          "of memory" },
        { "stop", "node 1 at 3.200 ms: a signal has stopped the emulator" },
        { "deadlock", "node 1 at 3.200 ms: the emulator hangs: all its "
          "threads wait for each other" },
        { "spin", "node 1 at 3.200 ms: the emulator hangs: it is busy, but its "
          "main loop" },
        { "hog", "node 1 at 3.200 ms: the emulator hangs: it is busy, but its "
          "main loop" },
        { "still", "node 1 at 3.200 ms: the emulator hangs: its processor "
          "sleeps, and so do all others" },
        { "all-wait", "node 1 at 3.200 ms: the emulator hangs: its processor" },
        { "twice", "output not exactly once" },
        { "bad-length", "output of length 100000 is broken" },
        { "bad-number", "trace record 0 is numbered 5" },
        { "bad-head", "trace: position of the ring is broken" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Run) done = run_with(cases[i].play, NULL, -1, &error);
        ck_assert_ptr_null(done);
        ck_assert_error(error, GODWIT_ERROR_FAILED, cases[i].part);
        g_autofree char *json = g_build_filename(folder, "x.run",
                                                 "result.json", NULL);
        ck_assert(!g_file_test(json, G_FILE_TEST_EXISTS));
    }
}
END_TEST

/* Each of these looks like a hang to somebody who only looks at the clock. */
START_TEST(nodes_that_are_only_late_do_not_end_the_run)
{
    static const char *const plays[] = { "late", "traced" };

    for (size_t i = 0; i < G_N_ELEMENTS(plays); i++) {
        g_autoptr(Run) done = run(plays[i]);
        ck_assert_ptr_null(done->result->reason);
    }
}
END_TEST

/* Two busy loops for each processor, and nodes that get what these leave. */
START_TEST(a_loaded_host_does_not_end_the_run)
{
    GPtrArray *loops = g_ptr_array_new();

    for (unsigned i = 0; i < 2 * g_get_num_processors(); i++) {
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;) {
                (void)getppid();
            }
        }
        g_ptr_array_add(loops, GINT_TO_POINTER(pid));
    }
    g_autoptr(Run) done = run("starved");
    for (unsigned i = 0; i < loops->len; i++) {
        pid_t pid = GPOINTER_TO_INT(loops->pdata[i]);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    g_ptr_array_unref(loops);
    ck_assert_ptr_null(done->result->reason);
}
END_TEST

START_TEST(crashed_nodes_are_a_result)
{
    g_autoptr(Run) one = run("crash");

    ck_assert_str_eq(one->result->end, "quiet");
    ck_assert_uint_eq(one->result->virtual_ns, 9999999);
    g_autoptr(Run) all = run("all-crash");
    ck_assert_str_eq(all->result->end, "quiet");
    ck_assert_uint_eq(all->result->virtual_ns, 4000000);
}
END_TEST

/* A board is guest memory: whatever it says, nothing breaks, and what makes no
 * sense is left out. */
START_TEST(a_bad_board_is_not_believed)
{
    static const char *const boards[] = {
        "entries", "count", "magic", "low", "high", "wild",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(boards); i++) {
        g_setenv("FAKE_NODE_BOARD", boards[i], TRUE);
        g_autoptr(Run) done = run("bad-board");
        ck_assert_msg(strstr(done->result->reason,
                             "but 'sort' is still on node 1") != NULL, "%s: %s",
                      boards[i], done->result->reason);
    }
}
END_TEST

/* Of all that can be limited without rights, the size of files comes next to a
 * full disk; the memory of segment and nodes is a file, too. */
START_TEST(a_full_disk_ends_the_run)
{
    static const struct {
        rlim_t bytes;
        const char *part;
    } cases[] = {
        { 1 << 20, "cannot create the shared segment: File too large" },
        { 15 << 20, "node 0 at its start: cannot create a node's memory: File "
          "too large" },
        { 64 << 20, "node 1 at 3.200 ms: cannot write results: File too "
          "large" },
    };

    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rlimit limit = {
            .rlim_cur = cases[i].bytes, .rlim_max = RLIM_INFINITY,
        };
        GError *error = NULL;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        g_autoptr(Run) done = run_with("far", NULL, -1, &error);
        limit.rlim_cur = RLIM_INFINITY;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        ck_assert_ptr_null(done);
        ck_assert_error(error, GODWIT_ERROR_FAILED, cases[i].part);
    }
}
END_TEST

START_TEST(an_emulator_that_does_not_start_is_named)
{
    g_autofree char *kernel = g_build_filename(folder, "kernel", NULL);
    GError *error = NULL;

    g_setenv("GODWIT_QEMU", kernel, TRUE);
    ck_assert_ptr_null(run_with("ok", NULL, -1, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "kernel: Permission denied");
    g_setenv("GODWIT_QEMU", "/nowhere/qemu", TRUE);
    ck_assert_ptr_null(run_with("ok", NULL, -1, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "not at /nowhere/qemu; build");
}
END_TEST

START_TEST(an_interrupted_run_leaves_nobody)
{
    int fd = eventfd(1, 0);
    GError *error = NULL;

    ck_assert_ptr_null(run_with("endless", NULL, fd, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "interrupted at ");
    close(fd);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_good_run_has_a_result,
        the_same_run_has_the_same_digest,
        sixteen_nodes_run, a_flood_is_taken_without_loss,
        runs_that_fail_say_why, nodes_that_misbehave_end_the_run,
        nodes_that_are_only_late_do_not_end_the_run,
        a_loaded_host_does_not_end_the_run, crashed_nodes_are_a_result,
        a_bad_board_is_not_believed, a_full_disk_ends_the_run,
        an_emulator_that_does_not_start_is_named,
        an_interrupted_run_leaves_nobody,
    };

    return suite_run_with("cluster", set_up, tear_down, tests,
                          G_N_ELEMENTS(tests));
}
