/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing an experiment file (docs/specs/experiment.md): groups
 * and keys one by one, as the table in keys.c describes them. What they mean
 * together is checked in experiment-check.c.
 */
#include "experiment.h"

#include <string.h>

#include "error.h"
#include "experiment-value.h"
#include "keys.h"
#include "techniques.h"

/* Every element of a list begins with the name of its group. */
#define BEGINS_WITH_GROUP(type) \
    _Static_assert(offsetof(type, group) == 0, "first member")

BEGINS_WITH_GROUP(ExperimentMachine);
BEGINS_WITH_GROUP(ExperimentLink);
BEGINS_WITH_GROUP(ExperimentFault);
BEGINS_WITH_GROUP(ExperimentCrash);
BEGINS_WITH_GROUP(ExperimentFile);
BEGINS_WITH_GROUP(ExperimentProcess);
BEGINS_WITH_GROUP(ExperimentMigration);

static GPtrArray **list_of(const Experiment *experiment, const GroupSpec *spec)
{
    return (GPtrArray **)((char *)experiment + spec->offset);
}

static Experiment *experiment_new(void)
{
    Experiment *experiment = g_new0(Experiment, 1);

    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        if (spec->element_bytes > 0) {
            *list_of(experiment, spec) = g_ptr_array_new();
        }
    }
    for (size_t i = 0; i < COST_CLASS_COUNT; i++) {
        experiment->cost[i] = EXPERIMENT_NONE;
    }
    return experiment;
}

/* Frees the texts that the keys of a group fill. */
static void free_texts(const GroupSpec *spec, void *base)
{
    for (size_t i = 0; i < spec->key_count; i++) {
        const KeySpec *key = &spec->keys[i];
        if (key->type == KEY_TEXT) {
            g_free(*(char **)((char *)base + key->offset));
        }
    }
}

static void free_list(const GroupSpec *spec, GPtrArray *list)
{
    for (unsigned i = 0; i < list->len; i++) {
        char *element = list->pdata[i];
        free_texts(spec, element);
        g_free(*(char **)element);
        g_free(*(char **)(element + spec->argument_offset));
        g_free(element);
    }
    g_ptr_array_unref(list);
}

void experiment_free(Experiment *experiment)
{
    if (experiment == NULL) {
        return;
    }
    for (unsigned i = 0; i < experiment->processes->len; i++) {
        ExperimentProcess *process = experiment->processes->pdata[i];
        g_strfreev(process->argv);
        g_strfreev(process->envp);
        g_free(process->program);
    }
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        if (spec->element_bytes > 0) {
            free_list(spec, *list_of(experiment, spec));
        } else {
            free_texts(spec, (char *)experiment + spec->offset);
        }
    }
    g_free(experiment->nodes);
    g_free(experiment->pairs);
    g_free(experiment);
}

/* Appends the element that `group` describes; returns what its keys fill. */
static void *add_element(Experiment *experiment, const GroupSpec *spec,
                         const char *group, const char *argument)
{
    if (spec->element_bytes == 0) {
        return (char *)experiment + spec->offset;
    }
    char *element = g_malloc0(spec->element_bytes);
    *(char **)element = g_strdup(group);
    *(char **)(element + spec->argument_offset) = g_strdup(argument);
    g_ptr_array_add(*list_of(experiment, spec), element);
    return element;
}

static bool read_quantity(const IniFile *ini, const char *group,
                          const KeySpec *key, const char *text,
                          uint64_t *value, GError **error)
{
    g_autoptr(GError) cause = NULL;
    uint64_t least;
    uint64_t most;

    bool sane = unit_parse(key->unit, key->least, &least, NULL) &&
                unit_parse(key->unit, key->most, &most, NULL);
    g_assert(sane);
    if (!unit_parse(key->unit, text, value, &cause)) {
        return ini_file_fail(ini, group, key->name, error, "%s",
                             cause->message);
    }
    if (*value < least || *value > most) {
        return ini_file_fail(ini, group, key->name, error,
                             "%s is out of range: %s to %s", text, key->least,
                             key->most);
    }
    return true;
}

static bool read_choice(const IniFile *ini, const char *group,
                        const KeySpec *key, const char *text, uint32_t *value,
                        GError **error)
{
    g_autoptr(GError) cause = NULL;

    return keys_parse_choice(key, text, value, &cause) ||
        ini_file_fail(ini, group, key->name, error, "%s", cause->message);
}

static bool read_techniques(const IniFile *ini, const char *group,
                            const KeySpec *key, const char *text,
                            uint32_t *without, GError **error)
{
    g_autoptr(GError) cause = NULL;

    return techniques_parse(text, without, &cause) ||
        ini_file_fail(ini, group, key->name, error, "%s", cause->message);
}

static bool read_key(const IniFile *ini, const GroupSpec *spec,
                     const char *group, const KeySpec *key, void *base,
                     GError **error)
{
    const char *origin;
    g_autofree char *text = experiment_value(ini, spec, group, key, &origin);
    void *member = (char *)base + key->offset;

    if (text == NULL) {
        return ini_file_fail(ini, group, NULL, error, "no '%s' (%s); add it%s%s",
                             key->name, key->doc, spec->preset_key != NULL
                             ? " or a " : "", spec->preset_key != NULL
                             ? spec->preset_key : "");
    }
    if (*text == '\0' && (key->fallback == NULL || *key->fallback != '\0')) {
        return ini_file_fail(ini, origin, key->name, error, "is empty");
    }
    switch (key->type) {
    case KEY_QUANTITY:
        if (*text == '\0') {
            *(uint64_t *)member = EXPERIMENT_NONE;
            return true;
        }
        return read_quantity(ini, origin, key, text, member, error);
    case KEY_CHOICE:
        if (*text == '\0') {
            *(uint32_t *)member = EXPERIMENT_NO_CHOICE;
            return true;
        }
        return read_choice(ini, origin, key, text, member, error);
    case KEY_TECHNIQUES:
        return read_techniques(ini, origin, key, text, member, error);
    default:
        *(char **)member = g_steal_pointer(&text);
        return true;
    }
}

static bool read_group(Experiment *experiment, const IniFile *ini,
                       const char *group, GError **error)
{
    const char *argument;
    const GroupSpec *spec = keys_find_group(group, &argument);

    if (spec == NULL) {
        g_autofree char *remedy = keys_group_remedy(group);
        return ini_file_fail(ini, group, NULL, error, "no such group%s",
                             remedy);
    }
    g_auto(GStrv) names = ini_file_keys(ini, group);
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        if (keys_find(spec, names[i]) == NULL) {
            g_autofree char *remedy = keys_key_remedy(spec, names[i]);
            return ini_file_fail(ini, group, names[i], error,
                                 "no such key%s", remedy);
        }
    }
    void *base = add_element(experiment, spec, group, argument);
    for (size_t i = 0; i < spec->key_count; i++) {
        if (!read_key(ini, spec, group, &spec->keys[i], base, error)) {
            return false;
        }
    }
    return true;
}

/* Sources are relative to the experiment file. */
static void resolve_sources(Experiment *experiment, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_canonicalize_filename(folder, NULL);

    for (unsigned i = 0; i < experiment->files->len; i++) {
        ExperimentFile *file = experiment->files->pdata[i];
        char *source = g_canonicalize_filename(file->source, base);
        g_free(file->source);
        file->source = source;
    }
}

static Experiment *read_experiment(IniFile *ini, const char *path, bool sealed,
                                   GError **error)
{
    g_autoptr(Experiment) experiment = experiment_new();
    g_auto(GStrv) groups = ini_file_groups(ini);

    experiment->sealed = sealed;
    for (size_t i = 0; groups[i] != NULL; i++) {
        if (!read_group(experiment, ini, groups[i], error)) {
            return NULL;
        }
    }
    experiment->has_link = ini_file_has_group(ini, "link");
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        if (spec->required && !ini_file_has_group(ini, spec->name)) {
            ini_file_fail(ini, NULL, NULL, error, "no group [%s]; add it",
                          spec->name);
            return NULL;
        }
    }
    resolve_sources(experiment, path);
    if (!experiment_check(experiment, ini, error)) {
        return NULL;
    }
    return g_steal_pointer(&experiment);
}

Experiment *experiment_read(IniFile *ini, const char *path, GError **error)
{
    return read_experiment(ini, path, false, error);
}

static void remove_migrations(IniFile *ini)
{
    g_auto(GStrv) groups = ini_file_groups(ini);

    for (size_t i = 0; groups[i] != NULL; i++) {
        const char *argument;
        const GroupSpec *spec = keys_find_group(groups[i], &argument);
        if (spec == &keys_groups[GROUP_MIGRATION]) {
            ini_file_remove_group(ini, groups[i]);
        }
    }
}

Experiment *experiment_load(const char *path, const ExperimentOptions *options,
                            GError **error)
{
    g_autoptr(IniFile) ini = ini_file_load(path, error);

    if (ini == NULL) {
        return NULL;
    }
    for (size_t i = 0; options->sets != NULL && options->sets[i] != NULL; i++) {
        if (!ini_file_set(ini, options->sets[i], error)) {
            return NULL;
        }
    }
    if (options->no_migrations) {
        remove_migrations(ini);
    }
    return read_experiment(ini, path, options->sealed, error);
}

const ExperimentFile *experiment_find_file(const Experiment *experiment,
                                           const char *path)
{
    for (unsigned i = 0; i < experiment->files->len; i++) {
        const ExperimentFile *file = experiment->files->pdata[i];
        if (strcmp(file->path, path) == 0) {
            return file;
        }
    }
    return NULL;
}

/* NULL: it was not given and has no default. */
static char *format_value(const KeySpec *key, const void *base)
{
    const void *member = (const char *)base + key->offset;

    switch (key->type) {
    case KEY_QUANTITY: {
        uint64_t value = *(const uint64_t *)member;
        return value == EXPERIMENT_NONE ? NULL : unit_format(key->unit, value);
    }
    case KEY_CHOICE: {
        uint32_t value = *(const uint32_t *)member;
        return value == EXPERIMENT_NO_CHOICE ? NULL
            : g_strdup(key->choices[value]);
    }
    case KEY_TECHNIQUES:
        return techniques_format(*(const uint32_t *)member);
    default: {
        const char *value = *(char *const *)member;
        return *value == '\0' ? NULL : g_strdup(value);
    }
    }
}

/* A key without a value is written out where it would be inherited else. */
static void format_group(GString *text, const GroupSpec *spec,
                         const char *group, const void *base)
{
    bool inherits = spec->parent != NULL || spec->preset_key != NULL;

    g_string_append_printf(text, "%s[%s]\n", text->len > 0 ? "\n" : "", group);
    for (size_t i = 0; i < spec->key_count; i++) {
        g_autofree char *value = format_value(&spec->keys[i], base);
        if (value != NULL) {
            g_string_append_printf(text, "%s = %s\n", spec->keys[i].name,
                                   value);
        } else if (inherits) {
            g_string_append_printf(text, "%s =\n", spec->keys[i].name);
        }
    }
}

char *experiment_format(const Experiment *experiment)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        if (spec->element_bytes == 0) {
            if (i != GROUP_LINK || experiment->has_link) {
                format_group(text, spec, spec->name,
                             (const char *)experiment + spec->offset);
            }
            continue;
        }
        const GPtrArray *list = *list_of(experiment, spec);
        for (unsigned k = 0; k < list->len; k++) {
            format_group(text, spec, *(char **)list->pdata[k], list->pdata[k]);
        }
    }
    return g_string_free(text, FALSE);
}
