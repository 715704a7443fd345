/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of /srv: used from the server's node and from others, by one process
 * and by several at a time, by processes that move, over links that lose
 * messages, and when a node crashes.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "scenario.h"

#include "guest/include/uapi/algorithms.h"
#include "hw/abi/trace.h"

#define SHARERS     3u
#define MOVES       6u
#define BOOT_NS     1000000u
#define RUN_NS      150000000u      /* while the sharers are at it */
#define RUNS        4u
#define TIMEOUT_S   300

static const char *const algorithms[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};

static Scenario *new_cluster(const char *disk, const char *link)
{
    g_autofree char *head = g_strdup_printf(
        "[experiment]\nname = test\nseed = 1\nuntil = 60s\n"
        "[cluster]\nnodes = %u\nfile_server = 0\ndisk = %s\n"
        "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n%s", SHARERS, disk, link);

    return scenario_new_with(head);
}

static void check_passed(const Scenario *scenario, const Run *run,
                         const char *name, const char *program)
{
    const ResultProcess *process = scenario_process(run, name);
    g_autofree char *output = scenario_output(run, name);
    g_autofree char *passed = g_strdup_printf("PASS %s ", program);

    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_has_prefix(output, passed),
                  "%s: wait status %#x, output %s\n%s", name,
                  process->facts.wait_status, output, scenario->text->str);
}

/* The same program, in the tree of its own and on every kind of disk. */
START_TEST(is_a_file_system)
{
    static const char *const disks[] = { "none", "hdd-1996", "ssd" };
    g_autoptr(Scenario) scenario = new_cluster(disks[_i], "");

    scenario_add_process(scenario, "server", 0, "files 2 /srv");
    g_autoptr(Run) run = scenario_run(scenario, false);
    check_passed(scenario, run, "server", "files");

    g_autoptr(Scenario) remote = new_cluster(disks[_i], "");
    scenario_add_process(remote, "client", 1, "files 2 /srv");
    g_autoptr(Run) remote_run = scenario_run(remote, false);
    check_passed(remote, remote_run, "client", "files");
}
END_TEST

static void add_sharers(Scenario *scenario, const char *mode)
{
    for (unsigned i = 0; i < SHARERS; i++) {
        g_autofree char *name = g_strdup_printf("share%u", i);
        g_autofree char *command = g_strdup_printf("share %u %u 5 %s", i,
                                                   SHARERS, mode);

        scenario_add_process(scenario, name, i, command);
    }
}

static int compare_times(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* To any other node, one behind the other. */
static void add_moves(Scenario *scenario, unsigned sharer)
{
    g_autofree char *name = g_strdup_printf("share%u", sharer);
    unsigned node = sharer;
    uint64_t at_ns[MOVES];

    for (unsigned i = 0; i < MOVES; i++) {
        at_ns[i] = BOOT_NS + scenario_random(RUN_NS);
    }
    qsort(at_ns, MOVES, sizeof(at_ns[0]), compare_times);
    for (unsigned i = 0; i < MOVES; i++) {
        node = (node + 1 + (unsigned)scenario_random(SHARERS - 1)) % SHARERS;
        scenario_add_migration(scenario, name, at_ns[i] + i, node,
                               algorithms[scenario_random(ALGORITHM_COUNT)]);
    }
}

static const struct {
    const char *mode;
    const char *disk;
    const char *link;
} shares[] = {
    { "open", "none", "" },
    { "keep", "none", "" },
    { "open", "ssd", "loss = 0.05\nduplication = 0.05\nreordering = 0.05\n" },
    { "keep", "hdd-1996", "loss = 0.05\n" },
};

/* Nobody ever reads what is out of date, wherever they are. */
START_TEST(sharers_agree)
{
    for (int i = 0; i < _i; i++) {
        (void)scenario_random(1);       /* each case its own instants */
    }
    for (unsigned i = scenario_repeats(RUNS); i > 0; i--) {
        g_autoptr(Scenario) scenario = new_cluster(shares[_i].disk,
                                                   shares[_i].link);
        unsigned done;

        add_sharers(scenario, shares[_i].mode);
        for (unsigned k = 0; k < SHARERS; k++) {
            add_moves(scenario, k);
        }
        g_autoptr(Run) run = scenario_run(scenario, true);
        for (unsigned k = 0; k < SHARERS; k++) {
            g_autofree char *name = g_strdup_printf("share%u", k);

            check_passed(scenario, run, name, "share");
        }
        done = scenario_check(scenario, run);
        ck_assert_uint_gt(done, 0);
    }
}
END_TEST

/* Calls fail, and nothing waits for ever. */
START_TEST(lost_server)
{
    g_autoptr(Scenario) scenario = new_cluster("none", "[crash 0]\n"
                                               "at = 20ms\n");

    scenario_add_process(scenario, "client", 1, "files 100 /srv");
    g_autoptr(Run) run = scenario_run(scenario, false);
    const ResultProcess *process = scenario_process(run, "client");
    g_autofree char *output = scenario_output(run, "client");

    ck_assert_int_eq(result_exit_status(&process->facts), 1);
    ck_assert_msg(g_str_has_prefix(output, "FAIL "), "%s", output);
}
END_TEST

/* What it had modified is gone, and the trace says so; others go on. */
START_TEST(lost_client)
{
    g_autoptr(Scenario) scenario = new_cluster("none", "[crash 1]\n"
                                               "at = 20ms\n");

    scenario_add_process(scenario, "lost", 1, "share 0 2 100 open");
    scenario_add_process(scenario, "other", 2, "files 8 /srv");
    g_autoptr(Run) run = scenario_run(scenario, false);
    g_autofree char *path = g_build_filename(run->folder, "trace.bin", NULL);
    g_autofree char *trace = NULL;
    size_t length = 0;
    bool told = false;

    check_passed(scenario, run, "other", "files");
    ck_assert(g_file_get_contents(path, &trace, &length, NULL));
    for (size_t at = sizeof(struct mb_trace_file); at < length;
         at += sizeof(struct mb_trace_record)) {
        struct mb_trace_record record;

        memcpy(&record, trace + at, sizeof(record));
        told = told || (record.type == MB_TRACE_FILE_LOST && record.node == 0 &&
                        record.arg[1] == 1);
    }
    ck_assert(told);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("served");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, is_a_file_system, 0, 3);
    tcase_add_loop_test(tcase, sharers_agree, 0, G_N_ELEMENTS(shares));
    tcase_add_test(tcase, lost_server);
    tcase_add_test(tcase, lost_client);
    return scenario_main("served", tcase);
}
