/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Experiment files: the example, every kind of error with its line, --set,
 * and files that were damaged at random.
 */
#include "lib/experiment.h"
#include "lib/keys.h"
#include "suite.h"

/* Lines are counted from 1; the errors below name them. */
static const char example[] =
    "[experiment]\n"                        /* 1 */
    "name = handoff\n"
    "seed = 7\n"
    "until = 10s\n"
    "[cluster]\n"                           /* 5 */
    "nodes = 2\n"
    "memory = 64MiB\n"
    "# one instruction per cycle\n"
    "clock = 1GHz\n"
    "[link]\n"                              /* 10 */
    "latency = 50us\n"
    "bandwidth = 1Gbit/s\n"
    "[file /data/words.txt]\n"
    "source = words.txt\n"
    "[process sort]\n"                      /* 15 */
    "node = 0\n"
    "command = busybox sort -k '2 3' /data/words.txt\n"
    "start = 1ms\n"
    "environment = A=1 B='x y'\n"
    "input = /data/words.txt\n"             /* 20 */
    "[migration 1]\n"
    "process = sort\n"
    "at = 5ms\n"
    "to = 1\n"
    "algorithm = freeze-free\n"             /* 25 */
    "[migration 2]\n"
    "process = sort\n"
    "at = 7.5ms\n"
    "to = 0\n"
    "algorithm = total-copy\n";             /* 30 */

static char *folder;

static void set_up(void)
{
    folder = suite_folder();
    suite_write(folder, "words.txt", "b\na\n", 0644);
    suite_write(folder, "tool", "binary", 0755);
    suite_write(folder, "busybox", "binary", 0755);
    g_autofree char *user = g_build_filename(folder, "user", NULL);
    ck_assert_int_eq(g_mkdir(user, 0755), 0);
    suite_write(user, "counter", "binary", 0755);
    suite_write(user, "counter.o", "object", 0644);
    g_autofree char *busybox = g_build_filename(folder, "busybox", NULL);
    g_setenv("GODWIT_BUSYBOX", busybox, TRUE);
    g_setenv("GODWIT_USER_DIR", user, TRUE);
}

static void tear_down(void)
{
    suite_remove(folder);
    g_free(folder);
}

static Experiment *load(const char *text, size_t length,
                        const char *const *sets, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "x.ini", NULL);
    ExperimentOptions options = { .sets = sets };

    ck_assert(g_file_set_contents(path, text, (gssize)length, NULL));
    return experiment_load(path, &options, error);
}

/* The example with one text replaced by another. */
static char *replaced(const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(example, from, 2);

    ck_assert_msg(parts[1] != NULL, "'%s' is not in the example", from);
    return g_strjoinv(to, parts);
}

START_TEST(reads_the_example)
{
    GError *error = NULL;
    g_autoptr(Experiment) x = load(example, strlen(example), NULL, &error);

    ck_assert_no_error(error);
    ck_assert_str_eq(x->name, "handoff");
    ck_assert_uint_eq(x->seed, 7);
    ck_assert_uint_eq(x->until_ns, 10000000000);
    ck_assert_uint_eq(x->node_count, 2);
    ck_assert_uint_eq(x->memory_bytes, 64 << 20);
    ck_assert_uint_eq(x->clock_shift, 0);
    ck_assert_uint_eq(x->latency_ns, 50000);
    ck_assert_uint_eq(x->bits_per_s, 1000000000);
    const ExperimentProcess *process = x->processes->pdata[0];
    ck_assert_str_eq(process->program, "/bin/busybox");
    ck_assert_uint_eq(g_strv_length(process->argv), 5);
    ck_assert_str_eq(process->argv[3], "2 3");
    ck_assert_str_eq(process->envp[1], "B=x y");
    ck_assert_uint_eq(process->start_ns, 1000000);
    const ExperimentMigration *migration = x->migrations->pdata[1];
    ck_assert_uint_eq(migration->id, 2);
    ck_assert_uint_eq(migration->at_ns, 7500000);
    ck_assert_uint_eq(migration->algorithm_number, 0);
}
END_TEST

START_TEST(writes_what_reads_to_the_same)
{
    GError *error = NULL;
    g_autoptr(Experiment) first = load(example, strlen(example), NULL, &error);
    ck_assert_no_error(error);
    g_autofree char *text = experiment_format(first);
    g_autoptr(Experiment) second = load(text, strlen(text), NULL, &error);
    ck_assert_no_error(error);
    g_autofree char *again = experiment_format(second);

    ck_assert_str_eq(text, again);
    ck_assert_ptr_nonnull(strstr(text, "clock = 1GHz\n"));
    ck_assert_ptr_nonnull(strstr(text, "source = /"));
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    const char *part;
} wrong[] = {
    /* syntax */
    { "nodes = 2", "nodes", "x.ini:6: neither" },
    { "nodes = 2", "= 2", "x.ini:6: a key is made of" },
    { "nodes = 2", "no des = 2", "x.ini:6: a key is made of" },
    { "nodes = 2", "nodes[de] = 2", "x.ini:6: a key is made of" },
    { "[cluster]", "[cluster", "x.ini:5: a group is written [NAME]" },
    { "[cluster]", "[]", "x.ini:5: a group is written [NAME]" },
    { "[cluster]", "[a]b]", "x.ini:5: a group name has no brackets" },
    { "[experiment]", "a = b\n[experiment]", "x.ini:1: a key before" },
    { "nodes = 2", "nodes = \001", "x.ini:6: a control character" },
    { "nodes = 2", "nodes = \377", "x.ini:6: not valid UTF-8" },
    /* twice */
    { "[link]", "[cluster]", "x.ini:10: [cluster] stands in line 5" },
    { "memory = 64MiB", "nodes = 3",
      "x.ini:7: [cluster] nodes is given in line 6" },
    /* unknown */
    { "[link]", "[lnik]", "x.ini:10: [lnik]: no such group; did you mean" },
    { "[link]", "[link 0-1]", "no such group; write [link]" },
    { "[process sort]", "[process]", "write [process NAME]" },
    { "nodes = 2", "nods = 2",
      "x.ini:6: [cluster] nods: no such key; did you mean 'nodes'?" },
    { "at = 5ms", "when = 5ms", "there is process, at, to, algorithm" },
    /* missing */
    { "nodes = 2\n", "", "x.ini:5: [cluster]: no 'nodes'" },
    { "latency = 50us\n", "", "x.ini:10: [link]: no 'latency'" },
    { "command = busybox sort -k '2 3' /data/words.txt\n", "",
      "x.ini:15: [process sort]: no 'command'" },
    { "name = handoff", "name =", "x.ini:2: [experiment] name: is empty" },
    /* values */
    { "name = handoff", "name = a/b", "x.ini:2: [experiment] name: a name" },
    { "name = handoff", "name = .hid", "x.ini:2: [experiment] name: a name" },
    { "seed = 7", "seed = -7", "x.ini:3: [experiment] seed: '-7' is neg" },
    { "nodes = 2", "nodes = 0", "x.ini:6: [cluster] nodes: 0 is out of" },
    { "nodes = 2", "nodes = 17", "out of range: 1 to 16" },
    { "memory = 64MiB", "memory = 64", "x.ini:7: [cluster] memory: '64' ne" },
    { "memory = 64MiB", "memory = 15MiB", "out of range: 16MiB to 2GiB" },
    { "memory = 64MiB", "memory = 20000001B", "not a multiple of 4096B" },
    { "clock = 1GHz", "clock = 333MHz", "use 1GHz, 500MHz, 250MHz, 125MHz, "
      "62500kHz, 31250kHz, 15625kHz, 7812500Hz" },
    { "clock = 1GHz", "clock = 2GHz", "x.ini:9: [cluster] clock: 2GHz is ou" },
    { "latency = 50us", "latency = 1ns", "x.ini:11: [link] latency: 1ns is" },
    { "latency = 50us", "latency = 10s", "lower one of them" },
    { "until = 10s", "until = 10", "x.ini:4: [experiment] until: '10' needs" },
    /* files */
    { "source = words.txt", "source = gone.txt", "x.ini:14: [file /data/wor" },
    { "source = words.txt", "source = .", "not a regular file" },
    { "[file /data/words.txt]", "[file data]", "x.ini:13: [file data]: the" },
    { "[file /data/words.txt]", "[file /a//b]", "must be absolute" },
    { "[file /data/words.txt]", "[file /a/../b]", "must be absolute" },
    { "[file /data/words.txt]", "[file /tmp]", "/tmp is a folder" },
    { "[file /data/words.txt]", "[file /proc/x]", "/proc/ belongs to" },
    { "[process sort]", "[file /data]\nsource = words.txt\n[process sort]",
      "x.ini:15: [file /data]: is a folder for [file /data/words.txt]" },
    /* processes */
    { "[process sort]", "[process so/rt]", "x.ini:15: [process so/rt]: a na" },
    { "node = 0", "node = 2", "x.ini:16: [process sort] node: there is no "
      "node 2; the cluster has nodes 0 to 1" },
    { "node = 0", "node = all", "not a plain number" },
    { "start = 1ms", "start = 10s", "x.ini:18: [process sort] start: is not" },
    { "command = busybox", "command = busibox", "x.ini:17: [process sort] "
      "command: there is no program 'busibox'; did you mean 'busybox'?" },
    { "command = busybox", "command = /usr/bin/sort", "there is busybox, co" },
    { "command = busybox", "command = /data/words.txt", "not executable; us" },
    { "command = busybox", "command = counter.o", "there is no program" },
    { "'2 3'", "'2 3", "cannot be split into words" },
    { "command = busybox sort -k '2 3'", "command = ''", "names no program" },
    { "A=1", "=1", "x.ini:19: [process sort] environment: '=1' is not NAME" },
    { "A=1", "A", "'A' is not NAME=VALUE" },
    { "input = /data/words.txt", "input = /data/word.txt", "x.ini:20: "
      "[process sort] input: there is no [file /data/word.txt]; did you" },
    /* migrations */
    { "[migration 1]", "[migration 0]", "x.ini:21: [migration 0]: write" },
    { "[migration 1]", "[migration 01]", "write [migration N]" },
    { "[migration 1]", "[migration one]", "write [migration N]" },
    { "process = sort\nat = 5ms", "process = srt\nat = 5ms", "x.ini:22: "
      "[migration 1] process: there is no [process srt]; did you mean" },
    { "at = 5ms", "at = 1ms", "x.ini:23: [migration 1] at: is not after the "
      "start of [process sort] at 1ms" },
    { "at = 5ms", "at = 10s", "is not before the end of the run" },
    { "at = 5ms", "at = 7.5ms", "x.ini:28: [migration 2] at: [migration 1] "
      "moves process 'sort' at the same time" },
    { "to = 1", "to = 2", "x.ini:24: [migration 1] to: there is no node 2" },
    { "to = 1", "to = 0", "is on node 0 already, since [process sort]" },
    { "to = 0\n", "to = 1\n", "is on node 1 already, since [migration 1]" },
    { "freeze-free", "freeze-fre", "x.ini:25: [migration 1] algorithm: there "
      "is no algorithm 'freeze-fre'; did you mean 'freeze-free'?" },
};

START_TEST(names_line_and_remedy_of_every_error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *text = replaced(wrong[i].from, wrong[i].to);
        GError *error = NULL;
        Experiment *x = load(text, strlen(text), NULL, &error);
        ck_assert_msg(x == NULL, "'%s' was accepted", wrong[i].to);
        ck_assert_error(error, GODWIT_ERROR_USAGE, wrong[i].part);
    }
}
END_TEST

START_TEST(misses_whole_groups)
{
    GError *error = NULL;

    ck_assert_ptr_null(load("", 0, NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "no group [experiment]");
    g_autofree char *text = g_strndup(example, (size_t)
                                      (strstr(example, "[process") - example));
    ck_assert_ptr_null(load(text, strlen(text), NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "no [process NAME]");
}
END_TEST

START_TEST(refuses_a_file_that_cannot_be_read)
{
    ExperimentOptions options = { 0 };
    GError *error = NULL;

    ck_assert_ptr_null(experiment_load("/nowhere/x.ini", &options, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "/nowhere/x.ini");
    g_autofree char *large = g_strnfill(INI_FILE_BYTES_MAX + 1, '#');
    ck_assert_ptr_null(load(large, strlen(large), NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "larger than 1 MiB");
}
END_TEST

START_TEST(accepts_windows_line_ends_and_blanks)
{
    g_auto(GStrv) lines = g_strsplit(example, "\n", -1);
    g_autofree char *text = g_strjoinv("  \r\n\t", lines);
    GError *error = NULL;
    g_autoptr(Experiment) x = load(text, strlen(text), NULL, &error);

    ck_assert_no_error(error);
    ck_assert_str_eq(x->name, "handoff");
}
END_TEST

START_TEST(takes_assignments)
{
    const char *sets[] = {
        "link.latency=10us", "migration 1.at= 6ms ", "process sort.input=",
        "file /data/a=b.txt.source=words.txt", "file /x.y/z.source=words.txt",
        "process two.node=1", "process two.command=counter a=b.c", NULL,
    };
    GError *error = NULL;
    g_autoptr(Experiment) x = load(example, strlen(example), sets, &error);

    ck_assert_no_error(error);
    ck_assert_uint_eq(x->latency_ns, 10000);
    ck_assert_uint_eq(((ExperimentMigration *)x->migrations->pdata[0])->at_ns,
                      6000000);
    ck_assert_ptr_nonnull(experiment_find_file(x, "/data/a=b.txt"));
    ck_assert_ptr_nonnull(experiment_find_file(x, "/x.y/z"));
    ck_assert_uint_eq(x->processes->len, 2);
    const ExperimentProcess *two = x->processes->pdata[1];
    ck_assert_str_eq(two->argv[1], "a=b.c");
    ck_assert_str_eq(two->program, "/bin/counter");
}
END_TEST

START_TEST(names_the_assignment_in_errors)
{
    static const struct {
        const char *set;
        const char *part;
    } cases[] = {
        { "latency=10us", "--set latency=10us: write GROUP.KEY=VALUE" },
        { ".latency=10us", "write GROUP.KEY=VALUE" },
        { "link.latency", "write GROUP.KEY=VALUE" },
        { "", "write GROUP.KEY=VALUE" },
        { "link.latency=1\n2", "control characters" },
        { "li[nk.latency=1", "no brackets" },
        { "link.latency=10", "--set link.latency=10: '10' needs a unit" },
        { "link.latncy=10us", "did you mean 'latency'" },
        { "lnk.latency=10us", "--set lnk.latency=10us: no such group" },
        { "migration 3.to=1", "--set migration 3.to=1: no 'process'" },
        { "migration 1.to=5", "--set migration 1.to=5: there is no node 5" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *sets[] = { cases[i].set, NULL };
        GError *error = NULL;
        ck_assert_ptr_null(load(example, strlen(example), sets, &error));
        ck_assert_error(error, GODWIT_ERROR_USAGE, cases[i].part);
    }
}
END_TEST

START_TEST(drops_migrations)
{
    g_autofree char *path = g_build_filename(folder, "x.ini", NULL);
    ExperimentOptions options = { .no_migrations = true };
    GError *error = NULL;

    ck_assert(g_file_set_contents(path, example, -1, NULL));
    g_autoptr(Experiment) x = experiment_load(path, &options, &error);
    ck_assert_no_error(error);
    ck_assert_uint_eq(x->migrations->len, 0);
    g_autofree char *text = experiment_format(x);
    ck_assert_ptr_null(strstr(text, "migration"));
}
END_TEST

START_TEST(finds_programs_where_they_are)
{
    static const struct {
        const char *command;
        const char *program;
    } cases[] = {
        { "counter", "/bin/counter" },
        { "/bin/counter 1", "/bin/counter" },
        { "/bin/busybox ls", "/bin/busybox" },
        { "/opt/tool", "/opt/tool" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *command = g_strdup_printf("process sort.command=%s",
                                                   cases[i].command);
        const char *sets[] = { command, "file /opt/tool.source=tool", NULL };
        GError *error = NULL;
        g_autoptr(Experiment) x = load(example, strlen(example), sets, &error);
        ck_assert_no_error(error);
        const ExperimentProcess *process = x->processes->pdata[0];
        ck_assert_str_eq(process->program, cases[i].program);
    }
}
END_TEST

/* One to four damages: bytes changed, removed, doubled, or a cut. */
static void damage(GString *text, uint64_t *state)
{
    static const char spice[] = "[]=#.\n\r\0 '\"\\\x80\xff-0s9";
    unsigned count = 1 + suite_random(state) % 4;

    for (unsigned i = 0; i < count && text->len > 0; i++) {
        gssize at = (gssize)(suite_random(state) % text->len);
        gsize length = suite_random(state) % 30;
        switch (suite_random(state) % 4) {
        case 0:
            text->str[at] = spice[suite_random(state) % sizeof(spice)];
            break;
        case 1:
            g_string_erase(text, at,
                           (gssize)MIN(length, text->len - (gsize)at));
            break;
        case 2: {
            g_autofree char *part = g_strndup(text->str + at, length);
            g_string_insert(text, at, part);
            break;
        }
        default:
            g_string_truncate(text, (gsize)at);
            break;
        }
    }
}

START_TEST(survives_damaged_files)
{
    uint64_t state = 1;
    g_autofree char *path = g_build_filename(folder, "x.ini", NULL);
    unsigned accepted = 0;

    for (unsigned round = 0; round < 20000; round++) {
        g_autoptr(GString) text = g_string_new(example);
        g_autoptr(GError) error = NULL;
        damage(text, &state);
        g_autoptr(IniFile) ini = ini_file_parse(path, text->str, text->len,
                                                &error);
        g_autoptr(Experiment) x = ini != NULL
            ? experiment_read(ini, path, &error) : NULL;
        ck_assert_msg((x == NULL) == (error != NULL), "round %u", round);
        if (x == NULL) {
            ck_assert_int_eq(error->code, GODWIT_ERROR_USAGE);
            ck_assert(g_str_has_prefix(error->message, path));
        }
        accepted += x != NULL;
    }
    /* Most damages are errors, some are in comments and values. */
    ck_assert_uint_gt(accepted, 100);
    ck_assert_uint_lt(accepted, 10000);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        reads_the_example, writes_what_reads_to_the_same,
        names_line_and_remedy_of_every_error, misses_whole_groups,
        refuses_a_file_that_cannot_be_read,
        accepts_windows_line_ends_and_blanks, takes_assignments,
        names_the_assignment_in_errors, drops_migrations,
        finds_programs_where_they_are, survives_damaged_files,
    };

    return suite_run_with("experiment", set_up, tear_down, tests,
                          G_N_ELEMENTS(tests));
}
