/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sweep file, its points and their keys.
 */
#include "lib/sweep.h"
#include "tool-fixture.h"

static const char example[] =
    "[sweep]\n"
    "name = grid\n"
    "experiment = x.ini\n"
    "jobs = 3\n"
    "[axis algorithm]\n"
    "key = migration 1.algorithm\n"
    "values = total-copy | freeze-free\n"
    "[axis net]\n"
    "keys = link.latency, link.bandwidth\n"
    "values = 10us, 1Gbit/s | 100us, 10Mbit/s | 1ms,1Mbit/s\n"
    "labels = near | far | moon\n"
    "[axis seed]\n"
    "key = experiment.seed\n"
    "values = 1 | 2\n";

static Sweep *try_file(const char *text, GError **error)
{
    suite_write(tool_folder, "s.ini", text, 0644);
    return sweep_load("s.ini", error);
}

static Sweep *load(const char *text)
{
    GError *error = NULL;
    Sweep *sweep = try_file(text, &error);

    ck_assert_no_error(error);
    return sweep;
}

/* `text` with its first `from` replaced. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *found = strstr(text, from);

    ck_assert_msg(found != NULL, "%s", from);
    return g_strdup_printf("%.*s%s%s", (int)(found - text), text, to,
                           found + strlen(from));
}

static Sweep *load_resolved(const char *text)
{
    Sweep *sweep = load(text);
    g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;

    bool good = sweep_resolve(sweep, faults, &error);
    ck_assert_msg(good, "%s", faults->len > 0 ? (char *)faults->pdata[0] : "");
    return sweep;
}

static const SweepPoint *point_of(const Sweep *sweep, unsigned number)
{
    return sweep->points->pdata[number];
}

START_TEST(the_last_axis_goes_fastest)
{
    static const char *const described[] = {
        "algorithm=total-copy, net=near, seed=1",
        "algorithm=total-copy, net=near, seed=2",
        "algorithm=total-copy, net=far, seed=1",
        "algorithm=total-copy, net=far, seed=2",
        "algorithm=total-copy, net=moon, seed=1",
        "algorithm=total-copy, net=moon, seed=2",
        "algorithm=freeze-free, net=near, seed=1",
    };
    g_autoptr(Sweep) sweep = load(example);

    ck_assert_str_eq(sweep->name, "grid");
    ck_assert_uint_eq(sweep->jobs, 3);
    ck_assert(!sweep->keep_all);
    ck_assert(sweep->compares);
    ck_assert_uint_eq(sweep->points->len, 12);
    for (unsigned i = 0; i < G_N_ELEMENTS(described); i++) {
        g_autofree char *text = sweep_describe_point(sweep,
                                                     point_of(sweep, i));
        ck_assert_str_eq(text, described[i]);
        ck_assert_uint_eq(point_of(sweep, i)->number, i);
    }
}
END_TEST

START_TEST(keys_of_an_axis_move_together)
{
    g_autoptr(Sweep) sweep = load(example);
    char *const *sets = point_of(sweep, 9)->sets;

    ck_assert_str_eq(sets[0], "migration 1.algorithm=freeze-free");
    ck_assert_str_eq(sets[1], "link.latency=100us");
    ck_assert_str_eq(sets[2], "link.bandwidth=10Mbit/s");
    ck_assert_str_eq(sets[3], "experiment.seed=2");
    ck_assert_ptr_null(sets[4]);
}
END_TEST

START_TEST(a_separator_can_be_part_of_a_value)
{
    g_autoptr(Sweep) sweep = load(
        "[sweep]\nname = s\nexperiment = x.ini\n"
        "[axis a]\nkeys = process sort.command, process sort.environment\n"
        "values = busybox a || b, A=1,,2 | c |||| d,\n");
    const SweepAxis *axis = sweep->axes->pdata[0];
    const SweepValue *first = axis->values->pdata[0];
    const SweepValue *second = axis->values->pdata[1];

    ck_assert_uint_eq(axis->values->len, 2);
    ck_assert_str_eq(first->texts[0], "busybox a | b");
    ck_assert_str_eq(first->texts[1], "A=1,2");
    ck_assert_str_eq(second->texts[0], "c || d");
    ck_assert_str_eq(second->texts[1], "");
}
END_TEST

START_TEST(names_line_and_remedy_of_every_error)
{
    static const struct {
        const char *from;
        const char *to;
        const char *part;
    } cases[] = {
        { "[sweep]", "[swep]", "s.ini: no group [sweep]; add it" },
        { "name = grid\n", "", "s.ini:1: [sweep]: no 'name'" },
        { "name = grid", "name = a/b", "s.ini:2: [sweep] name: 'a/b' is no" },
        { "name = grid", "nmae = grid",
          "s.ini:2: [sweep] nmae: no such key; did you mean 'name'?" },
        { "= x.ini", "= y.ini",
          "s.ini:3: [sweep] experiment: there is no file y.ini" },
        { "= x.ini", "=", "s.ini:3: [sweep] experiment: is empty" },
        { "jobs = 3", "jobs = 0", "s.ini:4: [sweep] jobs: 0 is out of range" },
        { "jobs = 3", "jobs = 1025", "1025 is out of range: 1 to 1024" },
        { "jobs = 3", "jobs = many", "s.ini:4: [sweep] jobs: " },
        { "jobs = 3", "keep = some",
          "s.ini:4: [sweep] keep: there is no 'some'" },
        { "jobs = 3", "compare = all",
          "s.ini:4: [sweep] compare: there is no 'all'" },
        { "[axis algorithm]", "[axes algorithm]",
          "s.ini:5: [axes algorithm]: no such group; there is [sweep]" },
        { "[axis algorithm]", "[axis a b]",
          "s.ini:5: [axis a b]: 'a b' is no name" },
        { "key = migration 1.algorithm\n", "",
          "s.ini:5: [axis algorithm]: give either 'key'" },
        { "values = total", "keys = link.loss\nvalues = total",
          "s.ini:7: [axis algorithm] keys: give either" },
        { "key = migration 1", "key = migrtion 1",
          "s.ini:6: [axis algorithm] key: migrtion 1.algorithm: no such "
          "group; did you mean" },
        { "1.algorithm", "1.algoritm", "s.ini:6: [axis algorithm] key: "
          "migration 1.algoritm: no such key; did you mean 'algorithm'?" },
        { "key = migration 1.algorithm", "key = seed",
          "s.ini:6: [axis algorithm] key: 'seed' is not GROUP.KEY" },
        { "experiment.seed", "link.latency", "s.ini:13: [axis seed] key: "
          "link.latency is set by [axis net] already" },
        { "link.bandwidth", "link.latency", "s.ini:9: [axis net] keys: "
          "link.latency is set by [axis net] already" },
        { "values = total-copy | freeze-free\n", "",
          "s.ini:5: [axis algorithm]: no 'values'" },
        { "= total-copy | freeze-free", "=",
          "s.ini:7: [axis algorithm] values: is empty" },
        { "| freeze-free", "| total-copy", "s.ini:7: [axis algorithm] values: "
          "'total-copy' is there twice" },
        { "1ms,1Mbit/s", "1ms", "s.ini:10: [axis net] values: '1ms' has 1 "
          "parts for 2 keys" },
        { "near | far", "near", "s.ini:11: [axis net] labels: 2 labels for 3 "
          "values" },
        { "near | far", "moon | far",
          "s.ini:11: [axis net] labels: 'moon' is there twice" },
        { "[axis seed]", "[axis net]", "s.ini:12: [axis net] stands in line 8" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = replaced(example, cases[i].from, cases[i].to);
        GError *error = NULL;
        g_autoptr(Sweep) sweep = try_file(text, &error);
        ck_assert_ptr_null(sweep);
        ck_assert_error(error, GODWIT_ERROR_USAGE, cases[i].part);
    }
    GError *error = NULL;
    ck_assert_ptr_null(try_file("[sweep]\nname = s\nexperiment = x.ini\n",
                                &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "no group [axis NAME]");
}
END_TEST

/* 41^3 points: too many; 40^3 are not. */
START_TEST(there_is_a_most_of_points)
{
    static const char *const keys[] = { "experiment.seed", "link.overhead",
                                        "link.mtu" };
    for (unsigned n = 40; n <= 41; n++) {
        GString *text = g_string_new("[sweep]\nname = s\n"
                                     "experiment = x.ini\n");
        GError *error = NULL;
        for (unsigned k = 0; k < G_N_ELEMENTS(keys); k++) {
            g_string_append_printf(text, "[axis a%u]\nkey = %s\nvalues = 0", k,
                                   keys[k]);
            for (unsigned i = 1; i < n; i++) {
                g_string_append_printf(text, "|%u", i);
            }
            g_string_append_c(text, '\n');
        }
        g_autoptr(Sweep) sweep = try_file(text->str, &error);
        g_string_free(text, TRUE);
        if (n == 40) {
            ck_assert_uint_eq(sweep->points->len, 64000);
        } else {
            ck_assert_error(error, GODWIT_ERROR_USAGE, "s.ini:12: [axis a2] "
                            "values: more than 65536 points");
        }
    }
}
END_TEST

/* -- all points, before any of them runs -- */

static void expect_faults(const char *from, const char *to,
                          const char *const *parts)
{
    g_autofree char *text = replaced(example, from, to);
    g_autoptr(Sweep) sweep = load(text);
    g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;

    ck_assert(!sweep_resolve(sweep, faults, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "none was run");
    for (unsigned i = 0; parts[i] != NULL; i++) {
        ck_assert_uint_lt(i, faults->len);
        ck_assert_msg(strstr(faults->pdata[i], parts[i]) != NULL, "%s",
                      (char *)faults->pdata[i]);
        ck_assert(parts[i + 1] != NULL || faults->len == i + 1);
    }
}

START_TEST(invalid_points_are_told_with_their_line)
{
    expect_faults("freeze-free", "freeze-fee", (const char *[]) {
        "s.ini:7: [axis algorithm] values: migration 1.algorithm=freeze-fee: ",
        NULL });
    expect_faults("100us, 10Mbit/s", "100, 10Mbps", (const char *[]) {
        "s.ini:10: [axis net] values: link.latency=100: '100' needs a unit",
        NULL });
    expect_faults("1 | 2", "1 | two", (const char *[]) {
        "s.ini:14: [axis seed] values: experiment.seed=two: ", NULL });
    /* A group that an axis makes has to be whole. */
    expect_faults("migration 1.algorithm", "migration 2.algorithm",
                  (const char *[]) {
        "s.ini:7: [axis algorithm] values: migration 2.algorithm=total-copy: "
        "no '",
        "s.ini:7: [axis algorithm] values: migration 2.algorithm=freeze-free: "
        "no '", NULL });
}
END_TEST

/* What is wrong with a value in one line of the experiment and not by itself:
 * the point, and the line of the experiment. */
START_TEST(a_wrong_combination_names_the_point)
{
    expect_faults("key = experiment.seed\nvalues = 1 | 2",
                  "key = cluster.nodes\nvalues = 2 | 1", (const char *[]) {
        "s.ini: point 1 (algorithm=total-copy, net=near, seed=1): x.ini:16: "
        "[migration 1] to: there is no node 1",
        "point 3 (", "point 5 (", "point 7 (", "point 9 (", "point 11 (",
        NULL });
}
END_TEST

/* -- keys -- */

START_TEST(a_key_has_all_that_determines_the_result)
{
    g_autoptr(Sweep) sweep = load_resolved(example);
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                       g_free, NULL);
    g_autoptr(Sweep) again = load_resolved(example);

    for (unsigned i = 0; i < 12; i++) {
        ck_assert(sha256_is_text(point_of(sweep, i)->key));
        ck_assert(g_hash_table_add(keys, g_strdup(point_of(sweep, i)->key)));
        ck_assert_str_eq(point_of(sweep, i)->key, point_of(again, i)->key);
        ck_assert_uint_eq(point_of(sweep, i)->first, i);
    }
    const char *const changed[] = { "kernel", "busybox" };
    for (size_t i = 0; i < G_N_ELEMENTS(changed); i++) {
        suite_write(tool_folder, changed[i], "another", 0755);
        g_autoptr(Sweep) other = load_resolved(example);
        ck_assert(g_hash_table_add(keys, g_strdup(point_of(other, 0)->key)));
    }
    suite_write(tool_folder, "emulator", "another", 0755);
    g_autofree char *emulator = g_build_filename(tool_folder, "emulator", NULL);
    g_setenv("GODWIT_QEMU", emulator, TRUE);
    g_autoptr(Sweep) other = load_resolved(example);
    ck_assert(g_hash_table_add(keys, g_strdup(point_of(other, 0)->key)));
}
END_TEST

/* How a value is written, and where things lie, does not matter. */
START_TEST(a_key_has_nothing_else)
{
    g_autofree char *other = replaced(example, "10us, 1Gbit/s",
                                      "10000ns, 1000Mbit/s");
    g_autoptr(Sweep) sweep = load_resolved(example);
    g_autoptr(Sweep) same = load_resolved(other);

    ck_assert_str_eq(point_of(sweep, 0)->key, point_of(same, 0)->key);

    static const char file[] =
        "[sweep]\nname = s\nexperiment = x.ini\n[axis a]\n"
        "key = file /w.source\nvalues = one | two | three\n";
    suite_write(tool_folder, "one", "words", 0644);
    suite_write(tool_folder, "two", "words", 0644);
    suite_write(tool_folder, "three", "other words", 0644);
    g_autoptr(Sweep) files = load_resolved(file);
    ck_assert_str_eq(point_of(files, 0)->key, point_of(files, 1)->key);
    ck_assert_str_ne(point_of(files, 0)->key, point_of(files, 2)->key);
    ck_assert_uint_eq(point_of(files, 1)->first, 0);
    ck_assert_uint_eq(point_of(files, 2)->first, 2);
}
END_TEST

START_TEST(progress_in_words)
{
    g_autoptr(Sweep) sweep = load(example);
    SweepPoint *const *points = (SweepPoint *const *)sweep->points->pdata;

    points[0]->state = SWEEP_RAN;
    points[1]->state = SWEEP_REUSED;
    points[2]->state = SWEEP_BROKEN;
    points[2]->reason = g_strdup("why");
    g_autofree char *text = sweep_format_progress(sweep, 2, 12.3);
    ck_assert_str_eq(text, "3/24 runs, 2 running, 1 reused, 1 failed, about "
                     "12 s left");
    g_autofree char *first = sweep_format_progress(sweep, 2, -1);
    ck_assert_str_eq(first, "3/24 runs, 2 running, 1 reused, 1 failed");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_last_axis_goes_fastest, keys_of_an_axis_move_together,
        a_separator_can_be_part_of_a_value,
        names_line_and_remedy_of_every_error, there_is_a_most_of_points,
        invalid_points_are_told_with_their_line,
        a_wrong_combination_names_the_point,
        a_key_has_all_that_determines_the_result, a_key_has_nothing_else,
        progress_in_words,
    };

    return suite_run_with("sweep", tool_set_up, tool_tear_down, tests,
                          G_N_ELEMENTS(tests));
}
