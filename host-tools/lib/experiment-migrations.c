/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrations of an experiment: whom, where to, when, and whether one can
 * follow the other (docs/specs/experiment.md, "[migration N]").
 */
#include "experiment.h"

#include <string.h>

#include "nearest.h"
#include "units.h"

#include "guest/include/uapi/algorithms.h"
#include "hw/abi/plan.h"

/* N of [migration N]: canonical, so that no two groups mean the same. */
static bool check_id(const IniFile *ini, ExperimentMigration *migration,
                     GError **error)
{
    const char *text = strchr(migration->group, ' ') + 1;
    g_autofree char *canonical = NULL;

    if (unit_parse(UNIT_NONE, text, &migration->id, NULL)) {
        canonical = unit_format(UNIT_NONE, migration->id);
    }
    if (canonical == NULL || strcmp(canonical, text) != 0 ||
        migration->id == 0 || migration->id > UINT32_MAX) {
        return ini_file_fail(ini, migration->group, NULL, error,
                             "write [migration N] with a number from 1");
    }
    return true;
}

static bool find_process(const Experiment *experiment, const IniFile *ini,
                         ExperimentMigration *migration, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (unsigned i = 0; i < experiment->processes->len; i++) {
        const ExperimentProcess *process = experiment->processes->pdata[i];
        if (strcmp(process->name, migration->process) == 0) {
            migration->process_index = i;
            return true;
        }
        g_ptr_array_add(names, process->name);
    }
    g_autofree char *remedy = nearest_remedy(
        migration->process, (const char *const *)names->pdata, names->len);
    return ini_file_fail(ini, migration->group, "process", error,
                         "there is no [process %s]%s", migration->process,
                         remedy);
}

static bool find_algorithm(const IniFile *ini, ExperimentMigration *migration,
                           GError **error)
{
    static const char *const names[ALGORITHM_COUNT] = {
#define X(symbol, number, name) [number] = name,
        GODWIT_ALGORITHMS(X)
#undef X
    };

    for (uint32_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (strcmp(names[i], migration->algorithm) == 0) {
            migration->algorithm_number = i;
            return true;
        }
    }
    g_autofree char *remedy = nearest_remedy(migration->algorithm, names,
                                             ALGORITHM_COUNT);
    return ini_file_fail(ini, migration->group, "algorithm", error,
                         "there is no algorithm '%s'%s", migration->algorithm,
                         remedy);
}

static bool check_migration(const Experiment *experiment, const IniFile *ini,
                            ExperimentMigration *migration, GError **error)
{
    if (!check_id(ini, migration, error) ||
        !find_process(experiment, ini, migration, error) ||
        !find_algorithm(ini, migration, error) ||
        !experiment_check_node(experiment, ini, migration->group, "to",
                               migration->target, error) ||
        !experiment_check_before_end(experiment, ini, migration->group, "at",
                                     migration->at_ns, error)) {
        return false;
    }
    const ExperimentProcess *process =
        experiment->processes->pdata[migration->process_index];
    if (migration->at_ns <= process->start_ns) {
        g_autofree char *start = unit_format(UNIT_TIME, process->start_ns);
        return ini_file_fail(ini, migration->group, "at", error, "is not after "
                             "the start of [%s] at %s", process->group, start);
    }
    return true;
}

static int compare_migrations(const void *a, const void *b)
{
    const ExperimentMigration *left = *(ExperimentMigration *const *)a;
    const ExperimentMigration *right = *(ExperimentMigration *const *)b;

    if (left->at_ns != right->at_ns) {
        return left->at_ns < right->at_ns ? -1 : 1;
    }
    return (left->id > right->id) - (left->id < right->id);
}

/* The moves of one process, in order of time: no two at once, none to where
 * it already is. */
static bool check_route(const Experiment *experiment, const IniFile *ini,
                        uint32_t index, GError **error)
{
    const ExperimentProcess *process = experiment->processes->pdata[index];
    const ExperimentMigration *last = NULL;
    uint64_t node = process->node;

    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        const ExperimentMigration *m = experiment->migrations->pdata[i];
        if (m->process_index != index) {
            continue;
        }
        if (last != NULL && last->at_ns == m->at_ns) {
            return ini_file_fail(ini, m->group, "at", error, "[%s] moves "
                                 "process '%s' at the same time", last->group,
                                 process->name);
        }
        if (m->target == node) {
            return ini_file_fail(ini, m->group, "to", error, "process '%s' is "
                                 "on node %" G_GUINT64_FORMAT " already, since "
                                 "[%s]", process->name, node,
                                 last != NULL ? last->group : process->group);
        }
        node = m->target;
        last = m;
    }
    return true;
}

bool experiment_check_migrations(Experiment *experiment, const IniFile *ini,
                                 GError **error)
{
    if (experiment->migrations->len > MB_PLAN_MIGRATIONS) {
        return ini_file_fail(ini, NULL, NULL, error, "more than %u migrations",
                             MB_PLAN_MIGRATIONS);
    }
    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        if (!check_migration(experiment, ini, experiment->migrations->pdata[i],
                             error)) {
            return false;
        }
    }
    g_ptr_array_sort(experiment->migrations, compare_migrations);
    for (uint32_t i = 0; i < experiment->processes->len; i++) {
        if (!check_route(experiment, ini, i, error)) {
            return false;
        }
    }
    return true;
}
