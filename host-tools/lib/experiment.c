/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing an experiment file (docs/specs/experiment.md): groups
 * and keys one by one, as the table in keys.c describes them. What they mean
 * together is checked in experiment-check.c.
 */
#include "experiment.h"

#include <string.h>

#include "error.h"
#include "keys.h"

static void file_free(void *data)
{
    ExperimentFile *file = data;

    g_free(file->path);
    g_free(file->source);
    g_free(file->group);
    g_free(file);
}

static void process_free(void *data)
{
    ExperimentProcess *process = data;

    g_free(process->name);
    g_free(process->command);
    g_free(process->environment);
    g_free(process->input);
    g_free(process->group);
    g_strfreev(process->argv);
    g_strfreev(process->envp);
    g_free(process->program);
    g_free(process);
}

static void migration_free(void *data)
{
    ExperimentMigration *migration = data;

    g_free(migration->process);
    g_free(migration->algorithm);
    g_free(migration->group);
    g_free(migration);
}

static Experiment *experiment_new(void)
{
    Experiment *experiment = g_new0(Experiment, 1);

    experiment->files = g_ptr_array_new_with_free_func(file_free);
    experiment->processes = g_ptr_array_new_with_free_func(process_free);
    experiment->migrations = g_ptr_array_new_with_free_func(migration_free);
    return experiment;
}

void experiment_free(Experiment *experiment)
{
    if (experiment != NULL) {
        g_free(experiment->name);
        g_ptr_array_unref(experiment->files);
        g_ptr_array_unref(experiment->processes);
        g_ptr_array_unref(experiment->migrations);
        g_free(experiment);
    }
}

/* Appends the element that `group` describes; returns what its keys fill. */
static void *add_element(Experiment *experiment, const GroupSpec *spec,
                         const char *group, const char *argument)
{
    switch ((GroupKind)(spec - keys_groups)) {
    case GROUP_FILE: {
        ExperimentFile *file = g_new0(ExperimentFile, 1);
        file->path = g_strdup(argument);
        file->group = g_strdup(group);
        g_ptr_array_add(experiment->files, file);
        return file;
    }
    case GROUP_PROCESS: {
        ExperimentProcess *process = g_new0(ExperimentProcess, 1);
        process->name = g_strdup(argument);
        process->group = g_strdup(group);
        g_ptr_array_add(experiment->processes, process);
        return process;
    }
    case GROUP_MIGRATION: {
        ExperimentMigration *migration = g_new0(ExperimentMigration, 1);
        migration->group = g_strdup(group);
        g_ptr_array_add(experiment->migrations, migration);
        return migration;
    }
    default:
        return experiment;
    }
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

static bool read_key(const IniFile *ini, const char *group,
                     const KeySpec *key, void *base, GError **error)
{
    g_autofree char *text = ini_file_get(ini, group, key->name);
    void *member = (char *)base + key->offset;

    if (text == NULL && key->fallback == NULL) {
        return ini_file_fail(ini, group, NULL, error, "no '%s' (%s); add it",
                             key->name, key->doc);
    }
    if (text == NULL) {
        text = g_strdup(key->fallback);
    }
    if (key->type == KEY_QUANTITY) {
        return read_quantity(ini, group, key, text, member, error);
    }
    if (*text == '\0' && key->fallback == NULL) {
        return ini_file_fail(ini, group, key->name, error, "is empty");
    }
    *(char **)member = g_steal_pointer(&text);
    return true;
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
        if (!read_key(ini, group, &spec->keys[i], base, error)) {
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

Experiment *experiment_read(IniFile *ini, const char *path, GError **error)
{
    g_autoptr(Experiment) experiment = experiment_new();
    g_auto(GStrv) groups = ini_file_groups(ini);

    for (size_t i = 0; groups[i] != NULL; i++) {
        if (!read_group(experiment, ini, groups[i], error)) {
            return NULL;
        }
    }
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
    return experiment_read(ini, path, error);
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

static void format_group(GString *text, GroupKind kind, const char *group,
                         const void *base)
{
    const GroupSpec *spec = &keys_groups[kind];

    g_string_append_printf(text, "%s[%s]\n", text->len > 0 ? "\n" : "", group);
    for (size_t i = 0; i < spec->key_count; i++) {
        const KeySpec *key = &spec->keys[i];
        const void *member = (const char *)base + key->offset;
        g_autofree char *value = key->type == KEY_TEXT
            ? g_strdup(*(char *const *)member)
            : unit_format(key->unit, *(const uint64_t *)member);
        if (*value != '\0') {
            g_string_append_printf(text, "%s = %s\n", key->name, value);
        }
    }
}

char *experiment_format(const Experiment *experiment)
{
    GString *text = g_string_new(NULL);

    for (GroupKind kind = GROUP_EXPERIMENT; kind <= GROUP_LINK; kind++) {
        format_group(text, kind, keys_groups[kind].name, experiment);
    }
    for (unsigned i = 0; i < experiment->files->len; i++) {
        const ExperimentFile *file = experiment->files->pdata[i];
        format_group(text, GROUP_FILE, file->group, file);
    }
    for (unsigned i = 0; i < experiment->processes->len; i++) {
        const ExperimentProcess *process = experiment->processes->pdata[i];
        format_group(text, GROUP_PROCESS, process->group, process);
    }
    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        const ExperimentMigration *m = experiment->migrations->pdata[i];
        format_group(text, GROUP_MIGRATION, m->group, m);
    }
    return g_string_free(text, FALSE);
}
