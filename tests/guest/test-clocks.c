/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes whose clocks and costs of instructions differ: programs that move
 * between them check themselves as ever, every migration adds up to the
 * nanosecond, and instructions are counted the same everywhere.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>

#include "scenario.h"

#include "lib/trace-file.h"

#define NODES           4u
#define GROUP_MOST      4
#define MOVES           6
#define RUNS_PER_GROUP  2
#define BOOT_NS         20000000u   /* the slowest is up by then */
#define TIMEOUT_S       300
#define NS_PER_S        1000000000u

/* An odd rate, a slow one, fractions of a nanosecond; a cycle each and not. */
#define CLUSTER \
    "[experiment]\nname = clocks\nseed = 1\nuntil = 30min\n" \
    "[cluster]\nnodes = 4\nmemory = 64MiB\n" \
    "[node 0]\nclock = 25MHz\ncost = static\n" \
    "[node 1]\nclock = 33.333MHz\ncost = insn\n" \
    "[node 2]\nclock = 1500MHz\ncost = static\n" \
    "[node 3]\nclock = 4GHz\ncost = insn\n" \
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"

static const uint64_t clocks_hz[NODES] = {
    25000000, 33333000, 1500000000, 4000000000,
};

/* All that the kernel's ways in and out consist of costs something else. */
#define CSR_CYCLES      31
#define SYSTEM_CYCLES   127
static const char costly_cluster[] =
    CLUSTER "[cost]\nload = 7\nstore = 11\nbranch = 3\njump = 5\n"
    "csr = " G_STRINGIFY(CSR_CYCLES) "\n"
    "system = " G_STRINGIFY(SYSTEM_CYCLES) "\n";

static const char *const clusters[] = { CLUSTER, costly_cluster };
#define CLUSTERS    (sizeof(clusters) / sizeof(clusters[0]))

static const char *const groups[][GROUP_MOST] = {
    { "regs", "sleep", "heap", "clock" },
    { "fpu", "threads", "files", "alarm" },
    { "mmap", "signals", "traps", "brutal" },
};
#define GROUPS  (sizeof(groups) / sizeof(groups[0]))

static void add_processes(Scenario *scenario, const char *const *group)
{
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        scenario_add_process(scenario, group[i], i, group[i]);
    }
}

static int compare_times(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Anywhere but where it is, at instants spread over the process's life. */
static void add_moves(Scenario *scenario, const char *process, unsigned node,
                      uint64_t end_ns)
{
    uint64_t at_ns[MOVES];

    for (unsigned i = 0; i < MOVES; i++) {
        at_ns[i] = BOOT_NS + scenario_random(end_ns);
    }
    qsort(at_ns, MOVES, sizeof(at_ns[0]), compare_times);
    for (unsigned i = 0; i < MOVES; i++) {
        node = (node + 1 + (unsigned)scenario_random(NODES - 1)) % NODES;
        scenario_add_migration(scenario, process, at_ns[i] + i, node,
                               scenario_random_algorithm());
    }
}

static unsigned move_about(const char *head, const char *const *group,
                           const Run *unmoved)
{
    g_autoptr(Scenario) scenario = scenario_new_with(head);

    add_processes(scenario, group);
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        add_moves(scenario, group[i], i,
                  scenario_process(unmoved, group[i])->facts.end_ns);
    }
    g_autoptr(Run) run = scenario_run(scenario, true);
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        const ResultProcess *process = scenario_process(run, group[i]);
        g_autofree char *is = scenario_output(run, group[i]);
        g_autofree char *should = scenario_output(unmoved, group[i]);

        ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                      g_str_equal(is, should), "%s: wait status %#x, output %s"
                      "\n%s", group[i], process->facts.wait_status, is,
                      scenario->text->str);
    }
    return scenario_check(scenario, run);
}

START_TEST(programs_move_between_clocks)
{
    const char *head = clusters[_i / (int)GROUPS];
    const char *const *group = groups[_i % (int)GROUPS];
    g_autoptr(Scenario) scenario = scenario_new_with(head);
    unsigned done = 0;

    for (int i = 0; i < _i; i++) {
        (void)scenario_random(1);       /* each its own instants */
    }
    add_processes(scenario, group);
    g_autoptr(Run) unmoved = scenario_run(scenario, false);
    (void)scenario_check(scenario, unmoved);
    for (unsigned i = scenario_repeats(RUNS_PER_GROUP); i > 0; i--) {
        done += move_about(head, group, unmoved);
    }
    ck_assert_uint_gt(done, 0);
}
END_TEST

/* On a slow node, a process is there only some time after it was to start. */
START_TEST(a_move_waits_for_its_process_to_start)
{
    g_autoptr(Scenario) scenario = scenario_new_with(CLUSTER);

    scenario_add_process(scenario, "regs", 0, "regs 20");
    scenario_add_migration(scenario, "regs", 1, 2, scenario_algorithms[_i]);
    scenario_add_migration(scenario, "regs", 2, 1, scenario_algorithms[_i]);
    g_autoptr(Run) run = scenario_run(scenario, true);
    ck_assert_uint_eq(scenario_check(scenario, run), 2);
    ck_assert_uint_eq(scenario_process(run, "regs")->facts.node, 1);
}
END_TEST

/* On each node: processor time is right to the cycle, and is kept. */
START_TEST(processor_time_is_exact)
{
    g_autoptr(Scenario) scenario = scenario_new_with(clusters[_i]);

    scenario_add_process(scenario, "exact", 0, "exact 20 4");
    scenario_add_process(scenario, "company", 1, "regs 20");
    g_autoptr(Run) run = scenario_run(scenario, true);
    const ResultProcess *process = scenario_process(run, "exact");
    g_autofree char *output = scenario_output(run, "exact");

    ck_assert_msg(g_str_has_prefix(output, "PASS exact "), "%s", output);
    ck_assert_int_eq(result_exit_status(&process->facts), 0);
    ck_assert_uint_eq(scenario_check(scenario, run), NODES);
}
END_TEST

START_TEST(instructions_are_the_same_everywhere)
{
    g_autoptr(Scenario) scenario = scenario_new_with(clusters[_i]);
    static const char *const names[NODES] = { "p0", "p1", "p2", "p3" };
    uint64_t should;

    for (unsigned i = 0; i < NODES; i++) {
        scenario_add_process(scenario, names[i], i, "heap");
    }
    g_autoptr(Run) run = scenario_run(scenario, true);
    (void)scenario_check(scenario, run);
    should = scenario_process(run, names[0])->facts.user_instructions;
    ck_assert_uint_gt(should, 0);
    for (unsigned i = 1; i < NODES; i++) {
        ck_assert_uint_eq(scenario_process(run, names[i])
                              ->facts.user_instructions, should);
    }
}
END_TEST

/* -- instants: what a program has seen itself -- */

/* The record of a mark of the only migration. */
static struct mb_trace_record find_mark(const Run *run,
                                        enum mb_phase_mark mark)
{
    g_autofree char *path = g_build_filename(run->folder, "trace.bin", NULL);
    struct mb_trace_record found = { 0 };
    int fd = open(path, O_RDONLY);

    ck_assert_int_ge(fd, 0);
    g_autoptr(TraceFile) trace = trace_file_open(fd, NULL);
    ck_assert_ptr_nonnull(trace);
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const struct mb_trace_record *record = &trace->records[i];

        if (record->type == MB_TRACE_PHASE && record->arg[0] == mark) {
            found = *record;
        }
    }
    ck_assert_int_eq(close(fd), 0);
    return found;
}

static uint64_t cycles_to_ns(uint64_t cycles, unsigned node)
{
    return (uint64_t)((unsigned __int128)cycles * NS_PER_S / clocks_hz[node]);
}

/*
 * Left behind the call, entered before the first reading. A reading counts
 * itself, so before the call two more instructions follow the first one; behind
 * it the second one has counted both. Without its code page the process has to
 * fault before it can read anything.
 */
static void check_marks(const Run *run, unsigned source, unsigned target)
{
    g_autofree char *output = scenario_output(run, "instants");
    const struct mb_trace_record left = find_mark(run, MB_MARK_FROZEN);
    const struct mb_trace_record entered = find_mark(run, MB_MARK_RESUMED);
    char *at = output;
    uint64_t instret = g_ascii_strtoull(at, &at, 10);
    uint64_t cycles = g_ascii_strtoull(at, &at, 10);

    ck_assert_uint_eq(left.node, source);
    ck_assert_uint_eq(left.instret, instret + 2);
    ck_assert_uint_eq(left.time_ns,
                      cycles_to_ns(cycles + SYSTEM_CYCLES, source));

    instret = g_ascii_strtoull(at, &at, 10);
    cycles = g_ascii_strtoull(at, &at, 10);
    ck_assert_uint_eq(entered.node, target);
    const ResultMigration *migration = run->result->migrations->pdata[0];
    if (migration->ledger->critical_pages == 0) {
        return;
    }
    ck_assert_uint_eq(entered.instret, instret - 2);
    ck_assert_uint_eq(entered.time_ns,
                      cycles_to_ns(cycles - CSR_CYCLES, target));
}

/* Those that freeze the process at once: with rounds it runs on first. */
static const char *const without_rounds[] = {
    "total-copy", "freeze-free", "copy-on-reference", "post-copy",
};

START_TEST(marks_are_exact_to_the_cycle)
{
    for (unsigned node = 0; node < NODES; node++) {
        g_autoptr(Scenario) scenario = scenario_new_with(costly_cluster);
        unsigned target = (node + 1) % NODES;
        g_autofree char *command = g_strdup_printf("instants %u %s", target,
                                                   without_rounds[_i]);

        scenario_add_process(scenario, "instants", node, command);
        g_autoptr(Run) run = scenario_run(scenario, true);
        ck_assert_uint_eq(scenario_check(scenario, run), 1);
        check_marks(run, node, target);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("clocks");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, programs_move_between_clocks, 0,
                        CLUSTERS * GROUPS);
    tcase_add_loop_test(tcase, a_move_waits_for_its_process_to_start, 0,
                        ALGORITHM_COUNT);
    tcase_add_loop_test(tcase, processor_time_is_exact, 0, CLUSTERS);
    tcase_add_loop_test(tcase, marks_are_exact_to_the_cycle, 0,
                        G_N_ELEMENTS(without_rounds));
    tcase_add_loop_test(tcase, instructions_are_the_same_everywhere, 0,
                        CLUSTERS);
    return scenario_main("clocks", tcase);
}
