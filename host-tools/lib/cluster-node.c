/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node of a running cluster: its start, and what comes out of it.
 */
#include "cluster-node.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emulator.h"
#include "error.h"
#include "units.h"

void running_node_init(RunningNode *node, const ClusterConfig *config,
                       uint32_t index)
{
    const Segment *segment = config->segment;
    struct mb_node *line = &segment->nodes[index];

    *node = (RunningNode) {
        .config = config,
        .index = index,
        .memory_fd = -1,
        .memory_bytes = config->experiment->nodes[index].memory_bytes,
        .trace = ring_init(segment_trace_ring(segment, index),
                           segment->geometry.trace_bytes, &line->trace_head,
                           &line->trace_tail),
        .output = ring_init(segment_output_ring(segment, index),
                            segment->geometry.output_bytes,
                            &line->output_head, &line->output_tail),
    };
}

/* Memory of a fixed size without a name. */
static int create_memory(uint64_t bytes, GError **error)
{
    int fd = memfd_create("godwit-memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        godwit_fail_errno(error, "cannot create a node's memory");
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static int create_console(int folder_fd, uint32_t node, GError **error)
{
    g_autofree char *name = g_strdup_printf("%u.log", node);
    int fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                    0644);

    if (fd < 0) {
        godwit_fail_errno(error, "cannot create console/%s", name);
    }
    return fd;
}

/* 0: none. */
static uint16_t find_port(const ClusterConfig *config, uint32_t node,
                          ClusterDoorKind kind)
{
    for (unsigned i = 0; config->doors != NULL && i < config->doors->len;
         i++) {
        const ClusterDoor *door = &g_array_index(config->doors, ClusterDoor,
                                                 i);
        if (door->node == node && door->kind == kind) {
            return door->port;
        }
    }
    return 0;
}

static bool spawn(RunningNode *node, int console_fd, GError **error)
{
    const ClusterConfig *config = node->config;
    EmulatorConfig emulator = {
        .program = config->emulator,
        .kernel = config->kernel,
        .node = node->index,
        .machine = &config->experiment->nodes[node->index],
        .seed = config->experiment->seed,
        .segment_bytes = config->segment->geometry.bytes,
        .memory_fd = node->memory_fd,
        .segment_fd = config->segment->fd,
        .ramdisk_fd = config->ramdisk_fd,
        .console_fd = console_fd,
        .monitor_port = find_port(config, node->index, CLUSTER_DOOR_MONITOR),
        .gdb_port = find_port(config, node->index, CLUSTER_DOOR_GDB),
        .device_options = config->device_options,
        .accel_options = config->accel_options,
    };
    const int fds[] = {
        node->memory_fd, config->segment->fd, config->ramdisk_fd, console_fd,
    };
    g_auto(GStrv) argv = emulator_command(&emulator);

    node->child = child_spawn(argv, fds, G_N_ELEMENTS(fds), error);
    return node->child != NULL;
}

bool running_node_start(RunningNode *node, GError **error)
{
    node->memory_fd = create_memory(node->memory_bytes, error);
    if (node->memory_fd < 0) {
        return false;
    }
    int console_fd = create_console(node->config->console_folder_fd,
                                    node->index, error);
    if (console_fd < 0) {
        return false;
    }
    bool done = spawn(node, console_fd, error);
    close(console_fd);
    return done;
}

void running_node_finish(RunningNode *node)
{
    g_assert(node->child == NULL);
    if (node->memory_fd >= 0) {
        close(node->memory_fd);
        node->memory_fd = -1;
    }
}

static bool take_records(const struct mb_trace_record *records, size_t count,
                         void *data, GError **error)
{
    RunningNode *node = data;

    for (size_t i = 0; i < count; i++) {
        node->migrations += records[i].type == MB_TRACE_PHASE &&
            records[i].arg[0] == MB_MARK_RESUMED;
    }
    return trace_store_append(node->config->traces, node->index, records,
                              count, error);
}

static bool take_output(const struct mb_output *output, const uint8_t *bytes,
                        void *data, GError **error)
{
    const RunningNode *node = data;

    return output_set_add(node->config->outputs, output, bytes, error);
}

bool running_node_drain(RunningNode *node, GError **error)
{
    if (!ring_drain_trace(&node->trace, take_records, node, error)) {
        g_prefix_error(error, "trace: ");
        return false;
    }
    return ring_drain_output(&node->output, take_output, node, error);
}

bool running_node_blame(const ClusterConfig *config, uint32_t index,
                        GError **error)
{
    const struct mb_node *line = &config->segment->nodes[index];
    uint64_t time_ns = MAX(line->time_ns, line->beat_ns);
    g_autofree char *time = unit_format_short(UNIT_TIME, time_ns);

    g_prefix_error(error, "node %u at %s: ", index,
                   line->state == MB_NODE_ABSENT ? "its start" : time);
    return false;
}
