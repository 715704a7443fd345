/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/verify.c, lib/run-record.c and the verbs on top: a run directory has all
 * that is needed, what is not the same is found, nothing stays behind. The
 * nodes are played by fake-node.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "lib/verify.h"
#include "report/report.h"
#include "suite.h"

static char *folder;
static char *recorded;

static const char example[] =
    "[experiment]\nname = x\nuntil = 10s\n"
    "[cluster]\nnodes = 2\nmemory = 16MiB\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
    "[file /in]\nsource = in.txt\n[file /run]\nsource = run.sh\n"
    "[process sort]\nnode = 0\ncommand = busybox sort\ninput = /in\n"
    "[process own]\nnode = 1\ncommand = /run\n"
    "[migration 1]\nprocess = sort\nat = 5ms\nto = 1\n"
    "algorithm = freeze-free\n";

static void record_run(const char *out)
{
    g_autofree char *path = g_build_filename(folder, "x.ini", NULL);
    const RunOptions options = {
        .path = path, .folder = out, .interrupt_fd = -1,
    };
    GError *error = NULL;
    g_autoptr(Run) run = run_experiment(&options, &error);

    ck_assert_no_error(error);
}

/* A recorded run; then everything that it was made of is taken away, but for
 * the emulator. */
static void set_up(void)
{
    static const char *const sources[] = {
        "x.ini", "in.txt", "run.sh", "busybox", "kernel",
    };

    folder = suite_testbed(example);
    suite_write(folder, "in.txt", "c\nb\na\n", 0644);
    suite_write(folder, "run.sh", "#!/bin/sh\n", 0755);
    recorded = g_build_filename(folder, "x.run", NULL);
    g_setenv("FAKE_NODE", "ok", TRUE);
    record_run(recorded);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autofree char *path = g_build_filename(folder, sources[i], NULL);
        ck_assert_int_eq(g_unlink(path), 0);
    }
}

static void tear_down(void)
{
    /* Its own folder is all that the test left. */
    g_autoptr(GDir) dir = g_dir_open(g_get_tmp_dir(), 0, NULL);
    g_autofree char *name = g_path_get_basename(folder);
    ck_assert_str_eq(g_dir_read_name(dir), name);
    ck_assert_ptr_null(g_dir_read_name(dir));
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    suite_remove(folder);
    g_free(recorded);
    g_free(folder);
}

static Verify *verify_with(const char *path, const char *out, int interrupt_fd,
                           GError **error)
{
    const VerifyOptions options = {
        .path = path, .folder = out, .run = { .interrupt_fd = interrupt_fd },
    };

    return verify_run(&options, error);
}

static Verify *verify_good(void)
{
    GError *error = NULL;
    Verify *verify = verify_with(recorded, NULL, -1, &error);

    ck_assert_no_error(error);
    return verify;
}

static void expect_verify_error(int code, const char *part)
{
    GError *error = NULL;

    ck_assert_ptr_null(verify_with(recorded, NULL, -1, &error));
    ck_assert_error(error, code, part);
}

START_TEST(a_run_is_reproduced_from_its_directory_alone)
{
    g_autoptr(Verify) verify = verify_good();
    g_autoptr(GString) text = g_string_new(NULL);

    ck_assert(diff_is_empty(verify->diff));
    report_verify(verify->diff, text);
    g_autofree char *expected = g_strdup_printf(
        "%s: REPRODUCED\ndigest %s\n", recorded,
        verify->recorded->result->digest);
    ck_assert_str_eq(text->str, expected);
}
END_TEST

START_TEST(the_second_run_can_be_kept)
{
    g_autofree char *out = g_build_filename(folder, "y.run", NULL);
    GError *error = NULL;
    g_autoptr(Verify) verify = verify_with(recorded, out, -1, &error);

    ck_assert_no_error(error);
    /* It proves as much as the first. */
    g_autoptr(Verify) third = verify_with(out, NULL, -1, &error);
    ck_assert_no_error(error);
    ck_assert(diff_is_empty(third->diff));
    ck_assert_uint_eq(third->recorded->manifest->programs->len, 1);
    ck_assert_uint_eq(third->recorded->manifest->inputs->len, 2);
    ck_assert_ptr_null(verify_with(recorded, recorded, -1, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "is the run to verify");
}
END_TEST

START_TEST(a_trace_that_differs_is_shown)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_setenv("FAKE_NODE", "lost", TRUE);
    g_autoptr(Verify) verify = verify_good();
    ck_assert(!verify->diff->same_digest);
    ck_assert_ptr_nonnull(verify->diff->trace);
    report_verify(verify->diff, text);
    ck_assert_ptr_nonnull(strstr(text->str, ": DIVERGED\n"));
    ck_assert_ptr_nonnull(strstr(text->str, "node 0, 8000000ns, instruction "
                                 "4000000, in migration 1 of 'sort' (after it "
                                 "resumed)\n"));
    ck_assert_ptr_nonnull(strstr(text->str, "  recorded: no such record\n"));
    ck_assert_ptr_nonnull(strstr(text->str, ": TIMEOUT errno 0x6e, "));
}
END_TEST

START_TEST(an_output_that_differs_is_named)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_setenv("FAKE_NODE", "gap", TRUE);
    g_autoptr(Verify) verify = verify_good();
    ck_assert(!verify->diff->same_digest);
    ck_assert_ptr_null(verify->diff->trace);
    report_verify(verify->diff, text);
    ck_assert_ptr_nonnull(strstr(text->str, "the traces are the same\n"));
    ck_assert_ptr_nonnull(strstr(text->str, "  process sort\n    "
                                 "stdout_sha256"));
    ck_assert_ptr_null(strstr(text->str, "  process own\n"));
}
END_TEST

START_TEST(another_emulator_is_named)
{
    g_autofree char *copy = g_build_filename(folder, "emulator", NULL);
    g_autofree char *command = g_strdup_printf(
        "sh -c 'cp \"%s\" \"%s\" && echo >>\"%s\"'", g_getenv("GODWIT_QEMU"),
        copy, copy);
    int status;

    ck_assert(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
    ck_assert_int_eq(status, 0);
    g_setenv("GODWIT_QEMU", copy, TRUE);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(Verify) verify = verify_good();
    ck_assert(verify->diff->same_digest);
    const GPtrArray *parts = verify->diff->parts[DIFF_INGREDIENTS];
    ck_assert_uint_eq(parts->len, 1);
    ck_assert_str_eq(((DiffPart *)parts->pdata[0])->name, "emulator");
    report_verify(verify->diff, text);
    ck_assert_ptr_nonnull(strstr(text->str, ": REPRODUCED\n"));
    ck_assert_ptr_nonnull(strstr(text->str, "ingredients\n  emulator\n"));
}
END_TEST

START_TEST(a_damaged_directory_proves_nothing)
{
    static const char *const names[] = {
        "kernel", "ramdisk.cpio", "experiment.ini", "trace.bin",
        "out/sort.stdout", "out/own.stderr",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(recorded, names[i], NULL);
        g_autofree char *part = g_strdup_printf("%s is damaged", names[i]);
        g_autofree char *data = NULL;
        gsize bytes;
        ck_assert(g_file_get_contents(path, &data, &bytes, NULL));
        ck_assert(g_file_set_contents(path, "x", 1, NULL));
        expect_verify_error(GODWIT_ERROR_FAILED, part);
        ck_assert(g_file_set_contents(path, data, (gssize)bytes, NULL));
    }
    g_autoptr(Verify) verify = verify_good();
    ck_assert(verify->diff->same_digest);
}
END_TEST

START_TEST(a_changed_result_is_found)
{
    g_autofree char *path = g_build_filename(recorded, "result.json", NULL);
    g_autofree char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(text, "\"exit_status\" : 0", 2);
    ck_assert_ptr_nonnull(parts[1]);
    g_autofree char *bad = g_strjoinv("\"exit_status\" : 1", parts);
    ck_assert(g_file_set_contents(path, bad, -1, NULL));
    expect_verify_error(GODWIT_ERROR_FAILED, "its digest is not of what");
}
END_TEST

START_TEST(what_is_no_finished_run_is_misuse)
{
    g_autofree char *path = g_build_filename(recorded, "result.json", NULL);
    GError *error = NULL;

    ck_assert_ptr_null(verify_with("/nowhere", NULL, -1, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "is not a directory");
    ck_assert_int_eq(g_unlink(path), 0);
    expect_verify_error(GODWIT_ERROR_USAGE, "has no result.json");
}
END_TEST

START_TEST(an_interrupt_leaves_nothing)
{
    int fd = eventfd(1, EFD_CLOEXEC);
    GError *error = NULL;

    g_setenv("FAKE_NODE", "hang", TRUE);
    ck_assert_ptr_null(verify_with(recorded, NULL, fd, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "interrupted");
    close(fd);
}
END_TEST

START_TEST(a_run_that_fails_leaves_nothing)
{
    g_setenv("FAKE_NODE", "die", TRUE);
    expect_verify_error(GODWIT_ERROR_FAILED, "the emulator ended");
}
END_TEST

/* -- the verbs -- */

static void expect_call(const char *arguments, int status, const char *data,
                        const char *notes)
{
    g_autofree char *line = g_strdup_printf("%s %s", g_getenv("GODWIT_TOOL"),
                                            arguments);
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int wait_status;

    ck_assert(g_spawn_command_line_sync(line, &out, &err, &wait_status, NULL));
    ck_assert(WIFEXITED(wait_status));
    ck_assert_msg(WEXITSTATUS(wait_status) == status, "%s: %s%s", arguments,
                  out, err);
    ck_assert_msg(strstr(out, data) != NULL, "%s: %s", arguments, out);
    ck_assert_msg(*notes == '\0' ? *err == '\0' : strstr(err, notes) != NULL,
                  "%s: %s", arguments, err);
}

START_TEST(verbs_have_their_exit_statuses)
{
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(g_mkdir("out", 0755), 0);
    expect_call("verify x.run -o y.run", 0, "x.run: REPRODUCED\n", "");
    expect_call("verify --json x.run", 0, "\"reproduced\" : true", "");
    expect_call("verify x.run -o w.run", 0, "REPRODUCED", "");
    expect_call("diff w.run y.run", 0, "w.run and y.run are the same", "");
    /* That one was not made by the tool but by this test. */
    expect_call("diff x.run y.run", 1, "ingredients\n  tool\n", "differ");
    expect_call("diff w.run y.run --json", 0, "\"equal\" : true", "");
    expect_call("help verify", 0, "usage: godwit verify DIR", "");
    expect_call("help diff", 0, "usage: godwit diff DIR1 DIR2", "");
    g_setenv("FAKE_NODE", "lost", TRUE);
    expect_call("verify x.run -o z.run", 1, "x.run: DIVERGED\n",
                "godwit: x.run was not reproduced\n");
    expect_call("verify --json x.run", 1, "\"reproduced\" : false", "not rep");
    expect_call("diff x.run z.run", 1, "  migration 1 of 'sort'\n    outcome",
                "godwit: x.run and z.run differ\n");
    expect_call("diff x.run z.run --json", 1, "\"words\" : \"TIMEOUT errno",
                "differ");
    expect_call("verify", 2, "", "name one run directory");
    expect_call("verify x.run y.run", 2, "", "name one run directory");
    expect_call("verify x.run -o x.run", 2, "", "is the run to verify");
    expect_call("verify out", 2, "", "has no result.json");
    expect_call("diff x.run", 2, "", "name two run directories");
    expect_call("diff x.run out", 2, "", "has no result.json");
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_run_is_reproduced_from_its_directory_alone,
        the_second_run_can_be_kept, a_trace_that_differs_is_shown,
        an_output_that_differs_is_named, another_emulator_is_named,
        a_damaged_directory_proves_nothing, a_changed_result_is_found,
        what_is_no_finished_run_is_misuse, an_interrupt_leaves_nothing,
        a_run_that_fails_leaves_nothing, verbs_have_their_exit_statuses,
    };

    /* Before anybody asks for it: then it is settled. */
    const char *below = g_getenv("TMPDIR");
    g_autofree char *folder = g_build_filename(below != NULL ? below : "/tmp",
                                               "godwit-verify-test-XXXXXX",
                                               NULL);
    g_assert(g_mkdtemp(folder) != NULL);
    g_setenv("TMPDIR", folder, TRUE);
    int status = suite_run_with("verify", set_up, tear_down, tests,
                                G_N_ELEMENTS(tests));
    suite_remove(folder);
    return status;
}
