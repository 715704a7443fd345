/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that are moved at arbitrary instants, several times, by all
 * algorithms, and check themselves all the while (guest/user).
 *
 * Those that run together are independent processes on both nodes: their moves
 * meet in the kernels and on the link.
 */
#include <stdlib.h>

#include <check.h>

#include "scenario.h"

#define GROUP_MOST      6
#define MOVES           5
#define BOOT_NS         1000000u    /* nothing can be moved before */
#define RUNS_PER_GROUP  6
#define QUEUED_MOVES    (ALGORITHM_COUNT + 1u)
#define FIRST_MOVE_NS   3000000u
#define TIMEOUT_S       300

static const char *const groups[][GROUP_MOST] = {
    { "regs", "stack", "heap", "chase" },
    { "fpu", "matrix", "data", "brk" },
    { "mmap", "files", "signals", "code" },
    { "sparse", "traps", "sleep", "clock" },
    { "brutal", "files", "mmap", "threads" },
    { "regs" },
    { "brutal" },
    { "threads", "calls", "alarm" },
};
#define GROUPS  (sizeof(groups) / sizeof(groups[0]))

/* Programs with working sets, whose references to memory differ. */
static const char *const workloads[GROUP_MOST] = {
    "matrix", "sort", "join", "chase", "compile", "editor",
};

/* When each would be at its end without any migration. */
typedef struct {
    uint64_t end_ns;
    char *output;
} Reference;

static void add_processes(Scenario *scenario, const char *const *group)
{
    for (unsigned i = 0; i < GROUP_MOST && group[i] != NULL; i++) {
        scenario_add_process(scenario, group[i], i % SCENARIO_NODES,
                             group[i]);
    }
}

static int compare_times(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* To and fro at instants spread over the process's life; NULL: by whichever
 * algorithm. */
static void add_moves(Scenario *scenario, const char *process, unsigned node,
                      uint64_t end_ns, const char *algorithm)
{
    uint64_t at_ns[MOVES];

    for (unsigned i = 0; i < MOVES; i++) {
        at_ns[i] = BOOT_NS + scenario_random(end_ns);
    }
    qsort(at_ns, MOVES, sizeof(at_ns[0]), compare_times);
    for (unsigned i = 0; i < MOVES; i++) {
        node = (node + 1) % SCENARIO_NODES;
        scenario_add_migration(scenario, process, at_ns[i] + i, node,
                               algorithm != NULL ? algorithm :
                               scenario_random_algorithm());
    }
}

static void take_references(const char *const *group, Reference *references)
{
    g_autoptr(Scenario) scenario = scenario_new();

    add_processes(scenario, group);
    g_autoptr(Run) run = scenario_run(scenario, false);
    (void)scenario_check(scenario, run);
    for (unsigned i = 0; i < GROUP_MOST && group[i] != NULL; i++) {
        const ResultProcess *process = scenario_process(run, group[i]);
        g_autofree char *passed = g_strdup_printf("PASS %s ", group[i]);

        references[i].end_ns = process->facts.end_ns;
        references[i].output = scenario_output(run, group[i]);
        ck_assert_msg(g_str_has_prefix(references[i].output, passed), "%s",
                      references[i].output);
    }
}

static unsigned run_once(const char *const *group,
                         const Reference *references, const char *algorithm)
{
    g_autoptr(Scenario) scenario = scenario_new();

    add_processes(scenario, group);
    for (unsigned i = 0; i < GROUP_MOST && group[i] != NULL; i++) {
        add_moves(scenario, group[i], i % SCENARIO_NODES,
                  references[i].end_ns, algorithm);
    }
    g_autoptr(Run) run = scenario_run(scenario, true);
    for (unsigned i = 0; i < GROUP_MOST && group[i] != NULL; i++) {
        const ResultProcess *process = scenario_process(run, group[i]);
        g_autofree char *output = scenario_output(run, group[i]);

        ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                      g_str_equal(output, references[i].output),
                      "%s: wait status %#x, output %s\n%s", group[i],
                      process->facts.wait_status, output,
                      scenario->text->str);
    }
    return scenario_check(scenario, run);
}

static void check_group(const char *const *group, unsigned runs,
                        const char *algorithm)
{
    Reference references[GROUP_MOST] = { { 0 } };
    unsigned done = 0;

    take_references(group, references);
    for (unsigned i = scenario_repeats(runs); i > 0; i--) {
        done += run_once(group, references, algorithm);
    }
    ck_assert_uint_gt(done, 0);
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        g_free(references[i].output);
    }
}

/* Each loop its own instants. */
static void skip_random(int count)
{
    for (int i = 0; i < count; i++) {
        (void)scenario_random(1);
    }
}

START_TEST(survive_moves)
{
    skip_random(_i);
    check_group(groups[_i], RUNS_PER_GROUP, NULL);
}
END_TEST

START_TEST(survive_algorithm)
{
    skip_random(_i);
    check_group(workloads, 1, scenario_algorithms[_i]);
}
END_TEST

/* It looks after its moves itself: one per turn, each algorithm in turn. */
START_TEST(moves_itself)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, "selfgoto", 0, "selfgoto 8");
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultProcess *process = scenario_process(run, "selfgoto");
    g_autofree char *output = scenario_output(run, "selfgoto");

    ck_assert_msg(g_str_has_prefix(output, "PASS selfgoto "), "%s", output);
    ck_assert_int_eq(result_exit_status(&process->facts), 0);
    ck_assert_uint_eq(scenario_check(scenario, run), 8);
}
END_TEST

/* All are due before the first has even arrived: each is done, in order. */
START_TEST(moves_wait_for_their_turn)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, "chase", 0, "chase 60");
    for (unsigned i = 0; i < QUEUED_MOVES; i++) {
        scenario_add_migration(scenario, "chase", FIRST_MOVE_NS + i, (i + 1) % 2,
                               scenario_algorithms[i % ALGORITHM_COUNT]);
    }
    g_autoptr(Run) run = scenario_run(scenario, true);

    ck_assert_uint_eq(scenario_check(scenario, run), QUEUED_MOVES);
    for (unsigned i = 0; i < QUEUED_MOVES; i++) {
        const ResultMigration *migration = run->result->migrations->pdata[i];

        ck_assert_uint_eq(migration->ledger->epoch, i + 1);
        ck_assert_uint_eq(migration->ledger->target, (i + 1) % 2);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("programs");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, survive_moves, 0, GROUPS);
    tcase_add_loop_test(tcase, survive_algorithm, 0, ALGORITHM_COUNT);
    tcase_add_test(tcase, moves_itself);
    tcase_add_test(tcase, moves_wait_for_their_turn);
    return scenario_main("programs", tcase);
}
