/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links of an experiment: who is connected, what a pair takes from its preset
 * and from [link], and every kind of error with its line.
 */
#include "experiment-fixture.h"
#include "lib/presets.h"

static const char example[] =
    "[experiment]\n"                        /* 1 */
    "name = mesh\n"
    "[cluster]\n"
    "nodes = 4\n"
    "clock = 100MHz\n"                      /* 5 */
    "[link]\n"
    "preset = ethernet-1g\n"
    "latency = 20us\n"
    "loss = 0.1%\n"
    "[link 0-1]\n"                          /* 10 */
    "bandwidth = 2Gbit/s\n"
    "[link 2-1]\n"
    "preset = rdma\n"
    "overhead = 50ns\n"
    "topology = direct\n"                   /* 15 */
    "[process one]\n"
    "node = 0\n"
    "command = counter\n"
    "[migration 1]\n"
    "process = one\n"                       /* 20 */
    "at = 5ms\n"
    "to = 3\n"
    "algorithm = freeze-free\n"
    "[migration 2]\n"
    "process = one\n"                       /* 25 */
    "at = 7ms\n"
    "to = 1\n"
    "algorithm = freeze-free\n";

/* No [link]: nodes 0, 1 and 2 in a row, node 3 alone. */
static const char chain[] =
    "[experiment]\n"                        /* 1 */
    "name = chain\n"
    "[cluster]\n"
    "nodes = 4\n"
    "[link 0-1]\n"                          /* 5 */
    "preset = ethernet-10m\n"
    "[link 1-2]\n"
    "latency = 1us\n"
    "bandwidth = 1Gbit/s\n"
    "[process one]\n"                       /* 10 */
    "node = 0\n"
    "command = counter\n"
    "[migration 1]\n"
    "process = one\n"
    "at = 5ms\n"                            /* 15 */
    "to = 1\n"
    "algorithm = freeze-free\n"
    "[migration 2]\n"
    "process = one\n"
    "at = 7ms\n"                            /* 20 */
    "to = 2\n"
    "algorithm = freeze-free\n";

/* Own keys, own preset, keys of [link], preset of [link], defaults. */
START_TEST(pairs_inherit_in_this_order)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);
    struct mb_link_model model;

    ck_assert(experiment_link_model(x, 3, 0, &model));
    ck_assert_uint_eq(model.latency_ns, 20000);
    ck_assert_uint_eq(model.bits_per_s, 1000000000);
    ck_assert_uint_eq(model.overhead_ns, 0);
    ck_assert_uint_eq(model.mtu_bytes, 1500);
    ck_assert_uint_eq(model.framing_bytes, 38);
    ck_assert_uint_eq(model.late_ns, 20000);
    ck_assert_uint_eq(model.loss, 4294967);
    ck_assert_uint_eq(model.flags, MB_LINK_SWITCHED | MB_LINK_FAULTY);
    ck_assert(experiment_link_model(x, 1, 0, &model));
    ck_assert_uint_eq(model.latency_ns, 20000);
    ck_assert_uint_eq(model.bits_per_s, 2000000000);
    ck_assert_uint_eq(model.mtu_bytes, 1500);
    ck_assert(experiment_link_model(x, 1, 2, &model));
    ck_assert_uint_eq(model.latency_ns, 600);
    ck_assert_uint_eq(model.bits_per_s, 100000000000);
    ck_assert_uint_eq(model.overhead_ns, 50);
    ck_assert_uint_eq(model.mtu_bytes, 4096);
    ck_assert_uint_eq(model.framing_bytes, 26);
    ck_assert_uint_eq(model.late_ns, 600);
    ck_assert_uint_eq(model.loss, 4294967);
    ck_assert_uint_eq(model.flags, MB_LINK_FAULTY);
    ck_assert(!experiment_link_model(x, 2, 2, &model));
}
END_TEST

START_TEST(without_link_only_pairs_are_connected)
{
    g_autoptr(Experiment) x = experiment_sound(chain, NULL);
    struct mb_link_model model;

    for (uint64_t i = 0; i < 16; i++) {
        bool near = i == 1 || i == 4 || i == 6 || i == 9;
        ck_assert_int_eq(experiment_link_model(x, i / 4, i % 4, &model), near);
    }
    ck_assert(experiment_link_model(x, 2, 1, &model));
    ck_assert_uint_eq(model.mtu_bytes, 0);
    ck_assert_uint_eq(model.flags, MB_LINK_SWITCHED);
}
END_TEST

START_TEST(one_node_needs_no_link)
{
    g_auto(GStrv) parts = g_strsplit(chain, "[migration", 2);
    g_auto(GStrv) around = g_strsplit(parts[0], "[link", 2);
    const char *process = strstr(parts[0], "[process");
    g_autofree char *text = g_strconcat(around[0], process, NULL);
    g_autoptr(Experiment) x = experiment_sound(text, NULL);

    ck_assert(!x->has_link);
    ck_assert_ptr_null(experiment_link(x, 0, 1));
    experiment_round_trip(text);
}
END_TEST

/* Also with keys that [link] has and the pair takes back. */
START_TEST(links_are_written_as_they_are_read)
{
    g_autofree char *text = experiment_replaced(example, "[link 2-1]\n",
                                                "[link 2-1]\nmtu =\n");
    g_autoptr(Experiment) x = experiment_sound(text, NULL);
    g_autofree char *resolved = experiment_format(x);

    ck_assert_uint_eq(experiment_link(x, 2, 1)->mtu_bytes, EXPERIMENT_NONE);
    ck_assert_ptr_nonnull(strstr(resolved, "[link 2-1]\npreset = rdma\n"
                                 "latency = 600ns\n"));
    experiment_round_trip(text);
    experiment_round_trip(example);
    experiment_round_trip(chain);
}
END_TEST

START_TEST(every_preset_sets_the_same_keys)
{
    static const char *const keys[] = {
        "latency", "bandwidth", "overhead", "mtu", "framing", "topology",
    };

    for (size_t i = 0; preset_link_names[i] != NULL; i++) {
        const char *name = preset_link_names[i];
        g_autofree char *set = g_strconcat("link 0-1.preset=", name, NULL);
        const char *sets[] = { set, NULL };
        for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
            ck_assert_ptr_nonnull(preset_value(&preset_links, name, keys[k]));
        }
        ck_assert_ptr_null(preset_value(&preset_links, name, "loss"));
        g_autoptr(Experiment) x = experiment_sound(chain, sets);
        ck_assert_uint_eq(experiment_link(x, 0, 1)->preset, i);
    }
    ck_assert_ptr_null(preset_value(&preset_links, "ethernet", "latency"));
}
END_TEST

/* A page on fast Ethernet: header and page in three frames. */
START_TEST(preset_is_what_goes_over_the_wire)
{
    const char *sets[] = { "link 0-1.preset=fast-ethernet", NULL };
    g_autoptr(Experiment) x = experiment_sound(chain, sets);
    struct mb_link_model model;

    ck_assert(experiment_link_model(x, 0, 1, &model));
    ck_assert_uint_eq(mb_link_wire_bytes(&model, 4096), 64 + 4096 + 3 * 38);
    ck_assert_uint_eq(mb_link_wire_ns(&model, 0), (64 + 38) * 80);
}
END_TEST

START_TEST(links_have_seeds_of_their_own)
{
    const char *sets[] = { "experiment.seed=2", NULL };
    g_autoptr(Experiment) x = experiment_sound(example, NULL);
    g_autoptr(Experiment) y = experiment_sound(example, sets);
    struct mb_link_model forth;
    struct mb_link_model back;
    struct mb_link_model other;

    ck_assert(experiment_link_model(x, 0, 1, &forth));
    ck_assert(experiment_link_model(x, 1, 0, &back));
    ck_assert(experiment_link_model(y, 0, 1, &other));
    ck_assert_uint_ne(forth.seed, back.seed);
    ck_assert_uint_ne(forth.seed, other.seed);
    /* As docs/specs/experiment.md says. */
    ck_assert_uint_eq(back.seed, mb_link_mix(mb_link_mix(1) ^ (1ull << 32)));
}
END_TEST

static const ExperimentError wrong[] = {
    { "[link 0-1]", "[link 0]", "x.ini:10: [link 0]: '0' is not two numbers of "
      "nodes, such as 0-1" },
    { "[link 0-1]", "[link 0-01]", "'0-01' is not two numbers" },
    { "[link 0-1]", "[link 0-1-2]", "'0-1-2' is not two numbers" },
    { "[link 0-1]", "[link -1]", "'-1' is not two numbers" },
    { "[link 0-1]", "[link 0-4]", "x.ini:10: [link 0-4]: there is no node 4" },
    { "[link 0-1]", "[link 3-3]", "node 3 has no link to itself" },
    { "[link 0-1]", "[link 1-2]", "x.ini:12: [link 2-1]: is [link 1-2] as "
      "well; put their keys together" },
    { "= ethernet-1g", "= ethernet", "x.ini:7: [link] preset: there is no "
      "preset 'ethernet'; there is ethernet-10m, fast-ethernet" },
    { "preset = rdma", "preset = rmda", "did you mean 'rdma'?" },
    { "topology = direct", "topology = star", "x.ini:15: [link 2-1] topology: "
      "there is no topology 'star'; there is switch, direct" },
    { "loss = 0.1%", "loss = 101%", "101% is out of range: 0 to 1" },
    { "loss = 0.1%", "loss = 1.1", "x.ini:9: [link] loss: 1.1 is out of" },
    { "loss = 0.1%", "loss = some", "'some' is not a probability: write a "
      "number such as 0.1% or 0.001" },
    { "loss = 0.1%", "loss =", "x.ini:9: [link] loss: is empty" },
    { "loss = 0.1%", "mtu = 63B", "63B is out of range: 64B to 64KiB" },
    { "loss = 0.1%", "late = 0ns", "0ns is out of range: 1ns to 10s" },
    { "overhead = 50ns", "overhed = 50ns", "did you mean 'overhead'?" },
    /* an instruction of 100 MHz takes 10 ns, a dear one 330 */
    { "clock = 100MHz", "clock = 10MHz\ncost = static", "x.ini:13: [link 2-1] "
      "latency: is not more than the 3300ns that the longest instruction of "
      "node 1 takes; use a longer latency, a faster clock or a lower cost" },
};

START_TEST(names_line_and_remedy_of_every_error)
{
    experiment_refused_each(example, wrong, G_N_ELEMENTS(wrong));
    experiment_refused(chain, "[link 1-2]", "[link 2-3]", "x.ini:21: "
                       "[migration 2] to: process 'one' is on node 1, which has "
                       "no link to node 2; add [link 1-2] or [link]");
    experiment_refused(chain, "preset = ethernet-10m", "", "x.ini:5: [link "
                       "0-1]: no 'latency' (of a bit, from port to port); add "
                       "it or a preset");
}
END_TEST

/* Both ends of a move that sends pages to the file server reach it. */
START_TEST(the_file_server_is_reached)
{
    static const struct {
        const char *server;
        const char *node;       /* that has no link to it; NULL: both have */
    } cases[] = {
        { "cluster.file_server=0", NULL },
        { "cluster.file_server=1", NULL },
        { "cluster.file_server=2", "node 0 has no link to it; add [link 0-2]" },
        { "cluster.file_server=3", "node 0 has no link to it; add [link 0-3]" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *sets[] = { "migration 1.algorithm=flush", cases[i].server,
                               NULL };
        GError *error = NULL;
        g_autoptr(Experiment) x = experiment_try(chain, sets, &error);
        if (cases[i].node == NULL) {
            ck_assert_no_error(error);
        } else {
            ck_assert_error(error, GODWIT_ERROR_USAGE, cases[i].node);
        }
    }
}
END_TEST

/* An instruction must be over before news from the link can matter. */
START_TEST(latency_exceeds_the_longest_instruction)
{
    static const struct {
        const char *latency;
        bool enough;
    } cases[] = { { "link 1-2.latency=1270ns", false },
                  { "link 1-2.latency=1271ns", true } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *sets[] = { "node 2.clock=100MHz", "cost.csr=127",
                               cases[i].latency, NULL };
        GError *error = NULL;
        g_autoptr(Experiment) x = experiment_try(chain, sets, &error);
        if (cases[i].enough) {
            ck_assert_no_error(error);
        } else {
            ck_assert_error(error, GODWIT_ERROR_USAGE, "the 1270ns that the "
                            "longest instruction of node 2 takes");
        }
    }
}
END_TEST

/* As many links as there can be: what is written out can be read again. */
START_TEST(largest_mesh_is_written_as_it_is_read)
{
    g_autoptr(GString) text = g_string_new(
        "[experiment]\nname = mesh\n[cluster]\nnodes = 256\n"
        "[process one]\nnode = 255\ncommand = counter\n");

    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < a; b++) {
            g_string_append_printf(text, "[link %u-%u]\nlatency=1000001ns\n"
                                   "bandwidth=1000001bit/s\n", a, b);
        }
    }
    experiment_round_trip(text->str);
}
END_TEST

/* The experiment that newcomers find beside the demo. */
START_TEST(shipped_experiment_is_valid)
{
    static const char *const programs[] = {
        "matrix", "chase", "heap", "regs", "threads",
    };
    g_autofree char *user = g_build_filename(experiment_folder, "user", NULL);
    g_autofree char *path = g_build_filename(g_getenv("GODWIT_DOCS"),
                                             "experiments", "mixed-links.ini",
                                             NULL);
    g_autofree char *text = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        suite_write(user, programs[i], "binary", 0755);
    }
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    g_autoptr(Experiment) x = experiment_sound(text, NULL);
    ck_assert_uint_eq(x->node_count, 16);
    ck_assert_uint_eq(experiment_link(x, 1, 0)->bits_per_s, 100000000000);
    experiment_round_trip(text);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        pairs_inherit_in_this_order, without_link_only_pairs_are_connected,
        one_node_needs_no_link, links_are_written_as_they_are_read,
        every_preset_sets_the_same_keys, preset_is_what_goes_over_the_wire,
        links_have_seeds_of_their_own, names_line_and_remedy_of_every_error,
        the_file_server_is_reached,
        latency_exceeds_the_longest_instruction,
        largest_mesh_is_written_as_it_is_read, shipped_experiment_is_valid,
    };

    return suite_run_with("links", experiment_set_up, experiment_tear_down,
                          tests, G_N_ELEMENTS(tests));
}
