/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets: programs that check what the calls answer, with the names kept by
 * one node or several, over sound and lossy links.
 */
#include <check.h>

#include "scenario.h"

#define TIMEOUT_S   600
#define CLUSTER(nodes, faults) \
    "[experiment]\nname = sockets\nseed = 1\nuntil = 60s\n" \
    "[cluster]\nnodes = " nodes "\nmemory = 64MiB\nclock = 1GHz\n" \
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n" faults

static const char *const clusters[] = {
    CLUSTER("1", ""),
    CLUSTER("3", ""),
    CLUSTER("3", "loss = 0.2\nduplication = 0.1\nreordering = 0.1\n"),
};
#define CLUSTERS    (sizeof(clusters) / sizeof(clusters[0]))

static void check_passed(const Run *run, const char *program)
{
    const ResultProcess *process = scenario_process(run, program);
    g_autofree char *passed = g_strdup_printf("PASS %s ", program);
    g_autofree char *output = scenario_output(run, program);

    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_has_prefix(output, passed), "%s: wait status %#x, %s",
                  program, process->facts.wait_status, output);
}

START_TEST(calls_on_one_node)
{
    g_autoptr(Scenario) scenario = scenario_new_with(clusters[_i]);

    scenario_add_process(scenario, "sockets", 0, "sockets");
    scenario_add_process(scenario, "socknames", 0, "socknames");
    g_autoptr(Run) run = scenario_run(scenario, true);
    (void)scenario_check(scenario, run);
    check_passed(run, "sockets");
    check_passed(run, "socknames");
}
END_TEST

/* Of several senders; one is silent for longer than most moves take. */
#define SENDERS     4u
#define MESSAGES    "250"
#define MOVES       24u
#define FIRST_NS    3000000u
#define EVERY_NS    900000u

static const char *const floods[] = {
    CLUSTER("3", ""),
    CLUSTER("3", "loss = 0.1\nduplication = 0.1\nreordering = 0.1\n"),
};
#define FLOODS      (sizeof(floods) / sizeof(floods[0]))

static void check_passed_all(const Run *run)
{
    for (unsigned i = 0; i <= SENDERS; i++) {
        g_autofree char *name = i == SENDERS ? g_strdup("receiver") :
                                g_strdup_printf("sender%u", i);
        g_autofree char *output = scenario_output(run, name);

        ck_assert_msg(g_str_has_prefix(output, "PASS flood "), "%s: %s", name,
                      output);
    }
}

/* The receiver is moved to and fro meanwhile, and a sender as well. */
START_TEST(flood_while_moving)
{
    g_autoptr(Scenario) scenario = scenario_new_with(floods[_i]);

    scenario_add_process(scenario, "receiver", 0,
                         "flood receive flood 4 " MESSAGES);
    for (unsigned i = 0; i < SENDERS; i++) {
        g_autofree char *name = g_strdup_printf("sender%u", i);
        g_autofree char *command = g_strdup_printf(
            "flood send flood %u " MESSAGES " %u", i, i == 3 ? 15 : 0);

        scenario_add_process(scenario, name, i % 3, command);
    }
    for (unsigned i = 0; i < MOVES; i++) {
        scenario_add_migration(scenario, "receiver",
                               FIRST_NS + i * EVERY_NS, (i + 1) % 2,
                               i % 5 == 4 ? "total-copy" : "freeze-free");
        if (i % 4 == 0) {
            scenario_add_migration(scenario, "sender1",
                                   FIRST_NS + i * EVERY_NS, i / 4 % 3,
                                   "freeze-free");
        }
    }
    g_autoptr(Run) run = scenario_run(scenario, true);

    ck_assert_uint_ge(scenario_check(scenario, run), MOVES / 2);
    check_passed_all(run);
}
END_TEST

/* Only then does the source learn that the process has come, from the freeze. */
static uint64_t installed_ns(const LedgerMigration *ledger)
{
    return ledger->phases[PHASE_RESUME].start_ns - ledger->started_ns;
}

/* Each message is accepted by whoever it comes to, at once; what a move puts
 * off can be read when port and process are there. */
static unsigned check_freeze(const Run *run)
{
    unsigned put_off = 0;

    for (unsigned i = 0; i < run->result->migrations->len; i++) {
        const ResultMigration *m = run->result->migrations->pdata[i];
        const LedgerFreeze *freeze = &m->ledger->freeze;

        ck_assert_int_eq(m->ledger->outcome, OUTCOME_DONE);
        ck_assert_uint_eq(freeze->ports, 1);
        ck_assert_uint_gt(freeze->home_ns, installed_ns(m->ledger));
        ck_assert_uint_eq(freeze->refused, 0);
        ck_assert_uint_eq(freeze->refusal_ns, 0);
        ck_assert_uint_eq(freeze->delayed, freeze->queued + freeze->accepted);
        ck_assert_uint_le(freeze->sent_on, freeze->accepted);
        put_off += freeze->delayed > 0;
    }
    return put_off;
}

#define FAST_CLUSTER \
    "[experiment]\nname = sockets\nseed = 1\nuntil = 60s\n" \
    "[cluster]\nnodes = 3\nmemory = 64MiB\nclock = 1GHz\n" \
    "[link]\nlatency = 5us\nbandwidth = 40Gbit/s\n"
#define HUNDRED     100u

static const char *const flood_algorithms[] = { "freeze-free", "total-copy" };
#define FLOOD_ALGORITHMS \
    (sizeof(flood_algorithms) / sizeof(flood_algorithms[0]))

/* The receiver goes to and fro a hundred times under a flood. */
START_TEST(flood_of_a_hundred_moves)
{
    g_autoptr(Scenario) scenario = scenario_new_with(FAST_CLUSTER);

    scenario_add_process(scenario, "receiver", 0,
                         "flood receive flood 4 3000");
    for (unsigned i = 0; i < SENDERS; i++) {
        g_autofree char *name = g_strdup_printf("sender%u", i);
        g_autofree char *command = g_strdup_printf("flood send flood %u 3000",
                                                   i);

        scenario_add_process(scenario, name, i % 3, command);
    }
    scenario_add_migration(scenario, "receiver", FIRST_NS, 1,
                           flood_algorithms[_i]);
    g_string_append_printf(scenario->text, "repeat = %u\nevery = 1500us\n"
                           "back = 0\n", HUNDRED);
    g_autoptr(Run) run = scenario_run(scenario, true);

    ck_assert_uint_eq(scenario_check(scenario, run), HUNDRED);
    ck_assert_uint_gt(check_freeze(run), HUNDRED * 9 / 10);
    check_passed_all(run);
}
END_TEST

/* A connection whose two ends are one process, and all the calls. */
START_TEST(calls_while_moving)
{
    g_autoptr(Scenario) scenario = scenario_new_with(clusters[1 + _i]);

    scenario_add_process(scenario, "sockets", 0, "sockets");
    for (unsigned i = 0; i < 6; i++) {
        scenario_add_migration(scenario, "sockets", 5000000 + i * 4000000,
                               (i + 1) % 3,
                               i % 2 ? "total-copy" : "freeze-free");
    }
    g_autoptr(Run) run = scenario_run(scenario, true);

    ck_assert_uint_gt(scenario_check(scenario, run), 0);
    check_passed(run, "sockets");
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("sockets");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, calls_on_one_node, 0, CLUSTERS);
    tcase_add_loop_test(tcase, flood_while_moving, 0, FLOODS);
    tcase_add_loop_test(tcase, flood_of_a_hundred_moves, 0, FLOOD_ALGORITHMS);
    tcase_add_loop_test(tcase, calls_while_moving, 0, CLUSTERS - 1);
    return scenario_main("sockets", tcase);
}
