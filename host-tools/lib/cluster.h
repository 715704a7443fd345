/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running cluster: one emulator per node, all on one shared segment, from
 * the start of the first to the end of the last.
 */
#ifndef LIB_CLUSTER_H
#define LIB_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "experiment.h"
#include "output.h"
#include "segment.h"
#include "sha256.h"
#include "trace-store.h"

typedef struct {
    const Experiment *experiment;
    const char *emulator;
    const char *kernel;
    Segment *segment;
    int ramdisk_fd;
    int console_folder_fd;
    /* readable when the run shall be given up; -1: never */
    int interrupt_fd;
    /* what the nodes produce goes here */
    TraceStore *traces;
    OutputSet *outputs;
} ClusterConfig;

typedef struct {
    uint64_t instructions;
    char memory_sha256[SHA256_TEXT];
} ClusterNode;

typedef struct {
    enum mb_end end;
    uint32_t end_node;          /* of MB_END_HALT and MB_END_ERROR */
    uint32_t end_code;          /* MB_HALT_* */
    uint64_t end_ns;
    ClusterNode nodes[MB_NODES_MAX];
} ClusterEnd;

/*
 * Runs it until all nodes stand still, takes all traces and output, and hashes
 * each node's memory. No child is left when it returns. Fails if a child dies,
 * a ring is broken, or the run is given up; a run that a guest or the time
 * limit ended is a result.
 *
 * To be called in the main thread: children die with the thread they come
 * from.
 */
bool cluster_run(const ClusterConfig *config, ClusterEnd *end, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
