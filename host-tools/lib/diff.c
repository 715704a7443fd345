/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two runs differ in: configuration and ingredients.
 */
#include "diff.h"

#include <string.h>

const char *const diff_section_names[DIFF_SECTIONS] = {
    "configuration", "ingredients", "results", "migrations", "links",
};

static void text_free(void *data)
{
    DiffText *text = data;

    g_free(text->name);
    g_free(text->values[0]);
    g_free(text->values[1]);
    g_free(text);
}

static void number_free(void *data)
{
    DiffNumber *number = data;

    g_free(number->name);
    g_free(number);
}

static void part_free(void *data)
{
    DiffPart *part = data;

    g_free(part->name);
    g_ptr_array_unref(part->texts);
    g_ptr_array_unref(part->numbers);
    g_free(part);
}

DiffPart *diff_part_new(const char *format, ...)
{
    DiffPart *part = g_new0(DiffPart, 1);
    va_list args;

    va_start(args, format);
    part->name = g_strdup_vprintf(format, args);
    va_end(args);
    part->texts = g_ptr_array_new_with_free_func(text_free);
    part->numbers = g_ptr_array_new_with_free_func(number_free);
    return part;
}

void diff_add_part(Diff *diff, DiffSection section, DiffPart *part)
{
    if (part->texts->len + part->numbers->len > 0) {
        g_ptr_array_add(diff->parts[section], part);
    } else {
        part_free(part);
    }
}

void diff_text(DiffPart *part, const char *name, const char *a, const char *b)
{
    if (g_strcmp0(a, b) != 0) {
        DiffText *text = g_new0(DiffText, 1);
        text->name = g_strdup(name);
        text->values[0] = g_strdup(a);
        text->values[1] = g_strdup(b);
        g_ptr_array_add(part->texts, text);
    }
}

void diff_number(DiffPart *part, const char *name, DiffUnit unit,
                 const uint64_t *a, const uint64_t *b)
{
    const uint64_t *values[] = { a, b };

    if ((a == NULL && b == NULL) || (a != NULL && b != NULL && *a == *b)) {
        return;
    }
    DiffNumber *number = g_new0(DiffNumber, 1);
    number->name = g_strdup(name);
    number->unit = unit;
    for (unsigned i = 0; i < 2; i++) {
        number->known[i] = values[i] != NULL;
        number->values[i] = values[i] != NULL ? *values[i] : 0;
    }
    g_ptr_array_add(part->numbers, number);
}

static void diff_group(Diff *diff, const char *group)
{
    const IniFile *a = diff->runs[0]->experiment;
    const IniFile *b = diff->runs[1]->experiment;
    DiffPart *part = diff_part_new("[%s]", group);
    g_auto(GStrv) keys = ini_file_keys(a, group);
    g_auto(GStrv) others = ini_file_keys(b, group);

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
        g_autofree char *left = ini_file_get(a, group, keys[i]);
        g_autofree char *right = ini_file_get(b, group, keys[i]);
        diff_text(part, keys[i], left, right);
    }
    for (size_t i = 0; others != NULL && others[i] != NULL; i++) {
        if (keys == NULL ||
            !g_strv_contains((const char *const *)keys, others[i])) {
            g_autofree char *right = ini_file_get(b, group, others[i]);
            diff_text(part, others[i], NULL, right);
        }
    }
    diff_add_part(diff, DIFF_CONFIGURATION, part);
}

static void diff_configuration(Diff *diff)
{
    g_auto(GStrv) groups = ini_file_groups(diff->runs[0]->experiment);
    g_auto(GStrv) others = ini_file_groups(diff->runs[1]->experiment);

    for (size_t i = 0; groups[i] != NULL; i++) {
        diff_group(diff, groups[i]);
    }
    for (size_t i = 0; others[i] != NULL; i++) {
        if (!g_strv_contains((const char *const *)groups, others[i])) {
            diff_group(diff, others[i]);
        }
    }
}

static const RamdiskFile *find_file(const GPtrArray *files, const char *path)
{
    for (unsigned i = 0; i < files->len; i++) {
        const RamdiskFile *file = files->pdata[i];
        if (strcmp(file->path, path) == 0) {
            return file;
        }
    }
    return NULL;
}

static void diff_files(DiffPart *part, const GPtrArray *a, const GPtrArray *b)
{
    for (unsigned i = 0; i < a->len; i++) {
        const RamdiskFile *file = a->pdata[i];
        const RamdiskFile *other = find_file(b, file->path);
        diff_text(part, file->path, file->sha256,
                  other != NULL ? other->sha256 : NULL);
    }
    for (unsigned i = 0; i < b->len; i++) {
        const RamdiskFile *file = b->pdata[i];
        if (find_file(a, file->path) == NULL) {
            diff_text(part, file->path, NULL, file->sha256);
        }
    }
}

/* By contents: the same file elsewhere is the same. The experiment's own keys
 * are compared one by one. */
static void diff_ingredients(Diff *diff)
{
    const Manifest *a = diff->runs[0]->manifest;
    const Manifest *b = diff->runs[1]->manifest;

    for (unsigned i = 0; i < MANIFEST_EXPERIMENT; i++) {
        DiffPart *part = diff_part_new("%s", manifest_part_names[i]);
        diff_text(part, "version", a->parts[i].version, b->parts[i].version);
        diff_text(part, "sha256", a->parts[i].sha256, b->parts[i].sha256);
        if (i == MANIFEST_RAMDISK) {
            diff_files(part, a->programs, b->programs);
            diff_files(part, a->inputs, b->inputs);
        }
        diff_add_part(diff, DIFF_INGREDIENTS, part);
    }
}

Diff *diff_runs(const RunRecord *a, const RunRecord *b)
{
    Diff *diff = g_new0(Diff, 1);

    diff->runs[0] = a;
    diff->runs[1] = b;
    for (unsigned i = 0; i < DIFF_SECTIONS; i++) {
        diff->parts[i] = g_ptr_array_new_with_free_func(part_free);
    }
    diff->same_digest = strcmp(a->result->digest, b->result->digest) == 0;
    diff_configuration(diff);
    diff_ingredients(diff);
    diff_results(diff);
    diff_migrations(diff);
    diff_links(diff);
    diff->trace = diff_traces(a, b);
    return diff;
}

void diff_free(Diff *diff)
{
    if (diff != NULL) {
        for (unsigned i = 0; i < DIFF_SECTIONS; i++) {
            g_ptr_array_unref(diff->parts[i]);
        }
        diff_trace_free(diff->trace);
        g_free(diff);
    }
}

bool diff_is_empty(const Diff *diff)
{
    unsigned count = 0;

    for (unsigned i = 0; i < DIFF_SECTIONS; i++) {
        count += diff->parts[i]->len;
    }
    return count == 0 && diff->same_digest && diff->trace == NULL;
}
