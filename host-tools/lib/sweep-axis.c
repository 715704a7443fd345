/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading an axis of a sweep (docs/specs/sweep.md, "[axis NAME]").
 */
#include "sweep-file.h"

#include <string.h>

#include "experiment.h"
#include "keys.h"

#define VALUES_MAX      4096u

static const char *const axis_keys[] = { "key", "keys", "values", "labels" };

static void free_value(void *data)
{
    SweepValue *value = data;

    g_free(value->label);
    g_strfreev(value->texts);
    g_free(value);
}

void sweep_axis_free(void *data)
{
    SweepAxis *axis = data;

    g_free(axis->group);
    g_free(axis->name);
    g_strfreev(axis->keys);
    g_ptr_array_unref(axis->values);
    g_free(axis);
}

/* "a | b || c" with '|' is "a" and "b | c": twice it stands for itself. */
static char **split(const char *text, char separator)
{
    GPtrArray *parts = g_ptr_array_new();
    GString *part = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p++) {
        if (*p != separator || p[1] == separator) {
            g_string_append_c(part, *p);
            p += *p == separator ? 1 : 0;
            continue;
        }
        g_ptr_array_add(parts, g_strstrip(g_string_free(part, FALSE)));
        part = g_string_new(NULL);
    }
    g_ptr_array_add(parts, g_strstrip(g_string_free(part, FALSE)));
    g_ptr_array_add(parts, NULL);
    return (char **)g_ptr_array_free(parts, FALSE);
}

/* A key that experiments have, and that no other axis has taken. */
static bool check_target(const Sweep *sweep, const SweepAxis *axis,
                         const char *origin, unsigned index, GError **error)
{
    const char *target = axis->keys[index];
    const char *dot = strrchr(target, '.');
    const char *argument;

    if (dot == NULL || dot == target) {
        return ini_file_fail(sweep->ini, axis->group, origin, error,
                             "'%s' is not GROUP.KEY such as link.latency",
                             target);
    }
    g_autofree char *group = g_strndup(target, (size_t)(dot - target));
    const GroupSpec *spec = keys_find_group(group, &argument);
    if (spec == NULL || keys_find(spec, dot + 1) == NULL) {
        g_autofree char *remedy = spec == NULL
            ? keys_group_remedy(group) : keys_key_remedy(spec, dot + 1);
        return ini_file_fail(sweep->ini, axis->group, origin, error,
                             "%s: no such %s%s", target,
                             spec == NULL ? "group" : "key", remedy);
    }
    for (unsigned i = 0; i <= sweep->axes->len; i++) {
        const SweepAxis *other = i < sweep->axes->len
            ? sweep->axes->pdata[i] : axis;
        for (unsigned k = 0; k < (other == axis ? index : other->key_count);
             k++) {
            if (strcmp(other->keys[k], target) == 0) {
                return ini_file_fail(sweep->ini, axis->group, origin, error,
                                     "%s is set by [%s] already; put them "
                                     "into one axis", target, other->group);
            }
        }
    }
    return true;
}

static bool read_targets(const Sweep *sweep, SweepAxis *axis, GError **error)
{
    g_autofree char *one = ini_file_get(sweep->ini, axis->group, "key");
    g_autofree char *many = ini_file_get(sweep->ini, axis->group, "keys");
    const char *origin = one != NULL ? "key" : "keys";

    if ((one != NULL) == (many != NULL)) {
        return ini_file_fail(sweep->ini, axis->group,
                             one != NULL ? "keys" : NULL, error,
                             "give either 'key' (GROUP.KEY) or 'keys', several "
                             "of them with commas");
    }
    axis->keys = one != NULL ? g_strdupv((char *[]) { one, NULL })
                             : split(many, ',');
    axis->key_count = g_strv_length(axis->keys);
    for (unsigned i = 0; i < axis->key_count; i++) {
        if (!check_target(sweep, axis, origin, i, error)) {
            return false;
        }
    }
    return true;
}

static bool has_label(const SweepAxis *axis, const char *label)
{
    for (unsigned i = 0; i < axis->values->len; i++) {
        if (strcmp(((SweepValue *)axis->values->pdata[i])->label, label) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_value(const Sweep *sweep, SweepAxis *axis, const char *text,
                      const char *label, GError **error)
{
    SweepValue *value = g_new0(SweepValue, 1);

    value->texts = axis->key_count == 1
        ? g_strdupv((char *[]) { (char *)text, NULL }) : split(text, ',');
    value->label = g_strdup(label != NULL ? label : text);
    bool twice = has_label(axis, value->label);
    g_ptr_array_add(axis->values, value);
    if (g_strv_length(value->texts) != axis->key_count) {
        return ini_file_fail(sweep->ini, axis->group, "values", error,
                             "'%s' has %u parts for %u keys; separate them "
                             "with commas", text, g_strv_length(value->texts),
                             axis->key_count);
    }
    return !twice ||
        ini_file_fail(sweep->ini, axis->group,
                      label != NULL ? "labels" : "values", error,
                      "'%s' is there twice; remove one", value->label);
}

static bool read_values(const Sweep *sweep, SweepAxis *axis, GError **error)
{
    const IniFile *ini = sweep->ini;
    g_autofree char *text = sweep_file_need(ini, axis->group, "values",
                                            "separated by '|'", error);
    g_autofree char *labels_text = ini_file_get(ini, axis->group, "labels");

    if (text == NULL) {
        return false;
    }
    g_auto(GStrv) values = split(text, '|');
    g_auto(GStrv) labels = labels_text != NULL ? split(labels_text, '|') : NULL;
    unsigned count = g_strv_length(values);
    if (count > VALUES_MAX) {
        return ini_file_fail(ini, axis->group, "values", error,
                             "%u values, there can be %u", count, VALUES_MAX);
    }
    if (labels != NULL && g_strv_length(labels) != count) {
        return ini_file_fail(ini, axis->group, "labels", error,
                             "%u labels for %u values; give each one",
                             g_strv_length(labels), count);
    }
    for (unsigned i = 0; i < count; i++) {
        if (!add_value(sweep, axis, values[i],
                       labels != NULL ? labels[i] : NULL, error)) {
            return false;
        }
    }
    return true;
}

SweepAxis *sweep_axis_read(const Sweep *sweep, const char *group,
                           const char *name, GError **error)
{
    SweepAxis *axis = g_new0(SweepAxis, 1);

    axis->group = g_strdup(group);
    axis->name = g_strdup(name);
    axis->values = g_ptr_array_new_with_free_func(free_value);
    if (!experiment_is_name(name)) {
        ini_file_fail(sweep->ini, group, NULL, error, "'%s' is no name: "
                      "letters, digits, '.', '-' and '_'", name);
    } else if (sweep_file_check_keys(sweep->ini, group, axis_keys,
                                     G_N_ELEMENTS(axis_keys), error) &&
               read_targets(sweep, axis, error) &&
               read_values(sweep, axis, error)) {
        return axis;
    }
    sweep_axis_free(axis);
    return NULL;
}
