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

static bool check_migration(const Experiment *experiment, const IniFile *ini,
                            ExperimentMigration *migration, GError **error)
{
    if (!experiment_check_number(ini, migration->group, migration->number, 1,
                                 &migration->id, error) ||
        !find_process(experiment, ini, migration, error) ||
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

/* `node` and the file server can talk to each other. */
static bool check_server_link(const Experiment *experiment,
                              const IniFile *ini,
                              const ExperimentMigration *migration,
                              uint64_t node, GError **error)
{
    uint64_t server = experiment->file_server;

    if (node == server || experiment_link(experiment, node, server) != NULL) {
        return true;
    }
    return ini_file_fail(ini, migration->group, "algorithm", error, "needs the "
                         "file server, but node %" G_GUINT64_FORMAT " has no "
                         "link to it; add [link %" G_GUINT64_FORMAT "-%"
                         G_GUINT64_FORMAT "] or [link]", node,
                         MIN(node, server), MAX(node, server));
}

/* Some algorithms send pages to the file server. */
static bool check_server(const Experiment *experiment, const IniFile *ini,
                         const ExperimentMigration *migration, uint64_t source,
                         GError **error)
{
    if (!algorithm_stores(migration->algorithm_number)) {
        return true;
    }
    if (experiment->file_server == EXPERIMENT_NONE) {
        return ini_file_fail(ini, migration->group, "algorithm", error,
                             "sends pages to the file server, and there is "
                             "none; add file_server = NODE to [cluster]");
    }
    return check_server_link(experiment, ini, migration, source, error) &&
        check_server_link(experiment, ini, migration, migration->target,
                          error);
}

/* The moves of one process, in order of time: no two at once, none to where
 * it already is, each over a link. */
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
        if (experiment_link(experiment, node, m->target) == NULL) {
            return ini_file_fail(ini, m->group, "to", error, "process '%s' is "
                                 "on node %" G_GUINT64_FORMAT ", which has no "
                                 "link to node %" G_GUINT64_FORMAT "; add "
                                 "[link %" G_GUINT64_FORMAT "-%"
                                 G_GUINT64_FORMAT "] or [link]", process->name,
                                 node, m->target, node, m->target);
        }
        if (!check_server(experiment, ini, m, node, error)) {
            return false;
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
    if (!experiment_repeat_migrations(experiment, ini, error)) {
        return false;
    }
    g_ptr_array_sort(experiment->migrations, compare_migrations);
    for (uint32_t i = 0; i < experiment->processes->len; i++) {
        if (!check_route(experiment, ini, i, error)) {
            return false;
        }
    }
    return true;
}
