/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up experiments, see scenario.h.
 */
#include "scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "guest/include/uapi/pagers.h"

#define SEED_VARIABLE       "GODWIT_TEST_SEED"
#define FACTOR_VARIABLE     "GODWIT_TEST_FACTOR"
#define SEED_USUAL          1

const char *const scenario_algorithms[ALGORITHM_COUNT] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};

static const char *const pagers[PAGER_COUNT] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_PAGERS(X)
#undef X
};

static uint64_t random_state;

void scenario_seed(void)
{
    const char *seed = g_getenv(SEED_VARIABLE);

    random_state = seed != NULL ? g_ascii_strtoull(seed, NULL, 0) :
                                  SEED_USUAL;
    printf("%s=%" G_GUINT64_FORMAT "\n", SEED_VARIABLE, random_state);
    fflush(stdout);
}

uint64_t scenario_random(uint64_t below)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;   /* SplitMix64 */

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

const char *scenario_random_algorithm(void)
{
    return scenario_algorithms[scenario_random(ALGORITHM_COUNT)];
}

unsigned scenario_repeats(unsigned usual)
{
    const char *factor = g_getenv(FACTOR_VARIABLE);

    return factor != NULL ? usual * (unsigned)g_ascii_strtoull(factor, NULL, 0)
                          : usual;
}

Scenario *scenario_new(void)
{
    return scenario_new_with(
        "[experiment]\nname = test\nseed = 1\nuntil = 60s\n"
        "[cluster]\nnodes = 2\nmemory = 64MiB\nclock = 1GHz\n"
        "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n");
}

Scenario *scenario_new_with(const char *head)
{
    Scenario *scenario = g_new0(Scenario, 1);
    g_autoptr(GError) error = NULL;

    scenario->folder = g_dir_make_tmp("godwit-test-XXXXXX", &error);
    ck_assert_msg(scenario->folder != NULL, "%s",
                  error != NULL ? error->message : "");
    scenario->text = g_string_new(head);
    if (strstr(head, "file_server") == NULL) {
        /* some algorithms need one */
        g_string_replace(scenario->text, "[cluster]\n",
                         "[cluster]\nfile_server = 0\n", 1);
    }
    return scenario;
}

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_tree(below);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_remove(path);
}

void scenario_free(Scenario *scenario)
{
    if (scenario != NULL) {
        remove_tree(scenario->folder);
        g_free(scenario->folder);
        g_string_free(scenario->text, TRUE);
        g_free(scenario);
    }
}

void scenario_add_process(Scenario *scenario, const char *name, unsigned node,
                          const char *command)
{
    g_string_append_printf(scenario->text, "[process %s]\nnode = %u\n"
                           "command = %s\nstart = 0s\n", name, node, command);
}

void scenario_add_file(Scenario *scenario, const char *path,
                       const char *contents, size_t length)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *source = g_build_filename(scenario->folder, name, NULL);

    ck_assert(g_file_set_contents(source, contents, (gssize)length, NULL));
    g_string_append_printf(scenario->text, "[file %s]\nsource = %s\n", path,
                           name);
}

void scenario_add_migration(Scenario *scenario, const char *process,
                            uint64_t at_ns, unsigned to, const char *algorithm)
{
    scenario->migration_count++;
    g_string_append_printf(scenario->text, "[migration %u]\nprocess = %s\n"
                           "at = %" G_GUINT64_FORMAT "ns\nto = %u\n"
                           "algorithm = %s\npager = %s\n",
                           scenario->migration_count, process, at_ns, to,
                           algorithm, pagers[scenario_random(PAGER_COUNT)]);
}

void scenario_set_techniques(Scenario *scenario, const char *techniques)
{
    g_string_append_printf(scenario->text, "techniques = %s\n", techniques);
}

Run *scenario_run(Scenario *scenario, bool migrates)
{
    g_autofree char *path = g_build_filename(scenario->folder, "test.ini",
                                             NULL);
    g_autofree char *name = g_strdup_printf("run%u", scenario->run_count++);
    g_autofree char *folder = g_build_filename(scenario->folder, name, NULL);
    g_autoptr(GError) error = NULL;
    const RunOptions options = {
        .path = path,
        .experiment = { .no_migrations = !migrates },
        .folder = folder,
        .interrupt_fd = -1,
    };

    ck_assert(g_file_set_contents(path, scenario->text->str, -1, NULL));
    Run *run = run_experiment(&options, &error);
    ck_assert_msg(run != NULL, "%s\n%s",
                  error != NULL ? error->message : "", scenario->text->str);
    return run;
}

const ResultProcess *scenario_process(const Run *run, const char *name)
{
    for (unsigned i = 0; i < run->result->processes->len; i++) {
        const ResultProcess *process = run->result->processes->pdata[i];

        if (g_str_equal(process->name, name)) {
            return process;
        }
    }
    ck_abort_msg("no process %s", name);
    return NULL;
}

char *scenario_output(const Run *run, const char *name)
{
    g_autofree char *file = g_strdup_printf("%s.stdout", name);
    g_autofree char *path = g_build_filename(run->folder, "out", file, NULL);
    char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static bool is_refusal(const LedgerMigration *ledger)
{
    switch (ledger->outcome) {
    case OUTCOME_NOT_STARTED:
        return true;
    case OUTCOME_KILLED:        /* it ended in a round, before the freeze */
        return ledger->critical_messages == 0;
    case OUTCOME_ABORTED:
        return ledger->error_number == EALREADY;
    default:
        return false;
    }
}

unsigned scenario_check(const Scenario *scenario, const Run *run)
{
    unsigned done = 0;

    ck_assert_msg(run->result->reason == NULL, "%s\n%s", run->result->reason,
                  scenario->text->str);
    for (unsigned i = 0; i < run->result->migrations->len; i++) {
        const ResultMigration *migration = run->result->migrations->pdata[i];
        const LedgerMigration *ledger = migration->ledger;

        if (ledger->outcome == OUTCOME_DONE) {
            ck_assert_msg(ledger->residue_ns == 0 &&
                          ledger->drained_ns != LEDGER_UNKNOWN,
                          "migration %" G_GUINT64_FORMAT ": residue %"
                          G_GINT64_FORMAT " ns, drained: %d\n%s",
                          migration->id, ledger->residue_ns,
                          ledger->drained_ns != LEDGER_UNKNOWN,
                          scenario->text->str);
            done++;
        } else {
            ck_assert_msg(is_refusal(ledger), "migration %" G_GUINT64_FORMAT
                          ": %s, error %u\n%s", migration->id,
                          ledger_outcome_names[ledger->outcome],
                          ledger->error_number, scenario->text->str);
        }
    }
    return done;
}

int scenario_main(const char *name, TCase *tcase)
{
    Suite *suite = suite_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
