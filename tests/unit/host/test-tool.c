/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool itself: exit statuses, and what goes to which stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tool-fixture.h"

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
        { "run x.ini --json", "\"schema\" : \"godwit-result-6\"" },
        { "report x.run", "residue 0 ns" },
        { "report x.run --json", "\"schema\"" },
        { "report x.run y.run", "101.050      101.050" },
        { "report x.run y.run --json", "[\n{" },
        { "report x.run --csv", "run,migration,process" },
        { "report x.run --definitions", "QEMU: downtime (us)" },
        { "report --definitions", "FROZEN to RESUMED" },
        { "report --definitions --json", "godwit-definitions-1" },
        { "report x.run --residual", "run,migration,process,algorithm,time" },
        { "report x.run --chrome", "\"traceEvents\":[" },
        { "run x.ini --no-migrate --set 'link.latency=1ms'", "digest" },
        { "run x.ini --undisturbed", "results in x.run.undisturbed" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Outcome) outcome = tool_call(cases[i].arguments);
        ck_assert_msg(outcome.status == 0, "%s: %s", cases[i].arguments,
                      outcome.notes);
        ck_assert_str_eq(outcome.notes, "");
        ck_assert_msg(strstr(outcome.data, cases[i].part) != NULL, "%s: %.500s",
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
        { "run x.ini --undisturbed --no-migrate", "not with --json or" },
        { "run x.ini --undisturbed --json", "not with --json or" },
        { "run nowhere.ini", "nowhere.ini" },
        { "run x.ini --set cluster.nodes=257", "out of range: 1 to 256" },
        { "validate x.ini --set 'migration 1.to=2'", "there is no node 2" },
        { "report", "name a run directory" },
        { "report nowhere", "not a directory" },
        { "report .", "no result.json" },
        { "report . --json --csv", "not both" },
        { "report . --json --definitions", "not both" },
        { "report . --definitions --residual", "not both" },
        { "report . --residual --chrome", "not both" },
        { "report . . --chrome", "--chrome is of one run directory" },
        { "run x.ini -o .", "not a run directory" },
        { "run x.ini --monitor 4444", "--monitor '4444' is not NODE=PORT" },
        { "run x.ini --monitor =4444", "is not NODE=PORT" },
        { "run x.ini --gdb 1=", "--gdb '1=' is not NODE=PORT" },
        { "run x.ini --gdb 1=1023", "with a port of at least 1024" },
        { "run x.ini --gdb 1=65536", "is not NODE=PORT" },
        { "run x.ini --gdb 1=4444x", "is not NODE=PORT" },
        { "run x.ini --gdb 2=4444", "--gdb 2=4444: there is no node 2" },
        { "run x.ini --gdb 1=4444 --gdb 1=4445", "named before" },
        { "run x.ini --gdb 1=4444 --monitor 1=4444", "named before" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Outcome) outcome = tool_call(cases[i].arguments);
        ck_assert_int_eq(outcome.status, 2);
        ck_assert_str_eq(outcome.data, "");
        ck_assert_msg(strstr(outcome.notes, cases[i].part) != NULL, "%s",
                      outcome.notes);
        ck_assert(tool_is_one_line(outcome.notes));
        ck_assert(g_str_has_prefix(outcome.notes, "godwit: "));
    }
}
END_TEST

START_TEST(failure_exits_1_with_one_line)
{
    static const char *const plays[] = { "limit", "die", "panic", "twice" };

    for (size_t i = 0; i < G_N_ELEMENTS(plays); i++) {
        g_setenv("FAKE_NODE", plays[i], TRUE);
        g_auto(Outcome) outcome = tool_call("run x.ini");
        ck_assert_int_eq(outcome.status, 1);
        ck_assert_msg(tool_is_one_line(outcome.notes), "%s", outcome.notes);
    }
}
END_TEST

START_TEST(a_full_standard_output_is_a_failure)
{
    g_auto(Outcome) outcome = tool_call("--version");
    g_autofree char *line = g_strdup_printf(
        "sh -c '%s help >/dev/full'", g_getenv("GODWIT_TOOL"));
    int status;

    ck_assert_int_eq(outcome.status, 0);
    ck_assert(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

/* -- a terminal -- */

/* All that a call writes to its standard error, which is a terminal. */
static char *call_on_terminal(const char *arguments)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    GString *text = g_string_new(NULL);
    char part[256];
    ssize_t got;

    ck_assert(terminal >= 0 && grantpt(terminal) == 0 &&
              unlockpt(terminal) == 0);
    g_autofree char *line = g_strdup_printf(
        "exec %s %s 2>%s >/dev/null", g_getenv("GODWIT_TOOL"), arguments,
        ptsname(terminal));
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        setsid();
        execl("/bin/sh", "sh", "-c", line, NULL);
        _exit(127);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    /* Nobody has it open any more: after the last byte comes an error. */
    while ((got = read(terminal, part, sizeof(part))) > 0) {
        g_string_append_len(text, part, got);
    }
    close(terminal);
    return g_string_free(text, FALSE);
}

START_TEST(progress_is_for_terminals)
{
    g_setenv("FAKE_NODE", "slow", TRUE);
    g_autofree char *shown = call_on_terminal("run x.ini");
    ck_assert_msg(strstr(shown, "\rvirtual ") != NULL, "%s", shown);
    ck_assert_ptr_nonnull(strstr(shown, "x real time; nodes: 2 running"));
    /* and nothing of it is left */
    const char *last = strrchr(shown, '\r');
    ck_assert_str_eq(last + 1, "");
    ck_assert_ptr_null(strchr(shown, '\n'));
    size_t blanks = 0;
    while (last[-1] == ' ') {
        last--;
        blanks++;
    }
    ck_assert_uint_eq(blanks, strlen(strstr(shown, "virtual")) - 2 - blanks);

    g_autofree char *quiet = call_on_terminal("run x.ini --quiet");
    ck_assert_str_eq(quiet, "");
    g_auto(Outcome) piped = tool_call("run x.ini");
    ck_assert_str_eq(piped.notes, "");
}
END_TEST

START_TEST(it_says_how_to_connect)
{
    g_auto(Outcome) outcome = tool_call("run x.ini --monitor 0=4444 --gdb 1=5555 "
                                   "--quiet");
    g_autofree char *gdb = g_strdup_printf(
        "node 1 waits for gdb, start it with: gdb-multiarch %s/x.run/kernel -ex "
        "'target remote 127.0.0.1:5555'\n", tool_folder);

    ck_assert_int_eq(outcome.status, 0);
    ck_assert_ptr_nonnull(strstr(outcome.notes, "node 0: its monitor listens, "
                                 "connect with: nc 127.0.0.1 4444\n"));
    ck_assert_msg(strstr(outcome.notes, gdb) != NULL, "%s", outcome.notes);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        good_calls_exit_0, misuse_exits_2_with_one_line,
        failure_exits_1_with_one_line, a_full_standard_output_is_a_failure,
        progress_is_for_terminals, it_says_how_to_connect,
    };

    return suite_run_with("tool", tool_set_up, tool_tear_down, tests,
                          G_N_ELEMENTS(tests));
}
