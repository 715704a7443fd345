/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run, from its trace and what else it left.
 */
#ifndef LIB_RUN_RESULT_H
#define LIB_RUN_RESULT_H

#include <glib.h>

#include "cluster.h"
#include "experiment.h"
#include "output.h"
#include "result.h"
#include "run-dir.h"

typedef struct {
    const Experiment *experiment;
    const RunDir *dir;
    const OutputSet *outputs;
    int trace_fd;
    const ClusterEnd *end;
} RunLeft;

/* Complete, with digest and, if the run failed, its reason. */
Result *run_result(const RunLeft *left, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
