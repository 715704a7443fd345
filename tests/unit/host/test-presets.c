/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines with a name: what a node takes from its preset, and what the
 * machines suggest for the links.
 */
#include "experiment-fixture.h"

static const char example[] =
    "[experiment]\n"                        /* 1 */
    "name = old\n"
    "[link]\n"
    "loss = 0.5\n"
    "[cluster]\n"                           /* 5 */
    "nodes = 3\n"
    "preset = 1996\n"
    "[node 1]\n"
    "preset = modern\n"
    "[node 2]\n"                            /* 10 */
    "clock = 25MHz\n"
    "[link 1-2]\n"
    "bandwidth = 1Gbit/s\n"
    "[process one]\n"
    "node = 0\n"                            /* 15 */
    "command = counter\n";

START_TEST(nodes_take_what_is_not_given)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);

    ck_assert_uint_eq(x->nodes[0].clock_hz, 33000000);
    ck_assert_uint_eq(x->nodes[0].cost[COST_STORE], 3);
    ck_assert_uint_eq(x->nodes[1].clock_hz, 1500000000);
    ck_assert_uint_eq(x->nodes[1].cost[COST_STORE], 1);
    ck_assert_uint_eq(x->nodes[1].cost[COST_DIV], 33);
    ck_assert_uint_eq(x->nodes[2].clock_hz, 25000000);
    ck_assert_uint_eq(x->nodes[2].cost[COST_STORE], 3);
    ck_assert_uint_eq(x->nodes[0].memory_bytes, 64 << 20);
    experiment_round_trip(example);
}
END_TEST

START_TEST(the_file_goes_before_the_preset)
{
    const char *sets[] = { "cluster.clock=40MHz", "node 1.cost=insn", NULL };
    g_autoptr(Experiment) x = experiment_sound(example, sets);

    ck_assert_uint_eq(x->nodes[0].clock_hz, 40000000);
    ck_assert_uint_eq(x->nodes[0].cost[COST_STORE], 3);
    ck_assert_uint_eq(x->nodes[1].clock_hz, 1500000000);
    ck_assert_uint_eq(x->nodes[1].cost[COST_DIV], 1);
}
END_TEST

START_TEST(machines_suggest_the_link)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);
    const ExperimentLink *all = experiment_link(x, 0, 1);
    const ExperimentLink *pair = experiment_link(x, 1, 2);

    ck_assert_uint_eq(all->latency_ns, 100000);
    ck_assert_uint_eq(all->bits_per_s, 10000000);
    ck_assert_uint_eq(all->mtu_bytes, 1500);
    ck_assert_str_eq(preset_link_names[all->preset], "ethernet-10m");
    ck_assert_uint_eq(pair->latency_ns, 100000);
    ck_assert_uint_eq(pair->bits_per_s, 1000000000);
    ck_assert_uint_eq(pair->loss, all->loss);
}
END_TEST

START_TEST(a_link_can_have_a_preset_of_its_own)
{
    const char *fast[] = { "link.preset=fast-ethernet", NULL };
    const char *none[] = {
        "link.preset=", "link.latency=5us", "link.bandwidth=1Mbit/s", NULL
    };
    g_autoptr(Experiment) x = experiment_sound(example, fast);
    g_autoptr(Experiment) y = experiment_sound(example, none);

    ck_assert_uint_eq(experiment_link(x, 0, 1)->latency_ns, 30000);
    ck_assert_uint_eq(experiment_link(x, 0, 1)->bits_per_s, 100000000);
    ck_assert_uint_eq(experiment_link(y, 0, 1)->framing_bytes, 0);
    ck_assert_uint_eq(experiment_link(y, 0, 1)->preset, EXPERIMENT_NO_CHOICE);
}
END_TEST

/* Whoever connects no nodes has them apart, whatever the machines are. */
START_TEST(no_group_no_link)
{
    g_autofree char *text = experiment_replaced(example, "[link]\nloss = 0.5\n",
                                                "");
    GError *error = NULL;
    g_autoptr(Experiment) x = experiment_try(text, NULL, &error);

    ck_assert_no_error(error);
    ck_assert_ptr_null(experiment_link(x, 0, 1));
    ck_assert_uint_eq(experiment_link(x, 1, 2)->latency_ns, 100000);
}
END_TEST

START_TEST(names_line_and_remedy_of_errors)
{
    experiment_refused(example, "preset = modern", "preset = moden",
                       "x.ini:9: [node 1] preset: there is no preset 'moden'; "
                       "did you mean 'modern'?");
    experiment_refused(example, "clock = 25MHz", "clock =",
                       "x.ini:11: [node 2] clock: is empty");
}
END_TEST

static void check_rows(const char *text, const PresetTable *table)
{
    for (size_t k = 0; table->names[k] != NULL; k++) {
        GString *row = g_string_new(NULL);

        g_string_append_printf(row, "\n| `%s` |", table->names[k]);
        for (size_t i = 0; i < table->key_count; i++) {
            g_string_append_printf(row, " %s |", table->keys[i].values[k]);
        }
        g_string_append_c(row, '\n');
        ck_assert_msg(strstr(text, row->str) != NULL, "%s", row->str);
        g_string_free(row, TRUE);
    }
}

START_TEST(specification_has_the_tables)
{
    g_autofree char *path = g_build_filename(g_getenv("GODWIT_DOCS"), "specs",
                                             "experiment.md", NULL);
    g_autofree char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    check_rows(text, &preset_links);
    check_rows(text, &preset_machines);
    for (CostClass cls = 0; cls < COST_CLASS_COUNT; cls++) {
        GString *row = g_string_new(NULL);

        g_string_append_printf(row, "\n| `%s` |", cost_class_name(cls));
        for (uint32_t table = 0; cost_tables[table] != NULL; table++) {
            g_string_append_printf(row, " %u |", cost_of(table, cls));
        }
        g_string_append_c(row, '\n');
        ck_assert_msg(strstr(text, row->str) != NULL, "%s", row->str);
        g_string_free(row, TRUE);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        nodes_take_what_is_not_given, the_file_goes_before_the_preset,
        machines_suggest_the_link, a_link_can_have_a_preset_of_its_own,
        no_group_no_link, names_line_and_remedy_of_errors,
        specification_has_the_tables,
    };

    return suite_run_with("presets", experiment_set_up, experiment_tear_down,
                          tests, G_N_ELEMENTS(tests));
}
