/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment file, and what it refers to.
 */
#include "experiment-fixture.h"

/* Lines are counted from 1; the errors below name them. */
const char experiment_example[] =
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

char *experiment_folder;

void experiment_set_up(void)
{
    experiment_folder = suite_folder();
    suite_write(experiment_folder, "words.txt", "b\na\n", 0644);
    suite_write(experiment_folder, "tool", "binary", 0755);
    suite_write(experiment_folder, "busybox", "binary", 0755);
    g_autofree char *user = g_build_filename(experiment_folder, "user", NULL);
    ck_assert_int_eq(g_mkdir(user, 0755), 0);
    suite_write(user, "counter", "binary", 0755);
    suite_write(user, "counter.o", "object", 0644);
    g_autofree char *busybox = g_build_filename(experiment_folder, "busybox",
                                                NULL);
    g_setenv("GODWIT_BUSYBOX", busybox, TRUE);
    g_setenv("GODWIT_USER_DIR", user, TRUE);
}

void experiment_tear_down(void)
{
    suite_remove(experiment_folder);
    g_free(experiment_folder);
}

Experiment *experiment_try(const char *text, const char *const *sets,
                           GError **error)
{
    g_autofree char *path = g_build_filename(experiment_folder, "x.ini", NULL);
    ExperimentOptions options = { .sets = sets };

    ck_assert(g_file_set_contents(path, text, -1, NULL));
    return experiment_load(path, &options, error);
}

Experiment *experiment_sound(const char *text, const char *const *sets)
{
    GError *error = NULL;
    Experiment *x = experiment_try(text, sets, &error);

    ck_assert_no_error(error);
    return x;
}

char *experiment_replaced(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, 2);

    ck_assert_msg(parts[1] != NULL, "'%s' is not in the example", from);
    return g_strjoinv(to, parts);
}

void experiment_refused(const char *text, const char *from, const char *to,
                        const char *part)
{
    g_autofree char *changed = experiment_replaced(text, from, to);
    GError *error = NULL;
    Experiment *x = experiment_try(changed, NULL, &error);

    ck_assert_msg(x == NULL, "'%s' was accepted", to);
    ck_assert_error(error, GODWIT_ERROR_USAGE, part);
}

void experiment_refused_each(const char *text, const ExperimentError *wrong,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        experiment_refused(text, wrong[i].from, wrong[i].to, wrong[i].part);
    }
}

void experiment_round_trip(const char *text)
{
    g_autoptr(Experiment) first = experiment_sound(text, NULL);
    g_autofree char *resolved = experiment_format(first);
    g_autoptr(Experiment) second = experiment_sound(resolved, NULL);
    g_autofree char *again = experiment_format(second);

    ck_assert_str_eq(resolved, again);
    /* Equal to the emulators and the bridges, too. */
    ck_assert_uint_eq(first->node_count, second->node_count);
    ck_assert_mem_eq(first->nodes, second->nodes,
                     sizeof(ExperimentNode) * first->node_count);
    for (uint64_t i = 0; i < first->node_count * first->node_count; i++) {
        uint64_t source = i / first->node_count;
        uint64_t target = i % first->node_count;
        struct mb_link_model one = { 0 };
        struct mb_link_model two = { 0 };
        ck_assert_int_eq(experiment_link_model(first, source, target, &one),
                         experiment_link_model(second, source, target, &two));
        ck_assert_mem_eq(&one, &two, sizeof(one));
    }
}
