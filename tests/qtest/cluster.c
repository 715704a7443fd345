/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cluster of bare-metal guests. GODWIT_QEMU names the emulator, GODWIT_TRAFFIC
 * and others the guests.
 */
#include "cluster.h"

#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hw/abi/trace.h"

typedef struct {
    const Run *run;
    TestSegment *segment;
    pid_t pids[CLUSTER_NODES_MAX];
    uint64_t digests[CLUSTER_NODES_MAX][2];
} Cluster;

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    ck_assert_msg(value != NULL, "%s is not set", name);
    return value;
}

/* -- emulators -- */

static void run_qemu(const Run *run, const TestSegment *segment, uint32_t node)
{
    char icount[256], accel[128], backend[160], device[160];
    const char *const arguments[] = {
        variable("GODWIT_QEMU"), "-icount", icount, "-accel", accel,
        "-smp", "1", "-seed", "1", "-rtc", "base=2020-01-01T00:00:00,clock=vm",
        "-m", "16M", "-nodefaults", "-no-user-config", "-display", "none",
        "-nic", "none", "-serial", "none", "-M", "virt,aia=none",
        "-monitor", "none", "-bios", "none", "-kernel",
        variable(run->kernel ? run->kernel : "GODWIT_TRAFFIC"),
        "-object", backend, "-device", device, NULL,
    };

    snprintf(icount, sizeof(icount), "shift=0,sleep=off,rate=%" PRIu32 "/%"
             PRIu32 "%s%s", run->num ? run->num : 1, run->den ? run->den : 1,
             run->cost ? ",cost=" : "", run->cost ? run->cost : "");
    snprintf(accel, sizeof(accel), "tcg,thread=single%s%s",
             run->accel ? "," : "", run->accel ? run->accel : "");
    snprintf(backend, sizeof(backend), "memory-backend-file,id=segment,"
             "mem-path=/proc/self/fd/%d,size=%" PRIu64 ",share=on",
             segment->fd, segment->bytes);
    snprintf(device, sizeof(device), "migbridge,memdev=segment,node=%" PRIu32
             ",addr=1%s%s", node, run->device ? "," : "",
             run->device ? run->device : "");
    execv(arguments[0], (char *const *)arguments);
    _exit(127);
}

static void start_node(Cluster *cluster, uint32_t node)
{
    pid_t parent = getpid(), pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(1);
        }
        run_qemu(cluster->run, cluster->segment, node);
    }
    cluster->pids[node] = pid;
}

static void stop_node(Cluster *cluster, uint32_t node)
{
    int status;

    kill(cluster->pids[node], SIGTERM);
    ck_assert_int_eq(waitpid(cluster->pids[node], &status, 0),
                     cluster->pids[node]);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
                  "an emulator ended with wait status 0x%x", status);
}

/* -- the host tool's part -- */

static void add_to_digest(uint64_t *digest, const uint8_t *ring,
                          uint64_t ring_bytes, uint64_t from, uint64_t to)
{
    for (; from != to; from++) {
        *digest = (*digest ^ ring[from & (ring_bytes - 1)]) *
                  UINT64_C(0x100000001b3);
    }
}

static void drain(Cluster *cluster, uint32_t node)
{
    const struct mb_segment *header = cluster->segment->header;
    struct mb_node *shared = &cluster->segment->nodes[node];
    const uint8_t *base = (const uint8_t *)header;
    uint64_t *digest = cluster->digests[node];
    uint64_t head = __atomic_load_n(&shared->trace_head, __ATOMIC_ACQUIRE);

    add_to_digest(digest, base + shared->trace_offset, header->trace_bytes,
                  shared->trace_tail, head);
    __atomic_store_n(&shared->trace_tail, head, __ATOMIC_RELEASE);

    head = __atomic_load_n(&shared->output_head, __ATOMIC_ACQUIRE);
    add_to_digest(digest + 1, base + shared->output_offset,
                  header->output_bytes, shared->output_tail, head);
    __atomic_store_n(&shared->output_tail, head, __ATOMIC_RELEASE);
}

static bool has_left(const struct mb_node *node)
{
    uint32_t state = __atomic_load_n(&node->state, __ATOMIC_ACQUIRE);

    return state == MB_NODE_ENDED || state == MB_NODE_CRASHED;
}

/* Empty the rings until all nodes have left. */
static void supervise(Cluster *cluster)
{
    const struct timespec nap = { .tv_nsec = 500000 };
    const Run *run = cluster->run;
    uint32_t left = 0;

    for (unsigned tick = 0; left < run->node_count; tick++) {
        pid_t victim = cluster->pids[tick / 4 % run->node_count];

        if (run->disturbed && tick % 4 < 2) {
            kill(victim, tick % 4 == 0 ? SIGSTOP : SIGCONT);
        }
        nanosleep(&nap, NULL);
        left = 0;
        for (uint32_t i = 0; i < run->node_count; i++) {
            /* State first: what it wrote before it ended is drained. */
            left += has_left(&cluster->segment->nodes[i]);
            drain(cluster, i);
            ck_assert_msg(waitpid(cluster->pids[i], NULL, WNOHANG) == 0,
                          "the emulator of node %" PRIu32 " has gone", i);
        }
    }
    for (uint32_t i = 0; i < run->node_count; i++) {
        kill(cluster->pids[i], SIGCONT);
    }
}

static TestSegment *make_segment(const Run *run)
{
    TestSegment *segment = test_segment_create(run->node_count);

    segment->header->synchronised = 1;
    segment->header->until_ns = run->until_ns;
    for (uint32_t i = 0; run->num != 0 && i < run->node_count; i++) {
        segment->nodes[i].clock_num = run->num;
        segment->nodes[i].clock_den = run->den;
    }
    if (run->shape) {
        run->shape(segment);
    }
    return segment;
}

static void collect(const Cluster *cluster, Result *result)
{
    result->ended = cluster->segment->header->ended;
    for (uint32_t i = 0; i < cluster->run->node_count; i++) {
        const struct mb_node *node = &cluster->segment->nodes[i];

        result->digest = (result->digest ^ cluster->digests[i][0]) * 31 +
                         cluster->digests[i][1];
        result->state[i] = node->state;
        result->halt[i] = node->halt;
        result->time_ns[i] = node->time_ns;
        result->busy_ns[i] = node->busy_ns;
        result->instret[i] = node->instret;
        result->records[i] = node->trace_head /
                             sizeof(struct mb_trace_record);
        result->all_records += result->records[i];
        result->outputs += node->output_head != 0;
    }
}

Result cluster_play(const Run *run)
{
    Cluster cluster = { .run = run, .segment = make_segment(run) };
    Result result = {};

    ck_assert_uint_le(run->node_count, CLUSTER_NODES_MAX);
    for (uint32_t i = 0; i < run->node_count; i++) {
        if (run->late && i == run->node_count - 1) {
            usleep(100000);
        }
        start_node(&cluster, i);
    }
    supervise(&cluster);
    collect(&cluster, &result);
    for (uint32_t i = 0; i < run->node_count; i++) {
        stop_node(&cluster, i);
    }
    test_segment_destroy(cluster.segment);
    return result;
}

/* -- what is expected -- */

void cluster_expect_same(const Result *a, const Result *b)
{
    ck_assert_uint_eq(a->ended, b->ended);
    ck_assert_mem_eq(a->state, b->state, sizeof(a->state));
    ck_assert_mem_eq(a->records, b->records, sizeof(a->records));
    ck_assert_uint_eq(a->digest, b->digest);
    ck_assert_mem_eq(a->time_ns, b->time_ns, sizeof(a->time_ns));
    ck_assert_mem_eq(a->busy_ns, b->busy_ns, sizeof(a->busy_ns));
    ck_assert_mem_eq(a->instret, b->instret, sizeof(a->instret));
}

void cluster_expect_quiet(const Result *result, uint32_t node_count)
{
    ck_assert_uint_eq(result->ended, MB_END_QUIET);
    ck_assert_uint_gt(result->all_records, 1000);
    ck_assert_uint_eq(result->outputs, node_count);
}

uint64_t cluster_busy_ns(const Result *result)
{
    uint64_t busy_ns = 0;

    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        busy_ns = result->busy_ns[i] > busy_ns ? result->busy_ns[i] : busy_ns;
    }
    return busy_ns;
}
