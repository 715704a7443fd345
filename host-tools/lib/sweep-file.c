/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a sweep file (docs/specs/sweep.md): the grid, without its points.
 */
#include "sweep-file.h"

#include <string.h>

#include "experiment.h"
#include "nearest.h"
#include "units.h"

#define SWEEP_GROUP     "sweep"
#define AXIS_PREFIX     "axis "
#define AXES_MAX        16u

static const char *const sweep_keys[] = {
    "name", "experiment", "jobs", "keep", "compare",
};

static void free_point(void *data)
{
    SweepPoint *point = data;

    g_strfreev(point->sets);
    g_free(point->reason);
    g_free(point->end);
    g_free(point);
}

void sweep_free(Sweep *sweep)
{
    if (sweep != NULL) {
        ini_file_free(sweep->ini);
        g_free(sweep->name);
        g_free(sweep->experiment);
        g_free(sweep->path);
        g_ptr_array_unref(sweep->axes);
        g_ptr_array_unref(sweep->points);
        g_ptr_array_unref(sweep->runs);
        g_free(sweep);
    }
}

bool sweep_file_check_keys(const IniFile *ini, const char *group,
                           const char *const *known, size_t count,
                           GError **error)
{
    g_auto(GStrv) names = ini_file_keys(ini, group);

    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        bool found = false;
        for (size_t k = 0; k < count; k++) {
            found = found || strcmp(names[i], known[k]) == 0;
        }
        if (!found) {
            g_autofree char *remedy = nearest_remedy(names[i], known, count);
            return ini_file_fail(ini, group, names[i], error, "no such key%s",
                                 remedy);
        }
    }
    return true;
}

char *sweep_file_need(const IniFile *ini, const char *group, const char *key,
                      const char *doc, GError **error)
{
    g_autofree char *text = ini_file_get(ini, group, key);

    if (text == NULL) {
        ini_file_fail(ini, group, NULL, error, "no '%s' (%s); add it", key,
                      doc);
        return NULL;
    }
    if (*text == '\0') {
        ini_file_fail(ini, group, key, error, "is empty");
        return NULL;
    }
    return g_steal_pointer(&text);
}

static bool read_jobs(Sweep *sweep, GError **error)
{
    g_autofree char *text = ini_file_get(sweep->ini, SWEEP_GROUP, "jobs");
    g_autoptr(GError) cause = NULL;
    uint64_t jobs;

    if (text == NULL) {
        return true;
    }
    if (!unit_parse(UNIT_NONE, text, &jobs, &cause)) {
        return ini_file_fail(sweep->ini, SWEEP_GROUP, "jobs", error, "%s",
                             cause->message);
    }
    sweep->jobs = (unsigned)jobs;
    return (jobs >= 1 && jobs <= SWEEP_JOBS_MAX) ||
        ini_file_fail(sweep->ini, SWEEP_GROUP, "jobs", error,
                      "%s is out of range: 1 to %u", text, SWEEP_JOBS_MAX);
}

/* One of two; the first one if the key is not given. */
static bool read_choice(const Sweep *sweep, const char *key,
                        const char *const choices[static 2], bool *is_second,
                        GError **error)
{
    g_autofree char *text = ini_file_get(sweep->ini, SWEEP_GROUP, key);

    *is_second = text != NULL && strcmp(text, choices[1]) == 0;
    if (text == NULL || *is_second || strcmp(text, choices[0]) == 0) {
        return true;
    }
    g_autofree char *remedy = nearest_remedy(text, choices, 2);
    return ini_file_fail(sweep->ini, SWEEP_GROUP, key, error,
                         "there is no '%s'%s", text, remedy);
}

static bool read_choices(Sweep *sweep, GError **error)
{
    static const char *const keep[] = { "results", "all" };
    static const char *const compare[] = { "undisturbed", "none" };
    bool nothing;

    if (!read_choice(sweep, "keep", keep, &sweep->keep_all, error) ||
        !read_choice(sweep, "compare", compare, &nothing, error)) {
        return false;
    }
    sweep->compares = !nothing;
    return true;
}

static bool read_sweep(Sweep *sweep, const char *path, GError **error)
{
    const IniFile *ini = sweep->ini;
    g_autofree char *folder = g_path_get_dirname(path);

    if (!sweep_file_check_keys(ini, SWEEP_GROUP, sweep_keys,
                               G_N_ELEMENTS(sweep_keys), error)) {
        return false;
    }
    sweep->name = sweep_file_need(ini, SWEEP_GROUP, "name", "names the sweep",
                                  error);
    if (sweep->name == NULL) {
        return false;
    }
    if (!experiment_is_name(sweep->name)) {
        return ini_file_fail(ini, SWEEP_GROUP, "name", error, "'%s' is no "
                             "name: letters, digits, '.', '-' and '_'",
                             sweep->name);
    }
    sweep->experiment = sweep_file_need(ini, SWEEP_GROUP, "experiment",
                                        "the experiment's file", error);
    if (sweep->experiment == NULL) {
        return false;
    }
    sweep->path = g_path_is_absolute(sweep->experiment) ||
        strcmp(folder, ".") == 0
        ? g_strdup(sweep->experiment)
        : g_build_filename(folder, sweep->experiment, NULL);
    if (!g_file_test(sweep->path, G_FILE_TEST_IS_REGULAR)) {
        return ini_file_fail(ini, SWEEP_GROUP, "experiment", error,
                             "there is no file %s; name one relative to this "
                             "file", sweep->path);
    }
    return read_jobs(sweep, error) && read_choices(sweep, error);
}

static bool read_groups(Sweep *sweep, GError **error)
{
    g_auto(GStrv) groups = ini_file_groups(sweep->ini);

    for (size_t i = 0; groups[i] != NULL; i++) {
        if (strcmp(groups[i], SWEEP_GROUP) == 0) {
            continue;
        }
        if (!g_str_has_prefix(groups[i], AXIS_PREFIX)) {
            return ini_file_fail(sweep->ini, groups[i], NULL, error,
                                 "no such group; there is [sweep], "
                                 "[axis NAME]");
        }
        if (sweep->axes->len == AXES_MAX) {
            return ini_file_fail(sweep->ini, groups[i], NULL, error,
                                 "there can be %u axes", AXES_MAX);
        }
        SweepAxis *axis = sweep_axis_read(sweep, groups[i], groups[i] +
                                          strlen(AXIS_PREFIX), error);
        if (axis == NULL) {
            return false;
        }
        g_ptr_array_add(sweep->axes, axis);
    }
    return sweep->axes->len > 0 ||
        ini_file_fail(sweep->ini, NULL, NULL, error, "no group [axis NAME]; "
                      "add one with 'key' and 'values'");
}

/* Before they are made: the product of the axes may be anything. */
static bool check_count(const Sweep *sweep, GError **error)
{
    uint64_t count = 1;

    for (unsigned i = 0; i < sweep->axes->len; i++) {
        const SweepAxis *axis = sweep->axes->pdata[i];
        count *= axis->values->len;
        if (count > SWEEP_POINTS_MAX) {
            return ini_file_fail(sweep->ini, axis->group, "values", error,
                                 "more than %u points; make several sweeps",
                                 SWEEP_POINTS_MAX);
        }
    }
    return true;
}

Sweep *sweep_load(const char *path, GError **error)
{
    g_autoptr(Sweep) sweep = g_new0(Sweep, 1);

    sweep->axes = g_ptr_array_new_with_free_func(sweep_axis_free);
    sweep->points = g_ptr_array_new();
    sweep->runs = g_ptr_array_new_with_free_func(free_point);
    sweep->ini = ini_file_load(path, error);
    if (sweep->ini == NULL) {
        return NULL;
    }
    if (!ini_file_has_group(sweep->ini, SWEEP_GROUP)) {
        ini_file_fail(sweep->ini, NULL, NULL, error, "no group [%s]; add it",
                      SWEEP_GROUP);
        return NULL;
    }
    if (!read_sweep(sweep, path, error) || !read_groups(sweep, error) ||
        !check_count(sweep, error)) {
        return NULL;
    }
    sweep_make_points(sweep);
    return g_steal_pointer(&sweep);
}
