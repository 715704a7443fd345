/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migrations over links that lose, corrupt, double, reorder and delay messages
 * or are down for a while: to the processes it makes no difference.
 */
#include <errno.h>
#include <signal.h>

#include <check.h>

#include "scenario.h"

#define TIMEOUT_S       600
#define AWAY_NS         2500000u
#define BACK_NS         6000000u
#define DOWN_NS         G_GUINT64_CONSTANT(3000000000)
#define TOO_LONG_NS     G_GUINT64_CONSTANT(20000000000)
#define RUNS_PER_KIND   4
#define MOVES           4u
#define SPAN_NS         9000000u
#define NEVER_STRUCK    "[fault 1]\nlink = 0-1\nkind = loss\nmessage = 1000000\n"

static const char *const kinds[] = {
    "loss = 0.3\n", "corruption = 0.3\n", "duplication = 0.3\n",
    "reordering = 0.3\nlate = 120us\n", "delay = 0.3\nlate = 2ms\n",
    "loss = 0.15\ncorruption = 0.1\nduplication = 0.2\nreordering = 0.2\n"
    "delay = 0.1\n",
};
#define KINDS   (sizeof(kinds) / sizeof(kinds[0]))

static const char *const programs[] = { "tally", "heap", "files", "threads" };
#define PROGRAMS    (sizeof(programs) / sizeof(programs[0]))

static const char *const exact_kinds[] = {
    "loss", "corruption", "duplication", "reordering",
};
#define EXACT_KINDS (sizeof(exact_kinds) / sizeof(exact_kinds[0]))
/* All algorithms, two to a run. */
#define PAIRS       ((ALGORITHM_COUNT + 1) / 2)

/* The usual two nodes; `more` follows in [link]. */
static Scenario *make_scenario(const char *more)
{
    g_autofree char *head = g_strdup_printf(
        "[experiment]\nname = test\nseed = %u\nuntil = 60s\n"
        "[cluster]\nnodes = 2\nmemory = 64MiB\nclock = 1GHz\n"
        "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n%s",
        (unsigned)scenario_random(1000000), more);

    return scenario_new_with(head);
}

static char *reference(const char *program)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, program, 0, program);
    g_autoptr(Run) run = scenario_run(scenario, false);
    (void)scenario_check(scenario, run);
    return scenario_output(run, program);
}

static void check_process(const Scenario *scenario, const Run *run,
                          const char *program, const char *expected)
{
    const ResultProcess *process = scenario_process(run, program);
    g_autofree char *output = scenario_output(run, program);

    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_equal(output, expected),
                  "%s: wait status %#x, output %s\n%s", program,
                  process->facts.wait_status, output, scenario->text->str);
}

/* Every kind of fault, all the time. */
START_TEST(by_rate)
{
    char *expected[PROGRAMS];
    unsigned done = 0;

    for (unsigned i = 0; i < PROGRAMS; i++) {
        expected[i] = reference(programs[i]);
    }
    for (unsigned n = scenario_repeats(RUNS_PER_KIND); n > 0; n--) {
        g_autoptr(Scenario) scenario = make_scenario(kinds[_i]);

        for (unsigned i = 0; i < PROGRAMS; i++) {
            scenario_add_process(scenario, programs[i], i % 2, programs[i]);
            for (unsigned k = 0; k < MOVES; k++) {
                uint64_t at_ns = AWAY_NS + k * SPAN_NS +
                                 scenario_random(SPAN_NS);

                scenario_add_migration(scenario, programs[i], at_ns,
                                       (i + k + 1) % 2,
                                       scenario_random_algorithm());
                if (scenario_random(2) == 0) {
                    scenario_set_techniques(scenario, "none");
                }
            }
        }
        g_autoptr(Run) run = scenario_run(scenario, true);
        done += scenario_check(scenario, run);
        for (unsigned i = 0; i < PROGRAMS; i++) {
            check_process(scenario, run, programs[i], expected[i]);
        }
    }
    ck_assert_uint_gt(done, 0);
    for (unsigned i = 0; i < PROGRAMS; i++) {
        g_free(expected[i]);
    }
}
END_TEST

/* There and back by two algorithms. */
static Scenario *make_small(const char *fault, unsigned first)
{
    Scenario *scenario = make_scenario(fault);

    scenario_add_process(scenario, "tally", 0, "tally");
    scenario_add_migration(scenario, "tally", AWAY_NS, 1,
                           scenario_algorithms[first % ALGORITHM_COUNT]);
    scenario_add_migration(scenario, "tally", BACK_NS, 0,
                           scenario_algorithms[(first + 1) %
                                               ALGORITHM_COUNT]);
    scenario_set_techniques(scenario, "-implicit-resume");
    return scenario;
}

static uint64_t count_messages(const Run *run, unsigned source)
{
    for (unsigned i = 0; i < run->result->links->len; i++) {
        const LedgerLink *link = &g_array_index(run->result->links,
                                                LedgerLink, i);

        if (link->source == source) {
            return link->counts[LINK_MESSAGES];
        }
    }
    return 0;
}

/* One message, whichever it is. */
START_TEST(each_message)
{
    const char *kind = exact_kinds[_i / PAIRS];
    bool is_late = _i / PAIRS >= 2;
    unsigned first = _i % PAIRS * 2;
    g_autofree char *expected = reference("tally");
    g_autoptr(Scenario) whole = make_small(NEVER_STRUCK, first);
    g_autoptr(Run) whole_run = scenario_run(whole, true);

    ck_assert_uint_eq(scenario_check(whole, whole_run), 2);
    for (unsigned source = 0; source < 2; source++) {
        uint64_t messages = count_messages(whole_run, source);

        ck_assert_uint_gt(messages, 0);
        for (uint64_t k = 0; k < messages; k++) {
            g_autofree char *fault = g_strdup_printf(
                "[fault 1]\nlink = %u-%u\nkind = %s\nmessage = %" G_GUINT64_FORMAT
                "\n%s", source, 1 - source, kind, k,
                is_late ? "late = 80us\n" : "");
            g_autoptr(Scenario) scenario = make_small(fault, first);
            g_autoptr(Run) run = scenario_run(scenario, true);

            /* Before one is sent again that a move waits for, the process may
             * have ended. */
            (void)scenario_check(scenario, run);
            check_process(scenario, run, "tally", expected);
        }
    }
}
END_TEST

/* Down from `from_ns` on for that long. */
static char *make_outage(unsigned source, uint64_t from_ns, uint64_t length_ns)
{
    return g_strdup_printf(
        "[fault %u]\nlink = %u-%u\nkind = down\nat = %" G_GUINT64_FORMAT "ns\n"
        "until = %" G_GUINT64_FORMAT "ns\n", source + 1, source, 1 - source,
        from_ns, from_ns + length_ns);
}

/* Down in both directions from some instant of the first move on, for longer
 * than any time-out of the channel, but not for ever. */
START_TEST(down_for_a_while)
{
    g_autofree char *expected = reference("tally");

    for (unsigned n = scenario_repeats(RUNS_PER_KIND * 4); n > 0; n--) {
        uint64_t from_ns = AWAY_NS + scenario_random(1000000);
        g_autofree char *there = make_outage(0, from_ns, DOWN_NS);
        g_autofree char *back = make_outage(1, from_ns, DOWN_NS);
        g_autofree char *fault = g_strconcat(there, back, NULL);
        g_autoptr(Scenario) scenario = make_small(fault, n);
        g_autoptr(Run) run = scenario_run(scenario, true);

        (void)scenario_check(scenario, run);
        check_process(scenario, run, "tally", expected);
    }
}
END_TEST

/* There is one copy at most, all it wrote is right, and what became of it is
 * said. */
static void check_parted(const Scenario *scenario, const Run *run,
                         const char *expected)
{
    const ResultMigration *migration = run->result->migrations->pdata[0];
    const ResultProcess *process = scenario_process(run, "tally");
    g_autofree char *output = scenario_output(run, "tally");
    LedgerOutcome outcome = migration->ledger->outcome;

    ck_assert_str_eq(run->result->end, "quiet");
    ck_assert_msg(g_str_has_prefix(expected, output), "%s\n%s", output,
                  scenario->text->str);
    /* The source may not know what became of it, but then says so. */
    ck_assert_msg((outcome == OUTCOME_LOST) == (run->result->reason != NULL),
                  "%s\n%s", run->result->reason, scenario->text->str);
    if (!process->facts.ended) {
        ck_assert_int_eq(outcome, OUTCOME_LOST);
    } else if (result_signal(&process->facts) == SIGKILL) {
        ck_assert_int_ne(outcome, OUTCOME_ABORTED);
    } else {
        check_process(scenario, run, "tally", expected);
    }
}

/* Down in one direction or both for longer than a node is waited for: the nodes
 * part, and stay apart when the link is back. */
START_TEST(down_for_too_long)
{
    g_autofree char *expected = reference("tally");

    for (unsigned n = scenario_repeats(RUNS_PER_KIND * 3); n > 0; n--) {
        uint64_t from_ns = AWAY_NS + scenario_random(1000000);
        g_autofree char *there = make_outage(0, from_ns, TOO_LONG_NS);
        g_autofree char *back = make_outage(1, from_ns, TOO_LONG_NS);
        g_autofree char *fault = g_strconcat(_i != 1 ? there : "",
                                             _i != 0 ? back : "", NULL);
        g_autoptr(Scenario) scenario = make_scenario(fault);

        scenario_add_process(scenario, "tally", 0, "tally");
        scenario_add_migration(scenario, "tally", AWAY_NS, 1,
                               scenario_algorithms[n % ALGORITHM_COUNT]);
        g_autoptr(Run) run = scenario_run(scenario, true);
        check_parted(scenario, run, expected);
    }
}
END_TEST

/* No link, no move: whoever asks is told so and goes on where it is. */
START_TEST(no_link)
{
    g_autoptr(Scenario) scenario = scenario_new_with(
        "[experiment]\nname = test\n[cluster]\nnodes = 3\n"
        "[link 0-1]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
        "[link 1-2]\nlatency = 50us\nbandwidth = 1Gbit/s\n");

    scenario_add_process(scenario, "sh", 0, "busybox sh -c "
                         "\"echo 2 > /proc/self/goto; echo $?\"");
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultMigration *migration = run->result->migrations->pdata[0];

    ck_assert_msg(run->result->reason == NULL, "%s", run->result->reason);
    ck_assert_int_eq(migration->ledger->outcome, OUTCOME_ABORTED);
    ck_assert_uint_eq(migration->ledger->error_number, EHOSTUNREACH);
    check_process(scenario, run, "sh", "1\n");
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("links");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, by_rate, 0, KINDS);
    tcase_add_loop_test(tcase, each_message, 0, EXACT_KINDS * PAIRS);
    tcase_add_test(tcase, down_for_a_while);
    tcase_add_loop_test(tcase, down_for_too_long, 0, 3);
    tcase_add_test(tcase, no_link);
    return scenario_main("links", tcase);
}
