/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key of a run (docs/specs/sweep.md, "Keys").
 */
#include "sweep-key.h"

#include <string.h>

#include "error.h"
#include "result.h"
#include "run-dir.h"

void sweep_key_compute(Experiment *experiment, const SweepParts *parts,
                       char key[static SHA256_TEXT])
{
    for (unsigned i = 0; i < experiment->files->len; i++) {
        ExperimentFile *file = experiment->files->pdata[i];
        g_free(file->source);
        file->source = g_strdup("");
    }
    g_autofree char *resolved = experiment_format(experiment);
    g_autofree char *text = g_strdup_printf(
        "godwit-point-1\n%s\nemulator %s\nkernel %s\nramdisk %s\n%s",
        RESULT_SCHEMA, parts->emulator, parts->kernel, parts->ramdisk,
        resolved);
    sha256_of_data(text, strlen(text), key);
}

/* Is experiment.ini the one that the manifest tells of? */
static bool check_experiment(const char *path, const Manifest *manifest,
                             GError **error)
{
    char sha256[SHA256_TEXT];

    return sha256_of_file(path, sha256, error) &&
        (strcmp(sha256, manifest->parts[MANIFEST_EXPERIMENT].sha256) == 0 ||
         godwit_fail(error, "%s is not the file that %s tells of", path,
                     RUN_DIR_MANIFEST));
}

bool sweep_key_of_run(const char *folder, char key[static SHA256_TEXT],
                      GError **error)
{
    static const ExperimentOptions sealed = { .sealed = true };
    g_autofree char *path = g_build_filename(folder, RUN_DIR_EXPERIMENT, NULL);
    g_autoptr(Manifest) manifest = run_dir_read_manifest(folder, error);
    SweepParts parts;

    if (manifest == NULL || !check_experiment(path, manifest, error)) {
        return false;
    }
    g_autoptr(Experiment) experiment = experiment_load(path, &sealed, error);
    if (experiment == NULL) {
        return false;
    }
    g_strlcpy(parts.emulator, manifest->parts[MANIFEST_EMULATOR].sha256,
              SHA256_TEXT);
    g_strlcpy(parts.kernel, manifest->parts[MANIFEST_KERNEL].sha256,
              SHA256_TEXT);
    g_strlcpy(parts.ramdisk, manifest->parts[MANIFEST_RAMDISK].sha256,
              SHA256_TEXT);
    sweep_key_compute(experiment, &parts, key);
    return true;
}
