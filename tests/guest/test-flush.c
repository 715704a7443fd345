/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithms that send pages to the file server: wherever it is, over links of
 * any kind, when it has no room, and when it crashes at any of its messages.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <check.h>

#include "scenario.h"

#define TIMEOUT_S   600
#define NODES       3u
#define THIRD       2u          /* neither source nor target of the first move */
#define MOVE_NS     2500000u
#define APART_NS    3000000u
#define LINK        "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
#define BAD         "loss = 0.1\nduplication = 0.1\nreordering = 0.1\n"

static const enum algorithm algorithms[] = {
    ALGORITHM_FLUSH, ALGORITHM_FREEZE_FREE_FS,
};
#define ALGORITHMS  G_N_ELEMENTS(algorithms)

/* Where the file server is, what it has for a disk, and the links. */
static const struct {
    unsigned server;
    const char *disk;
    const char *links;
} clusters[] = {
    { 0, "none", LINK },
    { 1, "none", LINK },
    { THIRD, "none", LINK },
    { THIRD, "hdd-1996", LINK },
    { 1, "hdd-1996", LINK },
    { THIRD, "none", LINK BAD },
    { 0, "ssd", LINK BAD },
    /* what the target asks for is long on its way there */
    { THIRD, "none", LINK "[link 0-2]\nlatency = 5ms\n" },
    { THIRD, "none", LINK "[link 1-2]\nlatency = 5ms\n" },
    { THIRD, "none", LINK "[link 0-1]\nlatency = 5ms\n" },
};

static Scenario *new_cluster(unsigned server, const char *disk,
                             const char *rest)
{
    g_autofree char *head = g_strdup_printf(
        "[experiment]\nname = test\nseed = 1\nuntil = 120s\n"
        "[cluster]\nnodes = %u\nfile_server = %u\ndisk = %s\n"
        "memory = 64MiB\nclock = 1GHz\n%s", NODES, server, disk, rest);

    return scenario_new_with(head);
}

static char *reference(const char *program)
{
    g_autoptr(Scenario) scenario = new_cluster(0, "none", LINK);

    scenario_add_process(scenario, "it", 0, program);
    g_autoptr(Run) run = scenario_run(scenario, false);
    return scenario_output(run, "it");
}

static void check_output(const Scenario *scenario, const Run *run,
                         const char *expected)
{
    const ResultProcess *process = scenario_process(run, "it");
    g_autofree char *output = scenario_output(run, "it");

    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_equal(output, expected), "wait status %#x, %s\n%s",
                  process->facts.wait_status, output, scenario->text->str);
}

static const LedgerMigration *ledger_of(const Run *run, unsigned i)
{
    const ResultMigration *migration = run->result->migrations->pdata[i];

    return migration->ledger;
}

/* Each page takes one way, and all of them go to the file server but those that
 * are critical. */
static void check_pages(unsigned server, const LedgerMigration *ledger)
{
    ck_assert((ledger->traffic[TRAFFIC_STORED].messages > 0) ==
              (ledger->source != server));
    if (ledger->algorithm == ALGORITHM_FLUSH) {
        /* nothing of it is left at the source when it runs again */
        ck_assert(ledger->source == server ||
                  ledger->residual.resumed_pages == 0);
        ck_assert_uint_eq(ledger->critical_pages, 0);
    }
}

/* There, on, and back, by both algorithms and by one that does not know of the
 * file server. */
START_TEST(wherever_the_server_is)
{
    static const char *const programs[] = {
        "chase 60", "heap", "files", "threads", "mmap", "code",
    };

    const char *program = programs[_i % (int)G_N_ELEMENTS(programs)];
    g_autofree char *expected = reference(program);

    for (unsigned i = 0; i < ALGORITHMS; i++) {
        enum algorithm algorithm = algorithms[i];
        g_autoptr(Scenario) scenario = new_cluster(clusters[_i].server,
                                                   clusters[_i].disk,
                                                   clusters[_i].links);

        scenario_add_process(scenario, "it", 0, program);
        scenario_add_migration(scenario, "it", MOVE_NS, 1,
                               scenario_algorithms[algorithm]);
        scenario_add_migration(scenario, "it", MOVE_NS + APART_NS, 2,
                               "freeze-free");
        scenario_add_migration(scenario, "it", MOVE_NS + 2 * APART_NS, 0,
                               scenario_algorithms[algorithm]);
        scenario_add_migration(scenario, "it", MOVE_NS + 2 * APART_NS + 1, 1,
                               scenario_algorithms[algorithms[1 - i]]);
        scenario_set_techniques(scenario, "-implicit-resume");
        g_autoptr(Run) run = scenario_run(scenario, true);

        check_output(scenario, run, expected);
        ck_assert_uint_ge(scenario_check(scenario, run), 1);
        check_pages(clusters[_i].server, ledger_of(run, 0));
    }
}
END_TEST

/* The server's node has too little memory for the pages: nothing is lost. */
START_TEST(without_room)
{
    enum algorithm algorithm = algorithms[_i];
    g_autofree char *expected = reference("chase 1 14M");
    g_autoptr(Scenario) scenario = new_cluster(
        THIRD, "none", LINK "[node 2]\nmemory = 16MiB\n");

    scenario_add_process(scenario, "it", 0, "chase 1 14M");
    scenario_add_migration(scenario, "it", 30000000, 1,
                           scenario_algorithms[algorithm]);
    g_autoptr(Run) run = scenario_run(scenario, true);
    const LedgerMigration *ledger = ledger_of(run, 0);

    check_output(scenario, run, expected);
    ck_assert_uint_gt(ledger->traffic[TRAFFIC_STORED].messages, 0);
    if (algorithm == ALGORITHM_FLUSH) {
        ck_assert_int_eq(ledger->outcome, OUTCOME_ABORTED);
        ck_assert_uint_eq(ledger->error_number, ENOSPC);
    } else {
        ck_assert_int_eq(ledger->outcome, OUTCOME_DONE);
        ck_assert_int_eq(ledger->residue_ns, 0);
        ck_assert_uint_gt(ledger->traffic[TRAFFIC_PUSHED].messages, 0);
    }
}
END_TEST

/* -- the server crashes -- */

static const struct {
    enum algorithm algorithm;
    const char *links;
} losses[] = {
    { ALGORITHM_FLUSH, LINK },
    { ALGORITHM_FREEZE_FREE_FS, LINK },
    { ALGORITHM_FLUSH, LINK "loss = 0.01\n" },
    { ALGORITHM_FREEZE_FREE_FS, LINK "loss = 0.01\n" },
};

static Scenario *with_crash(int i, const char *crash)
{
    g_autofree char *rest = g_strconcat(losses[i].links, crash, NULL);
    Scenario *scenario = new_cluster(THIRD, "none", rest);

    scenario_add_process(scenario, "it", 0, "tally");
    scenario_add_migration(scenario, "it", MOVE_NS, 1,
                           scenario_algorithms[losses[i].algorithm]);
    return scenario;
}

static uint64_t count_messages(const Run *run)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < run->result->links->len; i++) {
        const LedgerLink *link = &g_array_index(run->result->links,
                                                LedgerLink, i);

        count += link->source == THIRD ? link->counts[LINK_MESSAGES] : 0;
    }
    return count;
}

/* What it has said is right; if it was ended, loudly, and not before it was the
 * file server alone that had pages of it. */
static bool survives(int i, const Scenario *scenario, const Run *run,
                     const char *expected)
{
    const ResultProcess *process = scenario_process(run, "it");
    const LedgerMigration *ledger = ledger_of(run, 0);
    g_autofree char *output = scenario_output(run, "it");

    ck_assert_msg(run->result->reason == NULL, "%s\n%s", run->result->reason,
                  scenario->text->str);
    ck_assert_str_eq(run->result->end, "quiet");
    ck_assert_msg(g_str_has_prefix(expected, output), "%s\n%s", output,
                  scenario->text->str);
    ck_assert_msg(process->facts.ended, "neither ended nor lost\n%s",
                  scenario->text->str);
    ck_assert(ledger->outcome == OUTCOME_DONE ||
              ledger->outcome == OUTCOME_ABORTED);
    if (ledger->outcome == OUTCOME_ABORTED) {
        ck_assert_int_eq(losses[i].algorithm, ALGORITHM_FLUSH);
        ck_assert_uint_eq(ledger->error_number, EHOSTUNREACH);
    }
    if (result_signal(&process->facts) == SIGKILL) {
        ck_assert_int_eq(ledger->outcome, OUTCOME_DONE);
        return false;
    }
    check_output(scenario, run, expected);
    return true;
}

START_TEST(lost_at_each_message)
{
    g_autoptr(Scenario) whole = with_crash(_i, "");
    g_autoptr(Run) whole_run = scenario_run(whole, true);
    g_autofree char *expected = scenario_output(whole_run, "it");
    uint64_t messages = count_messages(whole_run);
    unsigned fates[2] = { 0 };

    ck_assert_uint_eq(scenario_check(whole, whole_run), 1);
    ck_assert_uint_gt(messages, 2);
    for (uint64_t k = 1; k <= messages; k++) {
        g_autofree char *crash = g_strdup_printf(
            "[crash 2]\nmessage = %" G_GUINT64_FORMAT "\n", k);
        g_autoptr(Scenario) scenario = with_crash(_i, crash);
        g_autoptr(Run) run = scenario_run(scenario, true);

        fates[survives(_i, scenario, run, expected)]++;
    }
    ck_assert_uint_gt(fates[true], 0);
    ck_assert_uint_gt(fates[false], 0);
}
END_TEST

/* While pages are on their way to it, nobody needs it. */
START_TEST(lost_before_it_has_all)
{
    g_autoptr(Scenario) whole = with_crash(_i, "");
    g_autoptr(Run) whole_run = scenario_run(whole, true);
    g_autofree char *expected = scenario_output(whole_run, "it");

    for (unsigned n = scenario_repeats(2); n > 0; n--) {
        g_autofree char *crash = g_strdup_printf(
            "[crash 2]\nat = %" G_GUINT64_FORMAT "ns\n",
            MOVE_NS + scenario_random(150000));
        g_autoptr(Scenario) scenario = with_crash(_i, crash);
        g_autoptr(Run) run = scenario_run(scenario, true);

        ck_assert(survives(_i, scenario, run, expected));
    }
}
END_TEST

/* -- there is none -- */

START_TEST(without_a_server)
{
    g_autoptr(Scenario) scenario = scenario_new_with(
        "[experiment]\nname = test\n# no file_server\n"
        "[cluster]\nnodes = 2\n" LINK);
    g_autofree char *command = g_strdup_printf(
        "busybox sh -c \"echo 1 %s > /proc/self/goto; echo $?\"",
        scenario_algorithms[algorithms[_i]]);

    scenario_add_process(scenario, "it", 0, command);
    g_autoptr(Run) run = scenario_run(scenario, true);
    g_autofree char *output = scenario_output(run, "it");

    ck_assert_msg(g_str_equal(output, "1\n"), "%s", output);
    ck_assert_uint_eq(run->result->migrations->len, 1);
    ck_assert_int_eq(ledger_of(run, 0)->outcome, OUTCOME_ABORTED);
    ck_assert_uint_eq(ledger_of(run, 0)->error_number, ENODEV);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("flush");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, wherever_the_server_is, 0,
                        G_N_ELEMENTS(clusters));
    tcase_add_loop_test(tcase, without_room, 0, ALGORITHMS);
    tcase_add_loop_test(tcase, lost_at_each_message, 0, G_N_ELEMENTS(losses));
    tcase_add_loop_test(tcase, lost_before_it_has_all, 0, 2);
    tcase_add_loop_test(tcase, without_a_server, 0, ALGORITHMS);
    return scenario_main("flush", tcase);
}
