/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the first references to the heap are recorded: the record is what the
 * program did, and the program does not notice that it was watched.
 */
#include <fcntl.h>
#include <unistd.h>

#include <check.h>

#include "scenario.h"

#include "lib/trace-file.h"

#define TIMEOUT_S   300
#define REFERENCES  10u
#define MODE_PATH   "/etc/heap-references"
#define MOVES       8
#define FIRST_NS    1500000u
#define STEP_NS     300000u

/* What heap pages may travel, beside which ones are recorded. */
static Scenario *new_scenario(unsigned pages)
{
    Scenario *scenario = scenario_new();
    char digit = (char)('0' + pages);

    scenario_add_file(scenario, MODE_PATH, &digit, 1);
    return scenario;
}

static TraceFile *open_trace(const Run *run)
{
    g_autofree char *path = g_build_filename(run->folder, "trace.bin", NULL);
    int fd = open(path, O_RDONLY);
    TraceFile *trace = trace_file_open(fd, NULL);

    ck_assert_ptr_nonnull(trace);
    ck_assert_int_eq(close(fd), 0);
    return trace;
}

/* The accesses in the order in which accesses.c makes them: where a page is
 * first accessed, and the one that no node has. */
static const unsigned pages_before[REFERENCES] = { 0, 1, 2, 2, 3, 4, 0, 5, 1, 0 };
#define UNTOUCHED   6

static void check_reference(const struct mb_trace_record *record,
                            uint64_t number, const char *line, unsigned pages)
{
    bool local = number == UNTOUCHED || pages_before[number] < pages;

    ck_assert_uint_eq(record->arg[0], number);
    ck_assert_uint_eq(record->arg[1], g_ascii_strtoull(line, NULL, 16));
    ck_assert_msg(record->arg[2] == local, "reference %u with %u pages",
                  (unsigned)number, pages);
}

START_TEST(each_reference_is_recorded)
{
    unsigned pages = (unsigned)_i;
    g_autoptr(Scenario) scenario = new_scenario(pages);
    uint64_t number = 0;

    scenario_add_process(scenario, "accesses", 0, "accesses");
    g_autoptr(Run) run = scenario_run(scenario, true);
    g_autofree char *output = scenario_output(run, "accesses");
    g_auto(GStrv) lines = g_strsplit(output, "\n", 0);
    g_autoptr(TraceFile) trace = open_trace(run);

    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    ck_assert_msg(strstr(output, "PASS accesses ") != NULL, "%s", output);
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const struct mb_trace_record *record = &trace->records[i];

        if (record->type == MB_TRACE_REFERENCE) {
            ck_assert_uint_lt(number, REFERENCES);
            check_reference(record, number, lines[number], pages);
            number++;
        }
    }
    ck_assert_uint_eq(number, REFERENCES);
}
END_TEST

static const char *const programs[] = {
    "heap", "fpu", "matrix", "threads", "signals", "mmap", "chase",
};

/* Moves while it is still recorded, too: what is left of it is forgotten. */
START_TEST(a_watched_program_does_not_notice)
{
    const char *program = programs[_i];
    g_autoptr(Scenario) scenario = new_scenario(1);

    scenario_add_process(scenario, program, 0, program);
    for (unsigned i = 0; i < MOVES; i++) {
        scenario_add_migration(scenario, program, FIRST_NS + i * STEP_NS,
                               (i + 1) % SCENARIO_NODES,
                               scenario_random_algorithm());
    }
    g_autoptr(Run) unmoved = scenario_run(scenario, false);
    g_autoptr(Run) run = scenario_run(scenario, true);
    g_autofree char *is = scenario_output(run, program);
    g_autofree char *should = scenario_output(unmoved, program);

    ck_assert_msg(g_str_equal(is, should), "%s: %s", program, is);
    ck_assert_uint_gt(scenario_check(scenario, run), 0);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("references");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, each_reference_is_recorded, 0, 7);
    tcase_add_loop_test(tcase, a_watched_program_does_not_notice, 0,
                        G_N_ELEMENTS(programs));
    return scenario_main("references", tcase);
}
