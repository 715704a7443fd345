/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A migration that is repeated is as many: [migration 5] with `repeat = 3` is 5, 6
 * and 7 (docs/specs/experiment.md, "[migration N]"). What is written out has
 * each of them.
 */
#include "experiment.h"

#include "hw/abi/plan.h"

static bool check_repeat(const Experiment *experiment, const IniFile *ini,
                         const ExperimentMigration *m, GError **error)
{
    const char *missing = m->every_ns == EXPERIMENT_NONE ? "every"
        : m->back == EXPERIMENT_NONE ? "back" : NULL;

    if (missing != NULL) {
        return ini_file_fail(ini, m->group, "repeat", error, "there is no '%s'; "
                             "add it", missing);
    }
    if (experiment->migrations->len + m->repeat - 1 > MB_PLAN_MIGRATIONS) {
        return ini_file_fail(ini, m->group, "repeat", error, "more than %u "
                             "migrations", MB_PLAN_MIGRATIONS);
    }
    return experiment_check_node(experiment, ini, m->group, "back", m->back,
                                 error) &&
        experiment_check_before_end(experiment, ini, m->group, "repeat",
                                    m->at_ns + (m->repeat - 1) * m->every_ns,
                                    error);
}

/* Number `i` of them, from 1 on; the first one is there. */
static ExperimentMigration *make_next(const ExperimentMigration *first,
                                      uint64_t i)
{
    ExperimentMigration *next = g_memdup2(first, sizeof(*first));

    next->id = first->id + i;
    next->number = g_strdup_printf("%" G_GUINT64_FORMAT, next->id);
    next->group = g_strdup_printf("migration %s", next->number);
    next->process = g_strdup(first->process);
    next->at_ns = first->at_ns + i * first->every_ns;
    next->target = i % 2 == 0 ? first->target : first->back;
    return next;
}

static void make_single(ExperimentMigration *m)
{
    m->repeat = 1;
    m->every_ns = EXPERIMENT_NONE;
    m->back = EXPERIMENT_NONE;
}

static bool check_numbers(const Experiment *experiment, const IniFile *ini,
                          GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        ExperimentMigration *m = experiment->migrations->pdata[i];
        if (!g_hash_table_add(seen, &m->id)) {
            return ini_file_fail(ini, m->group, NULL, error, "a migration that "
                                 "is repeated has this number, too");
        }
    }
    return true;
}

bool experiment_repeat_migrations(Experiment *experiment, const IniFile *ini,
                                  GError **error)
{
    GPtrArray *migrations = experiment->migrations;
    unsigned count = migrations->len;

    for (unsigned i = 0; i < count; i++) {
        const ExperimentMigration *m = migrations->pdata[i];
        if (m->repeat > 1 && !check_repeat(experiment, ini, m, error)) {
            return false;
        }
        for (uint64_t k = 1; k < m->repeat; k++) {
            g_ptr_array_add(migrations, make_next(m, k));
        }
    }
    for (unsigned i = 0; i < migrations->len; i++) {
        make_single(migrations->pdata[i]);
    }
    return check_numbers(experiment, ini, error);
}
