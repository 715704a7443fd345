/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes part in a run.
 */
#include "run-parts.h"

#include "error.h"
#include "run-dir.h"
#include "testbed.h"

void run_parts_free(RunParts *parts)
{
    if (parts != NULL) {
        g_free(parts->emulator);
        g_free(parts->kernel);
        g_clear_pointer(&parts->kernel_bytes, g_bytes_unref);
        g_free(parts->ramdisk_path);
        ramdisk_free(parts->ramdisk);
        g_free(parts);
    }
}

static GBytes *read_bytes(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    char *data;
    gsize bytes;

    if (!g_file_get_contents(path, &data, &bytes, &cause)) {
        godwit_fail(error, "%s", cause->message);
        return NULL;
    }
    return g_bytes_new_take(data, bytes);
}

static bool read_kernel(RunParts *parts, GError **error)
{
    parts->kernel_bytes = read_bytes(parts->kernel, error);
    return parts->kernel_bytes != NULL;
}

RunParts *run_parts_find(const Experiment *experiment, const char *path,
                         GError **error)
{
    g_autoptr(RunParts) parts = g_new0(RunParts, 1);

    parts->ramdisk = ramdisk_build(experiment, error);
    if (parts->ramdisk == NULL) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    parts->emulator = testbed_emulator(error);
    if (parts->emulator == NULL) {
        return NULL;
    }
    parts->kernel = testbed_kernel(error);
    if (parts->kernel == NULL || !read_kernel(parts, error)) {
        return NULL;
    }
    return g_steal_pointer(&parts);
}

RunParts *run_parts_load(const char *folder, GError **error)
{
    g_autoptr(RunParts) parts = g_new0(RunParts, 1);
    g_autoptr(Manifest) manifest = run_dir_read_manifest(folder, error);

    if (manifest == NULL) {
        return NULL;
    }
    parts->emulator = testbed_emulator(error);
    if (parts->emulator == NULL) {
        return NULL;
    }
    parts->kernel = g_build_filename(folder, RUN_DIR_KERNEL, NULL);
    parts->ramdisk_path = g_build_filename(folder, RUN_DIR_RAMDISK, NULL);
    if (!read_kernel(parts, error)) {
        return NULL;
    }
    g_autoptr(GBytes) archive = read_bytes(parts->ramdisk_path, error);
    if (archive == NULL) {
        return NULL;
    }
    parts->ramdisk = ramdisk_new_of(archive, manifest->programs,
                                    manifest->inputs);
    return g_steal_pointer(&parts);
}

Manifest *run_parts_manifest(const RunParts *parts, const char *path,
                             const char *resolved, GError **error)
{
    const ManifestConfig config = {
        .experiment = path,
        .resolved = resolved,
        .emulator = parts->emulator,
        .kernel = parts->kernel,
        .kernel_bytes = parts->kernel_bytes,
        .ramdisk_path = parts->ramdisk_path,
        .ramdisk = parts->ramdisk,
    };

    return manifest_gather(&config, error);
}
