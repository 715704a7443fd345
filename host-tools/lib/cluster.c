/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running cluster.
 *
 * The main thread sleeps in poll() on everything that can happen: a child
 * ends or writes to its standard error, the run is interrupted, the nodes
 * want attention, or it is time to look whether a node hangs or to show how
 * far the run is. The nodes' attention comes as a futex, on which a thread of
 * its own sleeps and which it turns into an eventfd.
 */
#include "cluster.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cluster-end.h"
#include "cluster-node.h"
#include "error.h"
#include "futex.h"
#include "units.h"
#include "watch.h"

/* Descriptors per node, for its memory, process, errors and trace; and what is
 * open besides, but for the outputs of the processes. */
#define FDS_PER_NODE    4
#define FDS_BESIDES     64

typedef struct {
    const ClusterConfig *config;
    uint32_t node_count;
    RunningNode *nodes;
    Watch *watch;
    int attention_fd;
    GThread *sleeper;
    bool done;                  /* atomic: the sleeper shall end */
} Cluster;

bool cluster_check_doors(const GArray *doors, uint32_t node_count,
                         GError **error)
{
    static const char *const names[] = { "--monitor", "--gdb" };

    for (unsigned i = 0; doors != NULL && i < doors->len; i++) {
        const ClusterDoor *door = &g_array_index(doors, ClusterDoor, i);
        if (door->node >= node_count) {
            return godwit_misuse(error, "%s %u=%u: there is no node %u",
                                 names[door->kind], door->node, door->port,
                                 door->node);
        }
        for (unsigned k = 0; k < i; k++) {
            const ClusterDoor *other = &g_array_index(doors, ClusterDoor, k);
            if (other->port == door->port ||
                (other->node == door->node && other->kind == door->kind)) {
                return godwit_misuse(error, "%s %u=%u: this port or node has "
                                     "been named before", names[door->kind],
                                     door->node, door->port);
            }
        }
    }
    return true;
}

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

/* The soft limit that most systems begin with is not enough for all nodes. */
static bool raise_descriptor_limit(const Cluster *cluster, GError **error)
{
    const Experiment *experiment = cluster->config->experiment;
    rlim_t need = FDS_BESIDES + FDS_PER_NODE * cluster->node_count +
        OUTPUT_STREAMS * experiment->processes->len;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need) {
        return true;
    }
    if (limit.rlim_max < need) {
        return godwit_fail(error, "%u nodes need %" G_GUINT64_FORMAT " open "
                           "files, and the limit is %" G_GUINT64_FORMAT
                           "; raise it (ulimit -Hn) or use fewer nodes",
                           cluster->node_count, (uint64_t)need,
                           (uint64_t)limit.rlim_max);
    }
    limit.rlim_cur = need;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ||
        godwit_fail_errno(error, "cannot raise the limit of open files");
}

static void announce_doors(const ClusterConfig *config)
{
    for (unsigned i = 0; config->doors != NULL && i < config->doors->len;
         i++) {
        const ClusterDoor *door = &g_array_index(config->doors, ClusterDoor,
                                                 i);
        g_autofree char *line = door->kind == CLUSTER_DOOR_MONITOR
            ? g_strdup_printf("node %u: its monitor listens, connect with: "
                              "nc 127.0.0.1 %u", door->node, door->port)
            : g_strdup_printf("node %u waits for gdb, start it with: "
                              "gdb-multiarch %s -ex 'target remote "
                              "127.0.0.1:%u'", door->node, config->kernel,
                              door->port);
        progress_note(config->progress, line);
    }
}

static bool start(Cluster *cluster, GError **error)
{
    const ClusterConfig *config = cluster->config;

    if (!raise_descriptor_limit(cluster, error)) {
        return false;
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        RunningNode *node = &cluster->nodes[i];
        if (!running_node_start(node, error)) {
            return running_node_blame(config, i, error);
        }
        watch_add(cluster->watch, i, node->child->pid);
    }
    if (config->doors != NULL && config->doors->len > 0) {
        watch_allow_halts(cluster->watch);
        announce_doors(config);
    }
    /* After the last fork. */
    cluster->attention_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cluster->attention_fd < 0) {
        return godwit_fail_errno(error, "cannot create an event");
    }
    cluster->sleeper = g_thread_new("attention", sleep_on_attention, cluster);
    return true;
}

/* All at once: the second does not wait until the first is gone. */
static void end_children(Cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        child_kill(cluster->nodes[i].child);
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        g_clear_pointer(&cluster->nodes[i].child, child_destroy);
    }
}

static void finish(Cluster *cluster)
{
    progress_clear(cluster->config->progress);
    end_children(cluster);
    if (cluster->sleeper != NULL) {
        __atomic_store_n(&cluster->done, true, __ATOMIC_SEQ_CST);
        segment_attend(cluster->config->segment);
        g_thread_join(cluster->sleeper);
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        running_node_finish(&cluster->nodes[i]);
    }
    if (cluster->attention_fd >= 0) {
        close(cluster->attention_fd);
    }
    watch_free(cluster->watch);
    g_free(cluster->nodes);
}

static bool drain_all(Cluster *cluster, GError **error)
{
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        if (!running_node_drain(&cluster->nodes[i], error)) {
            return running_node_blame(cluster->config, i, error);
        }
    }
    return true;
}

/* -- what happens meanwhile -- */

static uint64_t virtual_ns(const Segment *segment)
{
    uint64_t last_ns = 0;

    for (uint32_t i = 0; i < segment->node_count; i++) {
        const struct mb_node *line = &segment->nodes[i];
        last_ns = MAX(last_ns, MAX(line->time_ns, line->beat_ns));
    }
    return last_ns;
}

static void show_progress(const Cluster *cluster)
{
    const Segment *segment = cluster->config->segment;
    ProgressFacts facts = {
        .virtual_ns = virtual_ns(segment),
        .nodes = cluster->node_count,
    };

    for (uint32_t i = 0; i < cluster->node_count; i++) {
        const struct mb_node *line = &segment->nodes[i];
        bool waits = __atomic_load_n(&line->waiting, __ATOMIC_RELAXED) != 0;
        bool runs = line->state == MB_NODE_JOINED;
        facts.joined += line->state != MB_NODE_ABSENT;
        facts.gone += line->state == MB_NODE_CRASHED;
        facts.waiting += runs && waits;
        facts.running += runs && !waits;
        facts.migrations += cluster->nodes[i].migrations;
    }
    progress_show(cluster->config->progress, &facts);
}

static uint64_t now_ms(void)
{
    return (uint64_t)g_get_monotonic_time() / 1000;
}

/* Does what it is time for; *due_ms: when it is time for something again. */
static bool keep_time(Cluster *cluster, uint64_t *look_ms, int *due_ms,
                      GError **error)
{
    Progress *progress = cluster->config->progress;
    uint64_t now = now_ms();
    uint32_t node;

    if (now >= *look_ms) {
        if (!watch_look(cluster->watch, now, &node, error)) {
            return running_node_blame(cluster->config, node, error);
        }
        *look_ms = now + WATCH_PERIOD_MS;
    }
    int show_ms = progress_due_ms(progress);
    if (show_ms == 0) {
        show_progress(cluster);
        show_ms = progress_due_ms(progress);
    }
    *due_ms = (int)(*look_ms - now);
    if (show_ms >= 0) {
        *due_ms = MIN(*due_ms, show_ms);
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
        g_autofree char *time =
            unit_format_short(UNIT_TIME, virtual_ns(cluster->config->segment));
        return godwit_fail(error, "interrupted at %s", time);
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
            godwit_fail(error, "the emulator %s", end);
            return running_node_blame(cluster->config, i, error);
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
    uint64_t look_ms = 0;
    int due_ms = 0;
    nfds_t count;
    g_autofree struct pollfd *slots = make_slots(cluster, &count);

    for (;;) {
        /* Asked first: what a node wrote before it ended is then drained. */
        bool ended = cluster_has_ended(cluster->config->segment);
        if (!drain_all(cluster, error)) {
            return false;
        }
        if (ended) {
            return true;
        }
        if (!keep_time(cluster, &look_ms, &due_ms, error)) {
            return false;
        }
        if (poll(slots, count, due_ms) < 0) {
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

bool cluster_run(const ClusterConfig *config, ClusterEnd *end, GError **error)
{
    Cluster cluster = {
        .config = config,
        .node_count = config->segment->node_count,
        .watch = watch_new(config->segment),
        .attention_fd = -1,
    };

    cluster.nodes = g_new0(RunningNode, cluster.node_count);
    for (uint32_t i = 0; i < cluster.node_count; i++) {
        running_node_init(&cluster.nodes[i], config, i);
    }
    bool done = start(&cluster, error) && supervise(&cluster, error);
    if (done) {
        end_children(&cluster);
        done = cluster_collect(config, cluster.nodes, end, error);
    }
    finish(&cluster);
    return done;
}
