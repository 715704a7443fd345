/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment that a test makes up and runs, with and without its
 * migrations.
 */
#ifndef TESTS_GUEST_SCENARIO_H
#define TESTS_GUEST_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include <check.h>
#include <glib.h>

#include "guest/include/uapi/algorithms.h"
#include "lib/run.h"

#define SCENARIO_NODES  2

/* The names of all algorithms, by number. */
extern const char *const scenario_algorithms[ALGORITHM_COUNT];

typedef struct {
    GString *text;              /* the experiment file */
    char *folder;               /* temporary, with the file and the runs */
    unsigned migration_count;
    unsigned run_count;
} Scenario;

/* Two nodes at 50 us and 1 Gbit/s. */
Scenario *scenario_new(void);
/* `head`: the experiment file without processes, files and migrations. If it
 * has no file_server, that is node 0. */
Scenario *scenario_new_with(const char *head);
/* Removes what it has written. */
void scenario_free(Scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

/* `name` is the process's, too. */
void scenario_add_process(Scenario *scenario, const char *name, unsigned node,
                          const char *command);
void scenario_add_file(Scenario *scenario, const char *path,
                       const char *contents, size_t length);
/* Who serves its pages at the old host is random. */
void scenario_add_migration(Scenario *scenario, const char *process,
                            uint64_t at_ns, unsigned to,
                            const char *algorithm);

/* Of the migration that was added last. */
void scenario_set_techniques(Scenario *scenario, const char *techniques);

/* Fails the test, with the experiment file, if there is no result. */
Run *scenario_run(Scenario *scenario, bool migrates);

/* By name; fails the test if there is none. */
const ResultProcess *scenario_process(const Run *run, const char *name);
/* What it wrote to its standard output. */
char *scenario_output(const Run *run, const char *name);

/*
 * What must hold in any run: it did not fail; every migration that was done
 * adds up and left nothing behind, one that was not done came too late or
 * while another was under way. Returns how many were done.
 */
unsigned scenario_check(const Scenario *scenario, const Run *run);

/* Numbers from the seed of this test program, which is printed at its start:
 * GODWIT_TEST_SEED, else always the same. */
void scenario_seed(void);
uint64_t scenario_random(uint64_t below);
const char *scenario_random_algorithm(void);
/* Runs a test program's one case; the exit status of main. */
int scenario_main(const char *name, TCase *tcase);
/* How often to repeat: `usual` times GODWIT_TEST_FACTOR. */
unsigned scenario_repeats(unsigned usual);

#endif
