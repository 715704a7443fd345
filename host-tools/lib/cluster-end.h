/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of a cluster when all its nodes stand still.
 */
#ifndef LIB_CLUSTER_END_H
#define LIB_CLUSTER_END_H

#include <stdbool.h>

#include <glib.h>

#include "cluster-node.h"

/* Have all nodes seen the end, or crashed before? */
bool cluster_has_ended(const Segment *segment);

/* Why and when it ended, from the nodes' lines. The emulators must be gone:
 * nothing changes any more. */
void cluster_find_end(const Segment *segment, ClusterEnd *end);

/* All of it: also instructions, who waits for what, and the memory. */
bool cluster_collect(const ClusterConfig *config, const RunningNode *nodes,
                     ClusterEnd *end, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
