/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running cluster.
 *
 * The main thread sleeps in poll() on everything that can happen: a child
 * ends or writes to its standard error, the run is interrupted, or the nodes
 * want attention. The last comes as a futex, on which a thread of its own
 * sleeps and which it turns into an eventfd.
 */
#include "cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "emulator.h"
#include "error.h"
#include "futex.h"
#include "memory-hash.h"
#include "ring.h"

typedef struct {
    Child *child;
    int memory_fd;
    Ring trace;
    Ring output;
} Node;

typedef struct {
    const ClusterConfig *config;
    uint32_t node_count;
    Node *nodes;
    int attention_fd;
    GThread *sleeper;
    bool done;                  /* atomic: the sleeper shall end */
} Cluster;

/* Turns the nodes' futex into the eventfd. */
static void *sleep_on_attention(void *data)
{
    Cluster *cluster = data;
    uint32_t *word = &cluster->config->segment->header->attention;
    uint32_t seen = 0;
    const uint64_t one = 1;

    while (!__atomic_load_n(&cluster->done, __ATOMIC_SEQ_CST)) {
        uint32_t now = __atomic_load_n(word, __ATOMIC_SEQ_CST);
        if (now != seen) {
            seen = now;
            /* It can only fail when the count is full, and so readable. */
            ssize_t written = write(cluster->attention_fd, &one, sizeof(one));
            (void)written;
        } else {
            futex_wait(word, seen);
        }
    }
    return NULL;
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

static bool start_node(Cluster *cluster, uint32_t index, GError **error)
{
    const ClusterConfig *config = cluster->config;
    Node *node = &cluster->nodes[index];
    int console_fd = create_console(config->console_folder_fd, index, error);

    if (console_fd < 0) {
        return false;
    }
    EmulatorConfig emulator = {
        .program = config->emulator,
        .kernel = config->kernel,
        .node = index,
        .clock_shift = config->experiment->clock_shift,
        .seed = config->experiment->seed,
        .memory_bytes = config->experiment->memory_bytes,
        .segment_bytes = config->segment->geometry.bytes,
        .memory_fd = node->memory_fd,
        .segment_fd = config->segment->fd,
        .ramdisk_fd = config->ramdisk_fd,
        .console_fd = console_fd,
    };
    const int fds[] = {
        node->memory_fd, config->segment->fd, config->ramdisk_fd, console_fd,
    };
    g_auto(GStrv) argv = emulator_command(&emulator);
    node->child = child_spawn(argv, fds, G_N_ELEMENTS(fds), error);
    close(console_fd);
    return node->child != NULL;
}

static bool start(Cluster *cluster, GError **error)
{
    const ClusterConfig *config = cluster->config;
    const Segment *segment = config->segment;

    for (uint32_t i = 0; i < cluster->node_count; i++) {
        Node *node = &cluster->nodes[i];
        struct mb_node *line = &segment->nodes[i];
        node->trace = ring_init(segment_trace_ring(segment, i),
                                segment->geometry.trace_bytes,
                                &line->trace_head, &line->trace_tail);
        node->output = ring_init(segment_output_ring(segment, i),
                                 segment->geometry.output_bytes,
                                 &line->output_head, &line->output_tail);
        node->memory_fd = create_memory(config->experiment->memory_bytes,
                                        error);
        if (node->memory_fd < 0 || !start_node(cluster, i, error)) {
            return false;
        }
    }
    /* After the last fork. */
    cluster->attention_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cluster->attention_fd < 0) {
        return godwit_fail_errno(error, "cannot create an event");
    }
    cluster->sleeper = g_thread_new("attention", sleep_on_attention, cluster);
    return true;
}

static void end_children(Cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        g_clear_pointer(&cluster->nodes[i].child, child_destroy);
    }
}

static void finish(Cluster *cluster)
{
    segment_stop(cluster->config->segment);
    end_children(cluster);
    if (cluster->sleeper != NULL) {
        __atomic_store_n(&cluster->done, true, __ATOMIC_SEQ_CST);
        segment_attend(cluster->config->segment);
        g_thread_join(cluster->sleeper);
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        if (cluster->nodes[i].memory_fd >= 0) {
            close(cluster->nodes[i].memory_fd);
        }
    }
    if (cluster->attention_fd >= 0) {
        close(cluster->attention_fd);
    }
    g_free(cluster->nodes);
}

typedef struct {
    const ClusterConfig *config;
    uint32_t node;
} Drain;

static bool take_records(const struct mb_trace_record *records, size_t count,
                         void *data, GError **error)
{
    const Drain *drain = data;

    return trace_store_append(drain->config->traces, drain->node, records,
                              count, error);
}

static bool take_output(const struct mb_output *output, const uint8_t *bytes,
                        void *data, GError **error)
{
    const Drain *drain = data;

    return output_set_add(drain->config->outputs, output, bytes, error);
}

static bool drain_all(Cluster *cluster, GError **error)
{
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        Node *node = &cluster->nodes[i];
        Drain drain = { .config = cluster->config, .node = i };
        if (!ring_drain_trace(&node->trace, take_records, &drain, error)) {
            g_prefix_error(error, "node %u: trace: ", i);
            return false;
        }
        if (!ring_drain_output(&node->output, take_output, &drain, error)) {
            g_prefix_error(error, "node %u: ", i);
            return false;
        }
    }
    return true;
}

static bool all_ended(const Cluster *cluster)
{
    const Segment *segment = cluster->config->segment;

    if (__atomic_load_n(&segment->header->ended, __ATOMIC_ACQUIRE) ==
        MB_END_NOT) {
        return false;
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        if (__atomic_load_n(&segment->nodes[i].state, __ATOMIC_ACQUIRE) !=
            MB_NODE_ENDED) {
            return false;
        }
    }
    return true;
}

/* poll() slots: attention, interrupt, then pidfd and errors of each node. */
enum { SLOT_ATTENTION, SLOT_INTERRUPT, SLOT_NODES };
enum { SLOT_PIDFD, SLOT_ERRORS, SLOTS_PER_NODE };

static struct pollfd *make_slots(const Cluster *cluster, nfds_t *count)
{
    *count = SLOT_NODES + SLOTS_PER_NODE * cluster->node_count;
    struct pollfd *slots = g_new0(struct pollfd, *count);

    slots[SLOT_ATTENTION].fd = cluster->attention_fd;
    slots[SLOT_INTERRUPT].fd = cluster->config->interrupt_fd;
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        struct pollfd *slot = &slots[SLOT_NODES + SLOTS_PER_NODE * i];
        slot[SLOT_PIDFD].fd = cluster->nodes[i].child->pidfd;
        slot[SLOT_ERRORS].fd = cluster->nodes[i].child->errors_fd;
    }
    for (nfds_t i = 0; i < *count; i++) {
        slots[i].events = POLLIN;
    }
    return slots;
}

static bool handle_slots(Cluster *cluster, struct pollfd *slots,
                         GError **error)
{
    uint64_t count;

    if (slots[SLOT_INTERRUPT].revents != 0) {
        return godwit_fail(error, "interrupted");
    }
    if (slots[SLOT_ATTENTION].revents != 0 &&
        read(cluster->attention_fd, &count, sizeof(count)) < 0 &&
        errno != EAGAIN) {
        return godwit_fail_errno(error, "cannot read an event");
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        struct pollfd *slot = &slots[SLOT_NODES + SLOTS_PER_NODE * i];
        Child *child = cluster->nodes[i].child;
        if (slot[SLOT_PIDFD].revents != 0) {
            g_autofree char *end = child_describe_end(child);
            return godwit_fail(error, "node %u: the emulator %s", i, end);
        }
        if (slot[SLOT_ERRORS].revents != 0 && !child_read_errors(child)) {
            slot[SLOT_ERRORS].fd = -1;
        }
    }
    return true;
}

/* Until all nodes stand still and their rings are empty. */
static bool supervise(Cluster *cluster, GError **error)
{
    nfds_t count;
    g_autofree struct pollfd *slots = make_slots(cluster, &count);

    for (;;) {
        /* Asked first: what a node wrote before it ended is then drained. */
        bool ended = all_ended(cluster);
        if (!drain_all(cluster, error)) {
            return false;
        }
        if (ended) {
            return true;
        }
        if (poll(slots, count, -1) < 0) {
            if (errno != EINTR) {
                return godwit_fail_errno(error, "cannot wait for the nodes");
            }
            continue;
        }
        if (!handle_slots(cluster, slots, error)) {
            return false;
        }
    }
}

/* The children are gone: nothing changes any more. */
static bool collect(Cluster *cluster, ClusterEnd *end, GError **error)
{
    const Segment *segment = cluster->config->segment;
    uint64_t bytes = cluster->config->experiment->memory_bytes;

    end_children(cluster);
    end->end = (enum mb_end)segment->header->ended;
    end->end_node = segment->header->end_node;
    end->end_code = segment->header->end_code;
    end->end_ns = segment->header->end_ns;
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        end->nodes[i].instructions = segment->nodes[i].instret;
        if (!memory_hash(cluster->nodes[i].memory_fd, bytes,
                         end->nodes[i].memory_sha256, error)) {
            return false;
        }
    }
    return true;
}

bool cluster_run(const ClusterConfig *config, ClusterEnd *end, GError **error)
{
    Cluster cluster = {
        .config = config,
        .node_count = config->segment->node_count,
        .attention_fd = -1,
    };

    cluster.nodes = g_new0(Node, cluster.node_count);
    for (uint32_t i = 0; i < cluster.node_count; i++) {
        cluster.nodes[i].memory_fd = -1;
    }
    bool done = start(&cluster, error) && supervise(&cluster, error) &&
        collect(&cluster, end, error);
    finish(&cluster);
    return done;
}
