/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads that talk to each other across nodes (guest/user/talk.h): each checks
 * what it hears, and those at the two ends of a conversation agree on it.
 */
#include <check.h>

#include "scenario.h"

#define TIMEOUT_S   300
#define TALKERS     4
#define MOVES       8u
#define FIRST_NS    1500000u
#define EVERY_NS    800000u

static const char head[] =
    "[experiment]\nname = talk\nuntil = 60s\n[cluster]\nnodes = 3\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n";

typedef struct {
    const char *name;           /* NULL: there is none */
    unsigned node;
    const char *command;
} Talker;

static const struct {
    Talker talkers[TALKERS];
    /* two that have the same sum, or NULL */
    const char *same[2];
} talks[] = {
    { { { "server", 0, "store server 3" },
        { "near", 0, "store client 200 30K 1" },
        { "far", 1, "store client 200 60K 2" },
        { "late", 2, "store client 100 30K 3" } }, { NULL, NULL } },
    { { { "first", 0, "pipeline 0 3 2" }, { "second", 1, "pipeline 1 3 2" },
        { "third", 2, "pipeline 2 3 2" }, { "last", 0, "pipeline 3 3 2" } },
      { "third", "last" } },
    { { { "one", 0, "chatter asks 60" }, { "other", 2, "chatter answers 60" } },
      { "one", "other" } },
};

static void check_passed(const Run *run, const Talker *talker)
{
    const ResultProcess *process = scenario_process(run, talker->name);
    g_autofree char *output = scenario_output(run, talker->name);

    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_has_prefix(output, "PASS "), "%s: wait status %#x, %s",
                  talker->name, process->facts.wait_status, output);
}

/* Returns how many there are. */
static unsigned add_talkers(Scenario *scenario, const Talker *talkers)
{
    unsigned count = 0;

    for (; count < TALKERS && talkers[count].name != NULL; count++) {
        scenario_add_process(scenario, talkers[count].name,
                             talkers[count].node, talkers[count].command);
    }
    return count;
}

START_TEST(talk_across_nodes)
{
    const Talker *talkers = talks[_i].talkers;
    g_autoptr(Scenario) scenario = scenario_new_with(head);

    (void)add_talkers(scenario, talkers);
    g_autoptr(Run) run = scenario_run(scenario, true);
    (void)scenario_check(scenario, run);
    for (unsigned i = 0; i < TALKERS && talkers[i].name != NULL; i++) {
        check_passed(run, &talkers[i]);
    }
    if (talks[_i].same[0] != NULL) {
        g_autofree char *a = scenario_output(run, talks[_i].same[0]);
        g_autofree char *b = scenario_output(run, talks[_i].same[1]);
        ck_assert_str_eq(a, b);
    }
}
END_TEST

/* Any of them goes anywhere while they talk; two may leave for each other's node
 * at once. What they hear is the same. */
START_TEST(talk_while_moving)
{
    const Talker *talkers = talks[_i % G_N_ELEMENTS(talks)].talkers;
    g_autoptr(Scenario) scenario = scenario_new_with(head);
    unsigned count = add_talkers(scenario, talkers);
    unsigned nodes[TALKERS];

    for (unsigned i = 0; i < count; i++) {
        nodes[i] = talkers[i].node;
    }
    for (unsigned i = 0; i < MOVES; i++) {
        unsigned who = (unsigned)scenario_random(count);

        nodes[who] = (nodes[who] + 1 + (unsigned)scenario_random(2)) % 3;
        scenario_add_migration(scenario, talkers[who].name, FIRST_NS +
                               i * EVERY_NS + scenario_random(EVERY_NS),
                               nodes[who], scenario_random_algorithm());
    }
    g_autoptr(Run) still = scenario_run(scenario, false);
    g_autoptr(Run) moving = scenario_run(scenario, true);
    unsigned moved = scenario_check(scenario, moving);

    ck_assert_msg(moved >= MOVES / 2, "%u moves\n%s", moved,
                  scenario->text->str);
    for (unsigned i = 0; i < count; i++) {
        g_autofree char *a = scenario_output(still, talkers[i].name);
        g_autofree char *b = scenario_output(moving, talkers[i].name);

        check_passed(moving, &talkers[i]);
        ck_assert_str_eq(a, b);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("talk");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, talk_across_nodes, 0, G_N_ELEMENTS(talks));
    tcase_add_loop_test(tcase, talk_while_moving, 0,
                        (int)(G_N_ELEMENTS(talks) * scenario_repeats(2)));
    return scenario_main("talk", tcase);
}
