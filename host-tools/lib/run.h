/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, from the experiment file to result.json.
 */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include <stdbool.h>

#include <glib.h>

#include "cluster.h"
#include "experiment.h"
#include "result.h"
#include "run-dir.h"

typedef struct {
    const char *path;           /* of the experiment file */
    ExperimentOptions experiment;
    const char *from;           /* run directory that kernel and RAM disk are
                                 * taken from; NULL: the testbed's */
    const char *folder;         /* NULL: NAME.run in the current one */
    int interrupt_fd;           /* readable: give up; -1: never */
    Progress *progress;         /* NULL: nobody looks */
    const GArray *doors;        /* of ClusterDoor; NULL: none */
    /* for tests: more properties of -device and -accel; NULL: none */
    const char *device_options;
    const char *accel_options;
} RunOptions;

typedef struct {
    Experiment *experiment;
    char *folder;
    /* NULL if it did not get that far. A result with a reason is of a run
     * that failed. */
    Result *result;
} Run;

/* What can be found wrong without running it. */
Experiment *run_validate(const RunOptions *options, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* NULL with an error if there is no result. */
Run *run_experiment(const RunOptions *options, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void run_free(Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

/* run-reason.c: why the run failed, or NULL if it did not. */
char *run_find_reason(const Experiment *experiment, const RunDir *dir,
                      const ClusterEnd *end, const Result *result);

#endif
