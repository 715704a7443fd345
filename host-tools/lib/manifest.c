/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a run (docs/specs/result.md, "manifest.json").
 */
#include "manifest.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "godwit-config.h"
#include "run-dir.h"
#include "sha256.h"

static void put_text(JsonBuilder *json, const char *name, const char *text)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, text);
}

/* Begins an object for a file of this host; its caller ends it. */
static bool begin_file(JsonBuilder *json, const char *name, const char *path,
                       GError **error)
{
    char sha256[SHA256_TEXT];

    if (!sha256_of_file(path, sha256, error)) {
        return false;
    }
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
    put_text(json, "path", path);
    put_text(json, "sha256", sha256);
    return true;
}

static void put_ramdisk_files(JsonBuilder *json, const char *name,
                              const GPtrArray *files)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
    for (unsigned i = 0; i < files->len; i++) {
        const RamdiskFile *file = files->pdata[i];
        json_builder_begin_object(json);
        put_text(json, "path", file->path);
        put_text(json, "source", file->source);
        json_builder_set_member_name(json, "bytes");
        json_builder_add_int_value(json, (gint64)file->bytes);
        put_text(json, "sha256", file->sha256);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static bool put_machinery(JsonBuilder *json, const ManifestConfig *config,
                          GError **error)
{
    g_autofree char *tool = g_file_read_link("/proc/self/exe", error);

    if (tool == NULL || !begin_file(json, "tool", tool, error)) {
        return false;
    }
    put_text(json, "version", GODWIT_VERSION);
    json_builder_end_object(json);
    if (!begin_file(json, "emulator", config->emulator, error)) {
        return false;
    }
    put_text(json, "version", GODWIT_QEMU_VERSION);
    put_text(json, "key", GODWIT_QEMU_KEY);
    json_builder_end_object(json);
    if (!begin_file(json, "kernel", config->kernel, error)) {
        return false;
    }
    json_builder_end_object(json);
    return true;
}

static void put_experiment(JsonBuilder *json, const ManifestConfig *config)
{
    g_autofree char *path = g_canonicalize_filename(config->experiment, NULL);
    char sha256[SHA256_TEXT];
    gsize bytes;
    const void *archive = g_bytes_get_data(config->ramdisk->archive, &bytes);

    json_builder_set_member_name(json, "experiment");
    json_builder_begin_object(json);
    put_text(json, "path", path);
    sha256_of_data(config->resolved, strlen(config->resolved), sha256);
    put_text(json, "resolved_sha256", sha256);
    json_builder_end_object(json);
    sha256_of_data(archive, bytes, sha256);
    put_text(json, "ramdisk_sha256", sha256);
}

char *manifest_format(const ManifestConfig *config, GError **error)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_builder_begin_object(json);
    put_text(json, "schema", RUN_DIR_MANIFEST_SCHEMA);
    if (!put_machinery(json, config, error)) {
        return NULL;
    }
    put_experiment(json, config);
    put_ramdisk_files(json, "programs", config->ramdisk->programs);
    put_ramdisk_files(json, "inputs", config->ramdisk->inputs);
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    json_generator_set_pretty(generator, TRUE);
    json_generator_set_root(generator, root);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    return g_strconcat(text, "\n", NULL);
}
