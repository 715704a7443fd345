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
#include "manifest.h"
#include "ramdisk.h"
#include "testbed.h"

#include "guest/include/uapi/algorithms.h"

/* What is made before the run and needed until its end. */
typedef struct {
    const Experiment *experiment;
    char *resolved;
    char *emulator;
    char *kernel;
    Ramdisk *ramdisk;
    char *manifest;
    RunDir *dir;
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
    g_clear_pointer(&stage->manifest, g_free);
    g_clear_pointer(&stage->ramdisk, ramdisk_free);
    g_clear_pointer(&stage->kernel, g_free);
    g_clear_pointer(&stage->emulator, g_free);
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
    stage->ramdisk = ramdisk_build(stage->experiment, error);
    if (stage->ramdisk == NULL) {
        g_prefix_error(error, "%s: ", options->path);
        return false;
    }
    stage->emulator = testbed_emulator(error);
    if (stage->emulator == NULL) {
        return false;
    }
    stage->kernel = testbed_kernel(error);
    if (stage->kernel == NULL) {
        return false;
    }
    stage->resolved = experiment_format(stage->experiment);
    ManifestConfig manifest = {
        .experiment = options->path,
        .resolved = stage->resolved,
        .emulator = stage->emulator,
        .kernel = stage->kernel,
        .ramdisk = stage->ramdisk,
    };
    stage->manifest = manifest_format(&manifest, error);
    return stage->manifest != NULL;
}

static bool create_segment(Stage *stage, GError **error)
{
    SegmentConfig config = segment_config(stage->experiment);
    g_autoptr(Sha256) sha = sha256_new();

    sha256_update(sha, stage->resolved, strlen(stage->resolved));
    sha256_finish_binary(sha, config.config_sha256);
    stage->segment = segment_create(&config, error);
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

/* Makes the run directory and everything the cluster needs. */
static bool prepare(Stage *stage, const char *folder, GError **error)
{
    stage->dir = run_dir_create(folder, error);
    if (stage->dir == NULL ||
        !file_publish_text(stage->dir->fd, RUN_DIR_MANIFEST, stage->manifest,
                           error) ||
        !file_publish_text(stage->dir->fd, RUN_DIR_EXPERIMENT,
                           stage->resolved, error) ||
        !create_segment(stage, error) || !open_outputs(stage, error)) {
        return false;
    }
    stage->traces = trace_store_new((uint32_t)stage->experiment->node_count,
                                    stage->dir->fd, error);
    if (stage->traces == NULL) {
        return false;
    }
    stage->ramdisk_fd = ramdisk_open(stage->ramdisk, error);
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
        .emulator = stage->emulator,
        .kernel = stage->kernel,
        .segment = stage->segment,
        .ramdisk_fd = stage->ramdisk_fd,
        .console_folder_fd = stage->dir->console_fd,
        .interrupt_fd = options->interrupt_fd,
        .traces = stage->traces,
        .outputs = stage->outputs,
    };

    if (!cluster_run(&config, end, error)) {
        /* What there is of the trace helps to find out why; whether it can
         * be written does not matter beside the error of the run. */
        write_trace(stage, NULL);
        return false;
    }
    return write_trace(stage, error);
}

static bool fill_processes(Stage *stage, Result *result, const Ledger *ledger,
                           GError **error)
{
    for (unsigned i = 0; i < stage->experiment->processes->len; i++) {
        const ExperimentProcess *planned =
            stage->experiment->processes->pdata[i];
        ResultProcess *process = result_add_process(result);
        process->name = g_strdup(planned->name);
        process->facts = ledger->processes[i];
        if (!output_set_hash(stage->outputs, i, 0, process->stdout_sha256,
                             &process->stdout_bytes, error) ||
            !output_set_hash(stage->outputs, i, 1, process->stderr_sha256,
                             &process->stderr_bytes, error)) {
            return false;
        }
    }
    return true;
}

static const char *algorithm_name(uint32_t number)
{
    static const char *const names[ALGORITHM_COUNT] = {
#define X(symbol, number, name) [number] = name,
        GODWIT_ALGORITHMS(X)
#undef X
    };

    return number < ALGORITHM_COUNT ? names[number] : "unknown";
}

/* Names a migration that the ledger tells of. */
static void name_migration(const Experiment *experiment,
                           ResultMigration *migration, bool *seen)
{
    LedgerMigration *ledger = migration->ledger;

    if (ledger->plan_index < experiment->migrations->len) {
        const ExperimentMigration *planned =
            experiment->migrations->pdata[ledger->plan_index];
        seen[ledger->plan_index] = true;
        migration->id = planned->id;
        ledger->algorithm = planned->algorithm_number;
        ledger->target = (uint32_t)planned->target;
    }
    if (ledger->pid >= 1 && ledger->pid <= experiment->processes->len) {
        const ExperimentProcess *process =
            experiment->processes->pdata[ledger->pid - 1];
        migration->process = g_strdup(process->name);
    } else {
        migration->process = g_strdup_printf("%u", ledger->pid);
    }
    migration->algorithm = g_strdup(algorithm_name(ledger->algorithm));
}

static void fill_migrations(const Experiment *experiment, Result *result,
                            Ledger *ledger)
{
    g_autofree bool *seen = g_new0(bool, experiment->migrations->len + 1);

    for (unsigned i = 0; i < ledger->migrations->len; i++) {
        LedgerMigration *migration =
            g_steal_pointer(&ledger->migrations->pdata[i]);
        name_migration(experiment, result_add_migration(result, migration),
                       seen);
    }
    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        const ExperimentMigration *planned = experiment->migrations->pdata[i];
        if (!seen[i]) {
            LedgerMigration *migration = ledger_migration_new();
            migration->outcome = OUTCOME_NOT_STARTED;
            migration->pid = planned->process_index + 1;
            migration->plan_index = i;
            name_migration(experiment,
                           result_add_migration(result, migration), seen);
        }
    }
}

static void fill_end(Stage *stage, Result *result, const ClusterEnd *end)
{
    static const char *const names[] = {
        [MB_END_QUIET] = "quiet",
        [MB_END_LIMIT] = "limit",
        [MB_END_HALT] = "halt",
        [MB_END_ERROR] = "error",
    };
    bool known = end->end >= MB_END_QUIET && end->end <= MB_END_ERROR;

    result->name = g_strdup(stage->experiment->name);
    result->end = g_strdup(names[known ? end->end : MB_END_ERROR]);
    result->virtual_ns = end->end_ns;
    for (uint32_t i = 0; i < stage->segment->node_count; i++) {
        ResultNode *node = result_add_node(result);
        node->node = i;
        node->instructions = end->nodes[i].instructions;
        g_strlcpy(node->memory_sha256, end->nodes[i].memory_sha256,
                  sizeof(node->memory_sha256));
    }
}

static Result *make_result(Stage *stage, const ClusterEnd *end, GError **error)
{
    g_autoptr(Result) result = result_new();
    g_autoptr(TraceFile) trace = trace_file_open(stage->trace_fd, error);
    g_autoptr(GError) gap = NULL;

    if (trace == NULL) {
        return NULL;
    }
    LedgerConfig config = {
        .process_count = stage->experiment->processes->len,
        .latency_ns = stage->experiment->latency_ns,
        .bits_per_s = stage->experiment->bits_per_s,
    };
    g_autoptr(Ledger) ledger = ledger_compute(trace, &config, error);
    if (ledger == NULL ||
        !sha256_of_fd(stage->trace_fd, result->trace_sha256, error) ||
        !fill_processes(stage, result, ledger, error)) {
        return NULL;
    }
    fill_migrations(stage->experiment, result, ledger);
    fill_end(stage, result, end);
    g_autofree char *text = result_digest_text(result);
    sha256_of_data(text, strlen(text), result->digest);
    result->reason = run_find_reason(stage->experiment, stage->dir, end,
                                     result);
    if (result->reason == NULL && !output_set_check(stage->outputs, &gap)) {
        result->reason = g_strdup(gap->message);
    }
    return g_steal_pointer(&result);
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
    run->result = make_result(stage, end, error);
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
