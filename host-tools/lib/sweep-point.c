/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The points of a sweep: their values, whether they are valid, and their keys
 * (docs/specs/sweep.md).
 */
#include "sweep.h"

#include <string.h>

#include "error.h"
#include "experiment.h"
#include "ramdisk.h"
#include "sweep-key.h"
#include "testbed.h"

/* The last axis goes fastest. */
static unsigned value_index(const Sweep *sweep, unsigned number, unsigned axis)
{
    unsigned stride = 1;

    for (unsigned i = axis + 1; i < sweep->axes->len; i++) {
        stride *= ((const SweepAxis *)sweep->axes->pdata[i])->values->len;
    }
    const SweepAxis *own = sweep->axes->pdata[axis];
    return number / stride % own->values->len;
}

const SweepValue *sweep_value(const Sweep *sweep, const SweepPoint *point,
                              unsigned axis)
{
    const SweepAxis *own = sweep->axes->pdata[axis];

    return own->values->pdata[value_index(sweep, point->number, axis)];
}

static SweepPoint *add_run(Sweep *sweep, unsigned number, bool moves)
{
    SweepPoint *point = g_new0(SweepPoint, 1);
    g_autoptr(GPtrArray) sets = g_ptr_array_new();

    point->number = number;
    point->moves = moves;
    point->index = sweep->runs->len;
    point->first = point->index;
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        const SweepAxis *axis = sweep->axes->pdata[i];
        const SweepValue *value = sweep_value(sweep, point, i);
        for (unsigned k = 0; k < axis->key_count; k++) {
            g_ptr_array_add(sets, g_strconcat(axis->keys[k], "=",
                                              value->texts[k], NULL));
        }
    }
    g_ptr_array_add(sets, NULL);
    point->sets = (char **)g_ptr_array_free(g_steal_pointer(&sets), FALSE);
    g_ptr_array_add(sweep->runs, point);
    return point;
}

void sweep_make_points(Sweep *sweep)
{
    unsigned count = 1;

    for (unsigned i = 0; i < sweep->axes->len; i++) {
        count *= ((const SweepAxis *)sweep->axes->pdata[i])->values->len;
    }
    for (unsigned i = 0; i < count; i++) {
        g_ptr_array_add(sweep->points, add_run(sweep, i, true));
    }
    for (unsigned i = 0; sweep->compares && i < count; i++) {
        SweepPoint *point = sweep->points->pdata[i];
        point->undisturbed = add_run(sweep, i, false);
    }
}

char *sweep_describe_point(const Sweep *sweep, const SweepPoint *point)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < sweep->axes->len; i++) {
        g_string_append_printf(text, "%s%s=%s", i > 0 ? ", " : "",
                               ((SweepAxis *)sweep->axes->pdata[i])->name,
                               sweep_value(sweep, point, i)->label);
    }
    return g_string_free(text, FALSE);
}

/* -- what is wrong with them -- */

#define FAULTS_MAX  20u         /* that are told, of which there may be many */

/*
 * An error that is told of an assignment comes from the axis that makes it:
 * its values get the blame, with their line. NULL: it is none of that kind.
 */
static char *blame_axis(const Sweep *sweep, const SweepPoint *point,
                        const char *message)
{
    unsigned set = 0;

    for (unsigned i = 0; i < sweep->axes->len; i++) {
        const SweepAxis *axis = sweep->axes->pdata[i];
        for (unsigned k = 0; k < axis->key_count; k++, set++) {
            g_autofree char *start = g_strdup_printf("--set %s: ",
                                                     point->sets[set]);
            if (g_str_has_prefix(message, start)) {
                g_autoptr(GError) blame = NULL;
                ini_file_fail(sweep->ini, axis->group, "values", &blame, "%s",
                              message + strlen("--set "));
                return g_strdup(blame->message);
            }
        }
    }
    return NULL;
}

static void add_fault(const Sweep *sweep, const SweepPoint *point,
                      const char *message, GPtrArray *faults)
{
    char *text = blame_axis(sweep, point, message);

    if (text == NULL) {
        g_autofree char *values = sweep_describe_point(sweep, point);
        text = g_strdup_printf("%s: point %u (%s): %s",
                               ini_file_name(sweep->ini), point->number,
                               values, message);
    }
    if (g_ptr_array_find_with_equal_func(faults, text, g_str_equal, NULL)) {
        g_free(text);
    } else {
        g_ptr_array_add(faults, text);
    }
}

/* -- keys -- */

static bool find_parts(SweepParts *parts, GError **error)
{
    g_autofree char *emulator = testbed_emulator(error);
    g_autofree char *kernel = emulator != NULL ? testbed_kernel(error) : NULL;

    return kernel != NULL &&
        sha256_of_file(emulator, parts->emulator, error) &&
        sha256_of_file(kernel, parts->kernel, error);
}

/* False: it is not valid. */
static bool resolve_point(const Sweep *sweep, SweepPoint *point,
                          SweepParts *parts, GError **error)
{
    const ExperimentOptions options = {
        .sets = (const char *const *)point->sets,
        .no_migrations = !point->moves,
    };
    g_autoptr(Experiment) experiment = experiment_load(sweep->path, &options,
                                                       error);

    if (experiment == NULL) {
        return false;
    }
    g_autoptr(Ramdisk) ramdisk = ramdisk_build(experiment, error);
    if (ramdisk == NULL) {
        return false;
    }
    gsize bytes;
    const void *data = g_bytes_get_data(ramdisk->archive, &bytes);
    sha256_of_data(data, bytes, parts->ramdisk);
    sweep_key_compute(experiment, parts, point->key);
    return true;
}

/* Values may be written in two ways: points that are the same run once. */
static void find_twins(Sweep *sweep)
{
    g_autoptr(GHashTable) lasts = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; i < sweep->runs->len; i++) {
        SweepPoint *point = sweep->runs->pdata[i];
        SweepPoint *last = g_hash_table_lookup(lasts, point->key);
        if (last != NULL) {
            point->first = last->first;
            last->twin = i;
        }
        g_hash_table_insert(lasts, point->key, point);
    }
}

bool sweep_resolve(Sweep *sweep, GPtrArray *faults, GError **error)
{
    SweepParts parts;

    if (!find_parts(&parts, error)) {
        return false;
    }
    for (unsigned i = 0; i < sweep->runs->len && faults->len < FAULTS_MAX;
         i++) {
        g_autoptr(GError) cause = NULL;
        if (!resolve_point(sweep, sweep->runs->pdata[i], &parts, &cause)) {
            add_fault(sweep, sweep->runs->pdata[i], cause->message, faults);
        }
    }
    if (faults->len > 0) {
        return godwit_misuse(error, "%s: not all of the %u points are valid; "
                             "none was run", ini_file_name(sweep->ini),
                             sweep->points->len);
    }
    find_twins(sweep);
    return true;
}

/* -- results -- */

void sweep_point_set_result(SweepPoint *point, const Result *result)
{
    g_free(point->reason);
    g_free(point->end);
    point->reason = g_strdup(result->reason);
    point->end = g_strdup(result->end);
    point->virtual_ns = result->virtual_ns;
    g_strlcpy(point->digest, result->digest, SHA256_TEXT);
}

void sweep_compute_digest(const Sweep *sweep, char digest[static SHA256_TEXT])
{
    GString *text = g_string_new("godwit-sweep-digest-1\n");

    for (unsigned i = 0; i < sweep->points->len; i++) {
        const SweepPoint *point = sweep->points->pdata[i];
        for (size_t k = 0; point->sets[k] != NULL; k++) {
            g_string_append_printf(text, "set %s\n", point->sets[k]);
        }
        g_string_append_printf(text, "point %u %s\n", point->number,
                               *point->digest != '\0' ? point->digest : "-");
    }
    sha256_of_data(text->str, text->len, digest);
    g_string_free(text, TRUE);
}
