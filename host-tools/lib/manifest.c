/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a run (docs/specs/result.md, "manifest.json").
 */
#include "manifest.h"

#include <string.h>

#include "godwit-config.h"
#include "json-read.h"
#include "json-write.h"

const char *const manifest_part_names[MANIFEST_PARTS] = {
    "tool", "emulator", "kernel", "ramdisk", "experiment",
};

static Manifest *manifest_new(void)
{
    Manifest *manifest = g_new0(Manifest, 1);

    manifest->programs = ramdisk_files_new();
    manifest->inputs = ramdisk_files_new();
    return manifest;
}

void manifest_free(Manifest *manifest)
{
    if (manifest != NULL) {
        for (unsigned i = 0; i < MANIFEST_PARTS; i++) {
            g_free(manifest->parts[i].path);
            g_free(manifest->parts[i].version);
            g_free(manifest->parts[i].key);
        }
        g_ptr_array_unref(manifest->programs);
        g_ptr_array_unref(manifest->inputs);
        g_free(manifest);
    }
}

static void hash_bytes(ManifestPart *part, GBytes *contents)
{
    gsize bytes;
    const void *data = g_bytes_get_data(contents, &bytes);

    sha256_of_data(data, bytes, part->sha256);
}

static void set_experiment(ManifestPart *part, const ManifestConfig *config)
{
    part->path = g_canonicalize_filename(config->experiment, NULL);
    sha256_of_data(config->resolved, strlen(config->resolved), part->sha256);
}

Manifest *manifest_gather(const ManifestConfig *config, GError **error)
{
    g_autoptr(Manifest) manifest = manifest_new();
    ManifestPart *tool = &manifest->parts[MANIFEST_TOOL];
    ManifestPart *emulator = &manifest->parts[MANIFEST_EMULATOR];
    ManifestPart *kernel = &manifest->parts[MANIFEST_KERNEL];
    ManifestPart *ramdisk = &manifest->parts[MANIFEST_RAMDISK];

    tool->path = g_file_read_link("/proc/self/exe", error);
    tool->version = g_strdup(GODWIT_VERSION);
    emulator->path = g_strdup(config->emulator);
    emulator->version = g_strdup(GODWIT_QEMU_VERSION);
    emulator->key = g_strdup(GODWIT_QEMU_KEY);
    if (tool->path == NULL ||
        !sha256_of_file(tool->path, tool->sha256, error) ||
        !sha256_of_file(emulator->path, emulator->sha256, error)) {
        return NULL;
    }
    kernel->path = g_strdup(config->kernel);
    hash_bytes(kernel, config->kernel_bytes);
    ramdisk->path = g_strdup(config->ramdisk_path);
    hash_bytes(ramdisk, config->ramdisk->archive);
    set_experiment(&manifest->parts[MANIFEST_EXPERIMENT], config);
    ramdisk_files_copy(config->ramdisk->programs, manifest->programs);
    ramdisk_files_copy(config->ramdisk->inputs, manifest->inputs);
    return g_steal_pointer(&manifest);
}

static void write_part(JsonBuilder *json, const char *name,
                       const ManifestPart *part)
{
    json_write_begin_object(json, name);
    json_write_text(json, "path", part->path);
    json_write_text(json, "version", part->version);
    json_write_text(json, "key", part->key);
    json_write_text(json, "sha256", part->sha256);
    json_builder_end_object(json);
}

static void write_files(JsonBuilder *json, const char *name,
                        const GPtrArray *files)
{
    json_write_begin_array(json, name);
    for (unsigned i = 0; i < files->len; i++) {
        const RamdiskFile *file = files->pdata[i];
        json_builder_begin_object(json);
        json_write_text(json, "path", file->path);
        json_write_text(json, "source", file->source);
        json_write_number(json, "bytes", file->bytes);
        json_write_text(json, "sha256", file->sha256);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

char *manifest_to_json(const Manifest *manifest)
{
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();

    json_builder_begin_object(json);
    json_write_text(json, "schema", MANIFEST_SCHEMA);
    for (unsigned i = 0; i < MANIFEST_PARTS; i++) {
        write_part(json, manifest_part_names[i], &manifest->parts[i]);
    }
    write_files(json, "programs", manifest->programs);
    write_files(json, "inputs", manifest->inputs);
    json_builder_end_object(json);
    return json_write_finish(json);
}

static void read_file(JsonRead *read, JsonObject *object, unsigned index,
                      void *data)
{
    RamdiskFile file = {
        .path = (char *)json_read_text(read, object, "path"),
        .source = (char *)json_read_text(read, object, "source"),
        .bytes = json_read_number(read, object, "bytes", 0),
    };

    json_read_sha256(read, object, "sha256", file.sha256);
    ramdisk_files_add(data, &file);
}

static void read_part(JsonRead *read, JsonObject *object, ManifestPart *part)
{
    part->path = g_strdup(json_read_text(read, object, "path"));
    part->version = g_strdup(json_read_text(read, object, "version"));
    part->key = g_strdup(json_read_text(read, object, "key"));
    json_read_sha256(read, object, "sha256", part->sha256);
}

static void read_manifest(JsonRead *read, JsonObject *object, void *data)
{
    Manifest *manifest = data;

    if (g_strcmp0(json_read_text(read, object, "schema"),
                  MANIFEST_SCHEMA) != 0) {
        json_read_fail(read, "schema", MANIFEST_SCHEMA);
        return;
    }
    for (unsigned i = 0; i < MANIFEST_PARTS; i++) {
        JsonObject *part = json_read_object(read, object,
                                            manifest_part_names[i]);
        if (part != NULL) {
            read_part(read, part, &manifest->parts[i]);
        }
    }
    json_read_array(read, object, "programs", read_file, manifest->programs);
    json_read_array(read, object, "inputs", read_file, manifest->inputs);
}

Manifest *manifest_from_json(const char *text, GError **error)
{
    g_autoptr(Manifest) manifest = manifest_new();

    return json_read_text_object(text, read_manifest, manifest, error)
        ? g_steal_pointer(&manifest) : NULL;
}
