/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Experiment files: the example, and every kind of error with its line.
 */
#include "experiment-fixture.h"

START_TEST(reads_the_example)
{
    GError *error = NULL;
    g_autoptr(Experiment) x = experiment_try(experiment_example,
                                             NULL, &error);

    ck_assert_no_error(error);
    ck_assert_str_eq(x->name, "handoff");
    ck_assert_uint_eq(x->seed, 7);
    ck_assert_uint_eq(x->until_ns, 10000000000);
    ck_assert_uint_eq(x->node_count, 2);
    ck_assert_uint_eq(x->nodes[1].memory_bytes, 64 << 20);
    ck_assert_uint_eq(x->nodes[1].clock_num, 1);
    ck_assert_uint_eq(x->nodes[1].clock_den, 1);
    ck_assert_uint_eq(experiment_link(x, 0, 1)->latency_ns, 50000);
    ck_assert_uint_eq(experiment_link(x, 1, 0)->bits_per_s, 1000000000);
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
    g_autoptr(Experiment) x = experiment_try(experiment_example, NULL, &error);
    ck_assert_no_error(error);
    g_autofree char *text = experiment_format(x);

    ck_assert_ptr_nonnull(strstr(text, "clock = 1GHz\n"));
    ck_assert_ptr_nonnull(strstr(text, "source = /"));
    ck_assert_ptr_nonnull(strstr(text, "algorithm = total-copy\n"));
    experiment_round_trip(experiment_example);
}
END_TEST

static const ExperimentError wrong[] = {
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
    { "[cluster]", "[cluster 1]", "no such group; write [cluster]" },
    { "[process sort]", "[process]", "write [process NAME]" },
    { "nodes = 2", "nods = 2",
      "x.ini:6: [cluster] nods: no such key; did you mean 'nodes'?" },
    { "at = 5ms", "when = 5ms", "there is process, at, to, algorithm, pager, techniques" },
    /* missing */
    { "nodes = 2\n", "", "x.ini:5: [cluster]: no 'nodes'" },
    { "latency = 50us\n", "", "x.ini:10: [link]: no 'latency' (of a bit, from "
      "port to port); add it or a preset" },
    { "command = busybox sort -k '2 3' /data/words.txt\n", "",
      "x.ini:15: [process sort]: no 'command'" },
    { "name = handoff", "name =", "x.ini:2: [experiment] name: is empty" },
    /* values */
    { "name = handoff", "name = a/b", "x.ini:2: [experiment] name: a name" },
    { "name = handoff", "name = .hid", "x.ini:2: [experiment] name: a name" },
    { "seed = 7", "seed = -7", "x.ini:3: [experiment] seed: '-7' is neg" },
    { "nodes = 2", "nodes = 0", "x.ini:6: [cluster] nodes: 0 is out of" },
    { "nodes = 2", "nodes = 257", "out of range: 1 to 256" },
    { "memory = 64MiB", "memory = 64", "x.ini:7: [cluster] memory: '64' ne" },
    { "memory = 64MiB", "memory = 15MiB", "out of range: 16MiB to 2GiB" },
    { "memory = 64MiB", "memory = 20000001B", "not a multiple of 4096B" },
    { "clock = 1GHz", "clock = 9999999Hz", "x.ini:9: [cluster] clock: "
      "9999999Hz is out of range: 10MHz to 4GHz" },
    { "clock = 1GHz", "clock = 4000000001Hz", "x.ini:9: [cluster] clock: 400" },
    { "clock = 1GHz", "clock = 1.5Hz", "not a whole number of Hz" },
    { "clock = 1GHz", "clock =", "x.ini:9: [cluster] clock: is empty" },
    { "clock = 1GHz", "cost = statik", "x.ini:9: [cluster] cost: there is no "
      "cost 'statik'; did you mean 'static'?" },
    { "latency = 50us", "latency = 1ns", "x.ini:11: [link] latency: 1ns is" },
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
    { "freeze-free", "flush", "x.ini:25: [migration 1] algorithm: sends pages "
      "to the file server, and there is none; add file_server = NODE to "
      "[cluster]" },
    { "freeze-free", "freeze-free-fs", "and there is none; add file_server" },
    { "freeze-free", "freeze-free\ntechniques = -preallocate", "x.ini:26: "
      "[migration 1] techniques: there is no technique '-preallocate'; did you "
      "mean '-preallocated'?" },
    { "freeze-free", "freeze-free\ntechniques =", "techniques: is empty" },
};

START_TEST(names_line_and_remedy_of_every_error)
{
    experiment_refused_each(experiment_example, wrong, G_N_ELEMENTS(wrong));
}
END_TEST

START_TEST(misses_whole_groups)
{
    GError *error = NULL;

    ck_assert_ptr_null(experiment_try("", NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "no group [experiment]");
    g_autofree char *text = g_strndup(experiment_example, (size_t)
        (strstr(experiment_example, "[process") - experiment_example));
    ck_assert_ptr_null(experiment_try(text, NULL, &error));
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
    ck_assert_ptr_null(experiment_try(large, NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "larger than 16 MiB");
}
END_TEST

START_TEST(accepts_windows_line_ends_and_blanks)
{
    g_auto(GStrv) lines = g_strsplit(experiment_example, "\n", -1);
    g_autofree char *text = g_strjoinv("  \r\n\t", lines);
    GError *error = NULL;
    g_autoptr(Experiment) x = experiment_try(text, NULL, &error);

    ck_assert_no_error(error);
    ck_assert_str_eq(x->name, "handoff");
}
END_TEST

/* Each key's row in the specification is made of the same table. */
START_TEST(specification_has_every_key)
{
    g_autofree char *path = g_build_filename(g_getenv("GODWIT_DOCS"), "specs",
                                             "experiment.md", NULL);
    g_autofree char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        for (size_t k = 0; k < keys_groups[i].key_count; k++) {
            const KeySpec *key = &keys_groups[i].keys[k];
            g_autofree char *kind = keys_describe(key);
            g_autofree char *row = g_strdup_printf("\n| `%s` | %s | %s |\n",
                                                   key->name, kind, key->doc);
            ck_assert_msg(strstr(text, row) != NULL, "%s", row);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        reads_the_example, writes_what_reads_to_the_same,
        names_line_and_remedy_of_every_error, misses_whole_groups,
        refuses_a_file_that_cannot_be_read,
        accepts_windows_line_ends_and_blanks, specification_has_every_key,
    };

    return suite_run_with("experiment", experiment_set_up,
                          experiment_tear_down, tests, G_N_ELEMENTS(tests));
}
