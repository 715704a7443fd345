/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, from the experiment file to result.json (docs/specs/result.md).
 *
 * Everything that can be wrong is looked at before anything is written;
 * result.json comes last.
 */
#include "run.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "file.h"
#include "run-parts.h"
#include "run-result.h"

/* What is made before the run and needed until its end. */
typedef struct {
    const Experiment *experiment;
    char *resolved;
    RunParts *parts;
    char *manifest;
    RunDir *dir;
    char *kernel;               /* in the run directory */
    Segment *segment;
    TraceStore *traces;
    OutputSet *outputs;
    int ramdisk_fd;
    int trace_fd;
} Stage;

static void stage_clear(Stage *stage)
{
    g_clear_pointer(&stage->outputs, output_set_free);
    g_clear_pointer(&stage->traces, trace_store_free);
    g_clear_pointer(&stage->segment, segment_destroy);
    g_clear_pointer(&stage->dir, run_dir_close);
    g_clear_pointer(&stage->kernel, g_free);
    g_clear_pointer(&stage->manifest, g_free);
    g_clear_pointer(&stage->parts, run_parts_free);
    g_clear_pointer(&stage->resolved, g_free);
    if (stage->ramdisk_fd >= 0) {
        close(stage->ramdisk_fd);
    }
    if (stage->trace_fd >= 0) {
        close(stage->trace_fd);
    }
}

void run_free(Run *run)
{
    if (run != NULL) {
        experiment_free(run->experiment);
        g_free(run->folder);
        result_free(run->result);
        g_free(run);
    }
}

Experiment *run_validate(const RunOptions *options, GError **error)
{
    g_autoptr(Experiment) experiment =
        experiment_load(options->path, &options->experiment, error);

    if (experiment == NULL) {
        return NULL;
    }
    g_autoptr(Ramdisk) ramdisk = ramdisk_build(experiment, error);
    if (ramdisk == NULL) {
        g_prefix_error(error, "%s: ", options->path);
        return NULL;
    }
    return g_steal_pointer(&experiment);
}

/* Finds and reads all that takes part. */
static bool gather(Stage *stage, const RunOptions *options, GError **error)
{
    if (!cluster_check_doors(options->doors,
                             (uint32_t)stage->experiment->node_count, error)) {
        return false;
    }
    stage->parts = options->from != NULL
        ? run_parts_load(options->from, error)
        : run_parts_find(stage->experiment, options->path, error);
    if (stage->parts == NULL) {
        return false;
    }
    stage->resolved = experiment_format(stage->experiment);
    g_autoptr(Manifest) manifest =
        run_parts_manifest(stage->parts, options->path, stage->resolved,
                           error);
    if (manifest == NULL) {
        return false;
    }
    stage->manifest = manifest_to_json(manifest);
    return true;
}

static bool create_segment(Stage *stage, GError **error)
{
    g_autoptr(SegmentConfig) config = segment_config_of(stage->experiment);
    g_autoptr(Sha256) sha = sha256_new();

    sha256_update(sha, stage->resolved, strlen(stage->resolved));
    sha256_finish_binary(sha, config->config_sha256);
    stage->segment = segment_create(config, error);
    return stage->segment != NULL;
}

static bool open_outputs(Stage *stage, GError **error)
{
    const GPtrArray *processes = stage->experiment->processes;
    g_autofree const char **names = g_new(const char *, processes->len);

    for (unsigned i = 0; i < processes->len; i++) {
        names[i] = ((const ExperimentProcess *)processes->pdata[i])->name;
    }
    stage->outputs = output_set_new(names, processes->len,
                                    stage->dir->output_fd, error);
    return stage->outputs != NULL;
}

/* What the run can be done again with: the nodes get these very bytes. */
static bool keep_parts(Stage *stage, GError **error)
{
    int fd = stage->dir->fd;
    g_autofree char *name = g_build_filename(stage->dir->path, RUN_DIR_KERNEL,
                                             NULL);

    stage->kernel = g_canonicalize_filename(name, NULL);
    return file_publish_text(fd, RUN_DIR_MANIFEST, stage->manifest, error) &&
        file_publish_text(fd, RUN_DIR_EXPERIMENT, stage->resolved, error) &&
        file_publish_bytes(fd, RUN_DIR_KERNEL, stage->parts->kernel_bytes,
                           error) &&
        file_publish_bytes(fd, RUN_DIR_RAMDISK,
                           stage->parts->ramdisk->archive, error);
}

/* Makes the run directory and everything the cluster needs. */
static bool prepare(Stage *stage, const char *folder, GError **error)
{
    stage->dir = run_dir_create(folder, error);
    if (stage->dir == NULL || !keep_parts(stage, error) ||
        !create_segment(stage, error) || !open_outputs(stage, error)) {
        return false;
    }
    stage->traces = trace_store_new((uint32_t)stage->experiment->node_count,
                                    stage->dir->fd, error);
    if (stage->traces == NULL) {
        return false;
    }
    stage->ramdisk_fd = ramdisk_open(stage->parts->ramdisk, error);
    return stage->ramdisk_fd >= 0;
}

static bool write_trace(Stage *stage, GError **error)
{
    stage->trace_fd = file_open_unnamed(stage->dir->fd, error);
    return stage->trace_fd >= 0 &&
        trace_store_write(stage->traces, stage->trace_fd, error) &&
        file_publish(stage->trace_fd, stage->dir->fd, RUN_DIR_TRACE, error);
}

static bool run_cluster(Stage *stage, const RunOptions *options,
                        ClusterEnd *end, GError **error)
{
    ClusterConfig config = {
        .experiment = stage->experiment,
        .emulator = stage->parts->emulator,
        .kernel = stage->kernel,
        .segment = stage->segment,
        .ramdisk_fd = stage->ramdisk_fd,
        .console_folder_fd = stage->dir->console_fd,
        .interrupt_fd = options->interrupt_fd,
        .traces = stage->traces,
        .outputs = stage->outputs,
        .progress = options->progress,
        .doors = options->doors,
        .device_options = options->device_options,
        .accel_options = options->accel_options,
    };

    if (!cluster_run(&config, end, error)) {
        /* What there is of the trace helps to find out why; whether it can
         * be written does not matter beside the error of the run. */
        write_trace(stage, NULL);
        return false;
    }
    return write_trace(stage, error);
}

static bool run_stages(Stage *stage, Run *run, const RunOptions *options,
                       GError **error)
{
    g_autofree ClusterEnd *end = g_new0(ClusterEnd, 1);

    if (!gather(stage, options, error) ||
        !prepare(stage, run->folder, error) ||
        !run_cluster(stage, options, end, error)) {
        return false;
    }
    const RunLeft left = {
        .experiment = stage->experiment,
        .dir = stage->dir,
        .outputs = stage->outputs,
        .trace_fd = stage->trace_fd,
        .end = end,
    };
    run->result = run_result(&left, error);
    if (run->result == NULL) {
        return false;
    }
    g_autofree char *json = result_to_json(run->result);
    return file_publish_text(stage->dir->fd, RUN_DIR_RESULT, json, error);
}

Run *run_experiment(const RunOptions *options, GError **error)
{
    g_autoptr(Run) run = g_new0(Run, 1);
    Stage stage = { .ramdisk_fd = -1, .trace_fd = -1 };

    run->experiment = experiment_load(options->path, &options->experiment,
                                      error);
    if (run->experiment == NULL) {
        return NULL;
    }
    run->folder = options->folder != NULL ? g_strdup(options->folder)
        : g_strdup_printf("%s.run", run->experiment->name);
    stage.experiment = run->experiment;
    bool done = run_stages(&stage, run, options, error);
    stage_clear(&stage);
    return done ? g_steal_pointer(&run) : NULL;
}
