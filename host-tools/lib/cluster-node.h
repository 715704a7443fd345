/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node of a running cluster, seen from the tool: its emulator, its memory
 * and our ends of its rings.
 */
#ifndef LIB_CLUSTER_NODE_H
#define LIB_CLUSTER_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "child.h"
#include "cluster.h"
#include "ring.h"

typedef struct {
    const ClusterConfig *config;
    uint32_t index;
    Child *child;
    int memory_fd;
    uint64_t memory_bytes;
    Ring trace;
    Ring output;
    uint64_t migrations;        /* that have resumed here */
} RunningNode;

void running_node_init(RunningNode *node, const ClusterConfig *config,
                       uint32_t index);
/* Starts its emulator. */
bool running_node_start(RunningNode *node, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* Takes what is in its rings. */
bool running_node_drain(RunningNode *node, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* The emulator must be gone. */
void running_node_finish(RunningNode *node);

/* "node 1 at 3.200 ms: " in front of an error; returns false. */
bool running_node_blame(const ClusterConfig *config, uint32_t index,
                        GError **error);

#endif
