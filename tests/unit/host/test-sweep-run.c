/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `godwit sweep` as a whole, with nodes that are played by fake-node.c: what is
 * run and what is taken from before, and what is left in the end.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tool-fixture.h"

/* Memory tells the points apart on the emulator's command line. */
static const char example[] =
    "[sweep]\nname = s\nexperiment = x.ini\ncompare = none\n"
    "[axis algorithm]\nkey = migration 1.algorithm\n"
    "values = total-copy | freeze-free\n"
    "[axis memory]\nkey = cluster.memory\nvalues = 16MiB | 17MiB | 18MiB\n";

#define POINTS  6

/*
 * An emulator that counts: a line in the file `starts` for each node 1, with
 * its memory. Nodes of 17 MiB do what the file `play` says, all others end
 * well. Its hash stays the same.
 */
static void set_up(void)
{
    tool_set_up();
    g_autofree char *script = g_strdup_printf(
        "#!/bin/sh\n"
        "case \"$*\" in *node=1,*) case \"$*\" in\n"
        "*' 16384k '*) echo 16 >>'%s/starts';;\n"
        "*' 17408k '*) echo 17 >>'%s/starts';;\n"
        "*) echo 18 >>'%s/starts';; esac;; esac\n"
        "case \"$*\" in *' 17408k '*) FAKE_NODE=$(cat '%s/play');; esac\n"
        "export FAKE_NODE\n"
        "exec '%s' \"$@\"\n", tool_folder, tool_folder, tool_folder,
        tool_folder, g_getenv("GODWIT_QEMU"));
    g_autofree char *path = g_build_filename(tool_folder, "emulator", NULL);
    suite_write(tool_folder, "emulator", script, 0755);
    suite_write(tool_folder, "play", "ok", 0644);
    suite_write(tool_folder, "s.ini", example, 0644);
    g_setenv("GODWIT_QEMU", path, TRUE);
}

static char *read_text(const char *path)
{
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

/* How many runs there were since the last call. */
static unsigned count_starts(void)
{
    g_autofree char *text = read_text("starts");
    unsigned count = 0;

    for (const char *p = text; p != NULL && *p != '\0'; p++) {
        count += *p == '\n';
    }
    unlink("starts");
    return count;
}

static unsigned count_names(const char *folder, const char *suffix)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    unsigned count = 0;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        count += g_str_has_suffix(name, suffix);
    }
    return count;
}

static void expect_good(const char *arguments, unsigned starts)
{
    g_auto(Outcome) outcome = tool_call(arguments);

    ck_assert_msg(outcome.status == 0, "%s", outcome.notes);
    ck_assert_str_eq(outcome.notes, "");
    ck_assert_uint_eq(count_starts(), starts);
}

static void expect_same(const char *a, const char *b)
{
    static const char *const names[] = { "sweep.csv", "sweep.json" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path_a = g_build_filename(a, names[i], NULL);
        g_autofree char *path_b = g_build_filename(b, names[i], NULL);
        g_autofree char *text_a = read_text(path_a);
        g_autofree char *text_b = read_text(path_b);
        ck_assert_ptr_nonnull(text_a);
        ck_assert_ptr_nonnull(text_b);
        ck_assert_str_eq(text_a, text_b);
    }
}

/* The folder of the first point whose experiment says so, below a sweep. */
static char *find_point(const char *sweep, const char *line)
{
    g_autofree char *points = g_build_filename(sweep, "points", NULL);
    g_autoptr(GDir) dir = g_dir_open(points, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(points, name,
                                                 "experiment.ini", NULL);
        g_autofree char *text = read_text(path);
        if (text != NULL && strstr(text, line) != NULL) {
            return g_build_filename(points, name, NULL);
        }
    }
    ck_abort_msg("no point with %s", line);
    return NULL;
}

START_TEST(it_does_not_matter_how_points_are_run)
{
    expect_good("sweep s.ini -o a --jobs 1", POINTS);
    expect_good("sweep s.ini -o b --jobs 4", POINTS);
    expect_same("a", "b");
    expect_good("sweep s.ini -o b", 0);
    expect_same("a", "b");
    g_autofree char *csv = read_text("a/sweep.csv");
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    ck_assert_uint_eq(g_strv_length(lines), POINTS + 2);
    ck_assert(g_str_has_prefix(lines[0], "point,axis.algorithm,axis.memory,"
                               "migration,process,algorithm,"));
    ck_assert(g_str_has_prefix(lines[1], "0,total-copy,16MiB,1,sort,"));
    ck_assert(g_str_has_prefix(lines[6], "5,freeze-free,18MiB,1,sort,"));
    g_auto(GStrv) heading = g_strsplit(lines[0], ",", -1);
    g_auto(GStrv) row = g_strsplit(lines[3], ",", -1);
    ck_assert_uint_eq(g_strv_length(heading), g_strv_length(row));
}
END_TEST

START_TEST(it_prints_what_it_is_asked_for)
{
    g_auto(Outcome) text = tool_call("sweep s.ini");
    g_auto(Outcome) csv = tool_call("sweep s.ini --csv");
    g_auto(Outcome) json = tool_call("sweep s.ini --json --jobs 2");
    g_autofree char *csv_file = read_text("s.sweep/sweep.csv");
    g_autofree char *json_file = read_text("s.sweep/sweep.json");

    ck_assert_msg(strstr(text.data, "s: 6 points, 0 reused, 0 failed; 6 of 6 "
                         "migrations done\ndigest ") != NULL, "%s", text.data);
    ck_assert_ptr_nonnull(strstr(text.data, "freeze-free"));
    ck_assert_str_eq(csv.data, csv_file);
    ck_assert_str_eq(json.data, json_file);
    ck_assert_ptr_nonnull(strstr(json.data, "\"schema\" : \"godwit-sweep-1\""));
}
END_TEST

START_TEST(points_keep_what_the_sweep_says)
{
    expect_good("sweep s.ini", POINTS);
    g_autofree char *point = find_point("s.sweep", "memory = 16MiB");
    ck_assert_uint_eq(count_names(point, ""), 3);
    ck_assert_uint_eq(count_names("s.sweep/points", ""), POINTS);
    /* Results alone do not do any more, */
    g_autofree char *text = g_strconcat("[sweep]\nkeep = all\n",
                                        example + strlen("[sweep]\n"), NULL);
    suite_write(tool_folder, "all.ini", text, 0644);
    expect_good("sweep all.ini", POINTS);
    g_autofree char *trace = g_build_filename(point, "trace.bin", NULL);
    ck_assert(g_file_test(trace, G_FILE_TEST_EXISTS));
    /* and more than that does no harm. */
    expect_good("sweep s.ini", 0);
}
END_TEST

/* `command` in a shell, with the point in place of its %s. */
static void spoil(const char *command, const char *point)
{
    g_auto(GStrv) parts = g_strsplit(command, "%s", 2);
    g_autofree char *line = g_strjoinv(point, parts);

    ck_assert(g_spawn_command_line_sync(line, NULL, NULL, NULL, NULL));
}

START_TEST(what_is_not_whole_is_run_again)
{
    static const char *const spoils[] = {
        "rm %s/result.json", "rm %s/manifest.json", "rm -r %s",
        "sed -i s/virtual_ns/virtual/ %s/result.json",
        "sed -i s/seed/sede/ %s/experiment.ini",
        "sed -i 's/\"digest\" : \"..../\"digest\" : \"0000/' %s/result.json",
        "sed -i 's/until = 10s/until = 11s/' %s/experiment.ini",
        "mv %s s.sweep/points/x.part",
    };
    expect_good("sweep s.ini -o a", POINTS);
    expect_good("sweep s.ini", POINTS);

    for (size_t i = 0; i < G_N_ELEMENTS(spoils); i++) {
        g_autofree char *point = find_point("s.sweep", "memory = 17MiB");
        spoil(spoils[i], point);
        expect_good("sweep s.ini", 1);
        expect_same("a", "s.sweep");
        ck_assert_uint_eq(count_names("s.sweep/points", ".part"), 0);
    }
}
END_TEST

/* Another experiment's result under a point's name is none of the point's. */
START_TEST(a_name_alone_is_no_proof)
{
    expect_good("sweep s.ini", POINTS);
    g_autofree char *a = find_point("s.sweep", "memory = 16MiB");
    g_autofree char *b = find_point("s.sweep", "memory = 18MiB");
    g_autofree char *swap = g_strdup_printf(
        "sh -c 'mv %s x; mv %s %s; mv x %s'", a, b, a, b);
    ck_assert(g_spawn_command_line_sync(swap, NULL, NULL, NULL, NULL));
    expect_good("sweep s.ini", 2);
}
END_TEST

START_TEST(failed_points_do_not_stop_the_others)
{
    suite_write(tool_folder, "play", "die", 0644);
    g_auto(Outcome) outcome = tool_call("sweep s.ini");
    g_auto(GStrv) lines = g_strsplit(outcome.notes, "\n", -1);

    ck_assert_int_eq(outcome.status, 1);
    ck_assert_uint_eq(count_starts(), POINTS);
    ck_assert_uint_eq(g_strv_length(lines), 4);
    ck_assert_msg(g_str_has_prefix(lines[0], "point 1 (algorithm=total-copy, "
                                   "memory=17MiB): node 1 at "), "%s",
                  lines[0]);
    ck_assert_ptr_nonnull(strstr(lines[0], "status 3: fake: no reason"));
    ck_assert(g_str_has_prefix(lines[1], "point 4 (algorithm=freeze-free, "));
    ck_assert_str_eq(lines[2], "godwit: s: 2 of 6 points failed");
    g_autofree char *csv = read_text("s.sweep/sweep.csv");
    ck_assert_ptr_nonnull(strstr(csv, "\n1,total-copy,17MiB,,,"));
    /* What had no result is tried again; what had one is not. */
    suite_write(tool_folder, "play", "limit", 0644);
    g_auto(Outcome) limit = tool_call("sweep s.ini");
    ck_assert_int_eq(limit.status, 1);
    ck_assert_uint_eq(count_starts(), 2);
    g_auto(Outcome) again = tool_call("sweep s.ini");
    ck_assert_int_eq(again.status, 1);
    ck_assert_str_eq(again.notes, limit.notes);
    ck_assert_uint_eq(count_starts(), 0);
}
END_TEST

START_TEST(nothing_runs_if_a_point_is_invalid)
{
    g_autofree char *bad = g_strconcat(
        example, "[axis seed]\nkey = experiment.seed\nvalues = 1 | x\n", NULL);
    suite_write(tool_folder, "bad.ini", bad, 0644);
    g_auto(Outcome) outcome = tool_call("sweep bad.ini");

    ck_assert_int_eq(outcome.status, 2);
    ck_assert(g_str_has_prefix(outcome.notes, "godwit: bad.ini:13: [axis seed] "
                               "values: experiment.seed=x: "));
    ck_assert_uint_eq(count_starts(), 0);
    ck_assert(!g_file_test("s.sweep", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(misuse_exits_2_with_one_line)
{
    static const struct {
        const char *arguments;
        const char *part;
    } cases[] = {
        { "sweep", "name one sweep file" },
        { "sweep s.ini s.ini", "name one sweep file" },
        { "sweep s.ini --jobs 0", "--jobs takes 1 to 1024" },
        { "sweep s.ini --jobs 1025", "--jobs takes 1 to 1024" },
        { "sweep s.ini --csv --json", "not both" },
        { "sweep s.ini -o .", "not of a sweep" },
        { "sweep nowhere.ini", "nowhere.ini" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Outcome) outcome = tool_call(cases[i].arguments);
        ck_assert_int_eq(outcome.status, 2);
        ck_assert_str_eq(outcome.data, "");
        ck_assert_msg(strstr(outcome.notes, cases[i].part) != NULL, "%s",
                      outcome.notes);
        ck_assert(tool_is_one_line(outcome.notes));
    }
}
END_TEST

/* -- an end before the end -- */

/* A sweep of which a point runs that never comes to an end, behind the FIFO. */
static pid_t start_endless(void)
{
    g_auto(GStrv) argv = NULL;
    GError *error = NULL;
    char byte;
    GPid pid;

    suite_write(tool_folder, "play", "endless", 0644);
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    g_setenv("FAKE_NODE_FIFO", "fifo", TRUE);
    g_autofree char *line = g_strdup_printf("%s sweep s.ini --jobs 1",
                                            g_getenv("GODWIT_TOOL"));
    ck_assert(g_shell_parse_argv(line, NULL, &argv, NULL));
    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD |
                  G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, &error);
    ck_assert_no_error(error);
    int fd = open("fifo", O_RDONLY);
    ck_assert_int_eq(read(fd, &byte, 1), 1);
    close(fd);
    unlink("fifo");
    g_unsetenv("FAKE_NODE_FIFO");
    return pid;
}

static void check_goes_on(unsigned left)
{
    suite_write(tool_folder, "play", "ok", 0644);
    count_starts();
    expect_good("sweep s.ini", left);
    expect_good("sweep s.ini -o whole", POINTS);
    expect_same("s.sweep", "whole");
}

START_TEST(an_interrupt_leaves_nothing_half_done)
{
    /* Nor a table that an earlier sweep has made. */
    ck_assert_int_eq(mkdir("s.sweep", 0700), 0);
    suite_write("s.sweep", "sweep.csv", "stale", 0644);
    pid_t pid = start_endless();
    gint64 start_us = g_get_monotonic_time();
    int status;

    kill(pid, SIGINT);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_lt(g_get_monotonic_time() - start_us, G_USEC_PER_SEC);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    ck_assert_uint_eq(count_names("s.sweep/points", ""), 1);
    ck_assert_uint_eq(count_names("s.sweep/points", ".part"), 0);
    ck_assert(!g_file_test("s.sweep/sweep.csv", G_FILE_TEST_EXISTS));
    check_goes_on(POINTS - 1);
}
END_TEST

START_TEST(a_killed_sweep_goes_on)
{
    pid_t pid = start_endless();
    int status;

    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_uint_eq(count_names("s.sweep/points", ".part"), 1);
    check_goes_on(POINTS - 1);
    ck_assert_uint_eq(count_names("s.sweep/points", ".part"), 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        it_does_not_matter_how_points_are_run, it_prints_what_it_is_asked_for,
        points_keep_what_the_sweep_says, what_is_not_whole_is_run_again,
        a_name_alone_is_no_proof, failed_points_do_not_stop_the_others,
        nothing_runs_if_a_point_is_invalid, misuse_exits_2_with_one_line,
        an_interrupt_leaves_nothing_half_done, a_killed_sweep_goes_on,
    };

    return suite_run_with("sweep-run", set_up, tool_tear_down, tests,
                          G_N_ELEMENTS(tests));
}
