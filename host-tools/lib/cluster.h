/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running cluster: one emulator per node, all on one shared segment, from
 * the start of the first to the end of the last.
 */
#ifndef LIB_CLUSTER_H
#define LIB_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "board.h"
#include "experiment.h"
#include "output.h"
#include "progress.h"
#include "segment.h"
#include "sha256.h"
#include "trace-store.h"

#define CLUSTER_WAITS_MAX   1024u

/* A way into an emulator while it runs: TCP, from this host only. */
typedef enum {
    CLUSTER_DOOR_MONITOR,       /* QEMU's monitor */
    CLUSTER_DOOR_GDB,           /* the node waits for gdb before it starts */
} ClusterDoorKind;

typedef struct {
    ClusterDoorKind kind;
    uint32_t node;
    uint16_t port;
} ClusterDoor;

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
    Progress *progress;         /* NULL: nobody looks */
    const GArray *doors;        /* of ClusterDoor; NULL: none */
    /* for tests: more properties of -device and -accel; NULL: none */
    const char *device_options;
    const char *accel_options;
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
    /* what threads do at the end, node by node */
    size_t wait_count;
    BoardWait waits[CLUSTER_WAITS_MAX];
} ClusterEnd;

/* Is there such a node, and no door twice? */
bool cluster_check_doors(const GArray *doors, uint32_t node_count,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Runs it until all nodes stand still, takes all traces and output, and hashes
 * each node's memory. No child is left when it returns. Fails if a child dies
 * or hangs, a ring is broken, or the run is given up; a run that a guest or
 * the time limit ended is a result.
 *
 * To be called in the main thread: children die with the thread they come
 * from.
 */
bool cluster_run(const ClusterConfig *config, ClusterEnd *end, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
