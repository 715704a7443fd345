/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes of an experiment: exact clocks, costs of instructions, memory, and
 * what becomes of them on the emulator's command line.
 */
#include "experiment-fixture.h"
#include "lib/emulator.h"

static const char example[] =
    "[experiment]\n"                        /* 1 */
    "name = mixed\n"
    "[cluster]\n"
    "nodes = 3\n"
    "clock = 1.5GHz\n"                      /* 5 */
    "cost = static\n"
    "[cost]\n"
    "load = 3\n"
    "fp-sqrt = 127\n"
    "[node 2]\n"                            /* 10 */
    "clock = 33.333MHz\n"
    "[node 0]\n"
    "cost = insn\n"
    "memory = 32MiB\n"
    "[process one]\n"                       /* 15 */
    "node = 0\n"
    "command = counter\n";

START_TEST(clocks_are_exact_fractions)
{
    static const struct {
        const char *set;
        uint32_t num;
        uint32_t den;
    } cases[] = {
        { "node 1.clock=10MHz", 100, 1 },
        { "node 1.clock=4GHz", 1, 4 },
        { "node 1.clock=1GHz", 1, 1 },
        { "node 1.clock=1.5GHz", 2, 3 },
        { "node 1.clock=33.333MHz", 1000000, 33333 },
        { "node 1.clock=3999999999Hz", 1000000000, 3999999999 },
        { "node 1.clock=10000001Hz", 1000000000, 10000001 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *sets[] = { cases[i].set, NULL };
        g_autoptr(Experiment) x = experiment_sound(example, sets);
        ck_assert_uint_eq(x->nodes[1].clock_num, cases[i].num);
        ck_assert_uint_eq(x->nodes[1].clock_den, cases[i].den);
        ck_assert_uint_eq(x->nodes[0].clock_num, 2);
    }
}
END_TEST

START_TEST(nodes_take_the_rest_from_the_cluster)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);

    ck_assert_uint_eq(x->nodes[0].clock_hz, 1500000000);
    ck_assert_uint_eq(x->nodes[0].memory_bytes, 32 << 20);
    ck_assert_uint_eq(x->nodes[1].memory_bytes, 64 << 20);
    ck_assert_uint_eq(x->nodes[2].clock_hz, 33333000);
    ck_assert_uint_eq(experiment_memory_min(x), 32 << 20);
    experiment_round_trip(example);
}
END_TEST

/* [cost] goes before the table of each node. */
START_TEST(costs_come_from_group_and_table)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);

    ck_assert_uint_eq(x->nodes[0].cost[COST_LOAD], 3);
    ck_assert_uint_eq(x->nodes[0].cost[COST_DIV], 1);
    ck_assert_uint_eq(x->nodes[1].cost[COST_LOAD], 3);
    ck_assert_uint_eq(x->nodes[1].cost[COST_DIV], 33);
    ck_assert_uint_eq(x->nodes[1].cost[COST_ALU], 1);
    ck_assert_uint_eq(x->nodes[1].cost[COST_FP_SQRT], 127);
    /* ceil(127 * 2 / 3) */
    ck_assert_uint_eq(x->nodes[1].insn_max_ns, 85);
    ck_assert_uint_eq(x->nodes[2].insn_max_ns, 3811);
}
END_TEST

static char *word_behind(char **words, const char *option)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], option) == 0) {
            return words[i + 1];
        }
    }
    return NULL;
}

START_TEST(the_emulator_is_told_clock_and_costs)
{
    const char *sets[] = { "cost.load=", "cost.fp-sqrt=", NULL };
    g_autoptr(Experiment) x = experiment_sound(example, sets);
    EmulatorConfig config = { .program = "/q", .kernel = "/k",
                              .machine = &x->nodes[2] };
    g_auto(GStrv) slow = emulator_command(&config);
    config.machine = &x->nodes[0];
    g_auto(GStrv) plain = emulator_command(&config);

    ck_assert_str_eq(word_behind(slow, "-icount"), "shift=0,sleep=off,"
                     "rate=1000000/33333,cost=load:2+mul:4+div:33+fp-load:2+"
                     "fp-move:2+fp-add:6+fp-mul:7+fp-fma:7+fp-div:20+"
                     "fp-sqrt:25+atomic:2+csr:3");
    ck_assert_str_eq(word_behind(plain, "-icount"),
                     "shift=0,sleep=off,rate=2/3,cost=insn");
    ck_assert_str_eq(word_behind(plain, "-m"), "32768k");
}
END_TEST

START_TEST(people_and_tests_can_ask_for_more)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);
    EmulatorConfig config = { .program = "/q", .kernel = "/k",
                              .machine = &x->nodes[0] };
    g_auto(GStrv) plain = emulator_command(&config);
    config.monitor_port = 4000;
    config.gdb_port = 65535;
    config.device_options = "x-wait=spin,x-publish=100";
    config.accel_options = "one-insn-per-tb=on";
    g_auto(GStrv) words = emulator_command(&config);

    ck_assert_str_eq(word_behind(plain, "-monitor"), "none");
    ck_assert_ptr_null(word_behind(plain, "-gdb"));
    ck_assert_str_eq(word_behind(words, "-monitor"),
                     "tcp:127.0.0.1:4000,server=on,wait=off,nodelay=on");
    ck_assert_str_eq(word_behind(words, "-gdb"), "tcp:127.0.0.1:65535");
    ck_assert(g_str_has_suffix(word_behind(words, "-device"),
                               ",addr=1,x-wait=spin,x-publish=100"));
    ck_assert(g_str_has_prefix(word_behind(words, "-accel"),
                               word_behind(plain, "-accel")));
    ck_assert(g_str_has_suffix(word_behind(words, "-accel"),
                               ",one-insn-per-tb=on"));
}
END_TEST

static const ExperimentError wrong[] = {
    { "[node 2]", "[node 3]", "x.ini:10: [node 3]: there is no node 3; the "
      "cluster has nodes 0 to 2" },
    { "[node 2]", "[node 02]", "x.ini:10: [node 02]: write [node N] with a "
      "number from 0" },
    { "[node 2]", "[node]", "write [node N]" },
    { "33.333MHz", "9MHz", "x.ini:11: [node 2] clock: 9MHz is out of range" },
    { "memory = 32MiB", "memory = 20000001B", "x.ini:14: [node 0] memory: is "
      "not a multiple of 4096B" },
    { "cost = insn", "nodes = 2", "x.ini:13: [node 0] nodes: no such key" },
    { "load = 3", "load = 0", "x.ini:8: [cost] load: 0 is out of range" },
    { "load = 3", "load = 128", "128 is out of range: 1 to 127" },
    { "load = 3", "lod = 3", "x.ini:8: [cost] lod: no such key; did you mean "
      "'load'?" },
    { "[cost]", "[cost 1]", "no such group; write [cost]" },
};

START_TEST(names_line_and_remedy_of_every_error)
{
    experiment_refused_each(example, wrong, G_N_ELEMENTS(wrong));
}
END_TEST

START_TEST(help_shows_the_tables)
{
    g_autofree char *help = keys_help();

    ck_assert_ptr_nonnull(strstr(help, "\ndiv              1      33      40\n"));
    ck_assert_ptr_nonnull(strstr(help, "\nrdma            600ns "));
    ck_assert_ptr_nonnull(strstr(help, "[link A-B]  "));
    ck_assert_ptr_nonnull(strstr(help, "The keys of [link]"));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        clocks_are_exact_fractions, nodes_take_the_rest_from_the_cluster,
        costs_come_from_group_and_table, the_emulator_is_told_clock_and_costs,
        people_and_tests_can_ask_for_more,
        names_line_and_remedy_of_every_error, help_shows_the_tables,
    };

    return suite_run_with("nodes", experiment_set_up, experiment_tear_down,
                          tests, G_N_ELEMENTS(tests));
}
