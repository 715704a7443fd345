/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a finished run left in its directory, read back.
 */
#include "run-record.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "run-dir.h"

void run_record_close(RunRecord *record)
{
    if (record != NULL) {
        g_free(record->path);
        manifest_free(record->manifest);
        ini_file_free(record->experiment);
        result_free(record->result);
        trace_file_close(record->trace);
        g_free(record);
    }
}

static bool check_file(const char *folder, const char *name,
                       const char *expected, const char *teller,
                       GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char sha256[SHA256_TEXT];

    if (!sha256_of_file(path, sha256, error)) {
        return false;
    }
    if (strcmp(sha256, expected) != 0) {
        return godwit_fail(error, "%s is damaged: it is not the file that %s "
                           "tells of", path, teller);
    }
    return true;
}

static bool check_outputs(const RunRecord *record, GError **error)
{
    for (unsigned i = 0; i < record->result->processes->len; i++) {
        const ResultProcess *process = record->result->processes->pdata[i];
        g_autofree char *output = run_dir_output_name(process->name, 0);
        g_autofree char *errors = run_dir_output_name(process->name, 1);
        if (!check_file(record->path, output, process->stdout_sha256,
                        RUN_DIR_RESULT, error) ||
            !check_file(record->path, errors, process->stderr_sha256,
                        RUN_DIR_RESULT, error)) {
            return false;
        }
    }
    return true;
}

static bool check_files(const RunRecord *record, GError **error)
{
    static const struct {
        const char *name;
        ManifestPartKind part;
    } files[] = {
        { RUN_DIR_EXPERIMENT, MANIFEST_EXPERIMENT },
        { RUN_DIR_KERNEL, MANIFEST_KERNEL },
        { RUN_DIR_RAMDISK, MANIFEST_RAMDISK },
    };
    char digest[SHA256_TEXT];

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (!check_file(record->path, files[i].name,
                        record->manifest->parts[files[i].part].sha256,
                        RUN_DIR_MANIFEST, error)) {
            return false;
        }
    }
    result_compute_digest(record->result, digest);
    if (strcmp(digest, record->result->digest) != 0) {
        return godwit_fail(error, "%s/%s is damaged: its digest is not of "
                           "what it tells", record->path, RUN_DIR_RESULT);
    }
    return check_file(record->path, RUN_DIR_TRACE,
                      record->result->trace_sha256, RUN_DIR_RESULT, error) &&
        check_outputs(record, error);
}

static TraceFile *open_trace(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, RUN_DIR_TRACE, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        godwit_fail_errno(error, "%s", path);
        return NULL;
    }
    TraceFile *trace = trace_file_open(fd, error);
    if (trace == NULL) {
        g_prefix_error(error, "%s: ", path);
    }
    close(fd);
    return trace;
}

RunRecord *run_record_open(const char *path, GError **error)
{
    g_autoptr(RunRecord) record = g_new0(RunRecord, 1);
    g_autofree char *experiment = g_build_filename(path, RUN_DIR_EXPERIMENT,
                                                   NULL);

    record->path = g_strdup(path);
    g_autofree char *text = run_dir_read_result(path, &record->result, error);
    if (text == NULL) {
        return NULL;
    }
    record->manifest = run_dir_read_manifest(path, error);
    if (record->manifest == NULL || !check_files(record, error)) {
        return NULL;
    }
    record->experiment = ini_file_load(experiment, error);
    if (record->experiment == NULL) {
        return NULL;
    }
    record->trace = open_trace(path, error);
    return record->trace != NULL ? g_steal_pointer(&record) : NULL;
}
