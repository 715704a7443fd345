/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common clock: whole clusters of bare-metal guests (traffic.c) that all
 * have to do the same in every run, whatever the grid, whatever the host does
 * to the processes meanwhile.
 *
 * GODWIT_QEMU, GODWIT_TRAFFIC and GODWIT_TRAFFIC_HALTS name emulator and
 * guests.
 */
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

#include "bridge.h"

#define NODES_MAX 4

typedef struct {
    uint32_t node_count;
    uint64_t grid_ns;
    uint64_t until_ns;
    uint64_t bits_per_s;        /* 0: that of the other tests */
    uint32_t shift;             /* 1 << shift ns per instruction */
    const char *kernel;         /* variable that names it; NULL: traffic */
    bool disturbed;             /* stop and continue the emulators */
    bool late;                  /* the last node starts late */
} Run;

typedef struct {
    uint64_t digest;            /* of all records of all nodes */
    uint32_t ended;
    uint64_t end_ns;
    uint64_t time_ns[NODES_MAX];
    uint64_t instret[NODES_MAX];
    uint64_t records;
    uint32_t outputs;           /* nodes that have come to their end */
} Result;

/* -- emulators -- */

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    ck_assert_msg(value != NULL, "%s is not set", name);
    return value;
}

static void run_qemu(const Run *run, const TestSegment *segment, uint32_t node)
{
    char icount[32], backend[160], device[64];
    const char *kernel = variable(run->kernel ? run->kernel
                                              : "GODWIT_TRAFFIC");
    const char *const arguments[] = {
        variable("GODWIT_QEMU"), "-icount", icount,
        "-accel", "tcg,thread=single", "-smp", "1", "-seed", "1",
        "-rtc", "base=2020-01-01T00:00:00,clock=vm", "-m", "16M",
        "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none",
        "-monitor", "none", "-serial", "none", "-M", "virt,aia=none",
        "-bios", "none", "-kernel", kernel, "-object", backend,
        "-device", device, NULL,
    };

    snprintf(icount, sizeof(icount), "shift=%" PRIu32 ",sleep=off",
             run->shift);
    snprintf(backend, sizeof(backend), "memory-backend-file,id=segment,"
             "mem-path=/proc/self/fd/%d,size=%" PRIu64 ",share=on",
             segment->fd, segment->bytes);
    snprintf(device, sizeof(device),
             "migbridge,memdev=segment,node=%" PRIu32 ",addr=1", node);
    execv(arguments[0], (char *const *)arguments);
    _exit(127);
}

static pid_t start_node(const Run *run, const TestSegment *segment,
                        uint32_t node)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(1);
        }
        run_qemu(run, segment, node);
    }
    return pid;
}

static void stop_node(pid_t pid)
{
    int status;

    kill(pid, SIGTERM);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
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

static void drain(TestSegment *segment, uint32_t node, uint64_t *digest)
{
    const struct mb_segment *header = segment->header;
    struct mb_node *shared = &segment->nodes[node];
    const uint8_t *base = (const uint8_t *)header;
    uint64_t head = __atomic_load_n(&shared->trace_head, __ATOMIC_ACQUIRE);

    add_to_digest(digest, base + shared->trace_offset, header->trace_bytes,
                  shared->trace_tail, head);
    __atomic_store_n(&shared->trace_tail, head, __ATOMIC_RELEASE);

    head = __atomic_load_n(&shared->output_head, __ATOMIC_ACQUIRE);
    add_to_digest(digest + 1, base + shared->output_offset,
                  header->output_bytes, shared->output_tail, head);
    __atomic_store_n(&shared->output_tail, head, __ATOMIC_RELEASE);
}

/* Drain the rings until all nodes have ended. */
static void supervise(TestSegment *segment, const Run *run, const pid_t *pids,
                      uint64_t digests[][2])
{
    const struct timespec nap = { .tv_nsec = 500000 };
    uint32_t ended = 0;

    for (unsigned tick = 0; ended < run->node_count; tick++) {
        pid_t victim = pids[tick / 4 % run->node_count];

        if (run->disturbed && tick % 4 < 2) {
            kill(victim, tick % 4 == 0 ? SIGSTOP : SIGCONT);
        }
        nanosleep(&nap, NULL);
        ended = 0;
        for (uint32_t i = 0; i < run->node_count; i++) {
            /* State first: what it wrote before it ended is drained. */
            ended += __atomic_load_n(&segment->nodes[i].state,
                                     __ATOMIC_ACQUIRE) == MB_NODE_ENDED;
            drain(segment, i, digests[i]);
            ck_assert_msg(waitpid(pids[i], NULL, WNOHANG) == 0,
                          "the emulator of node %" PRIu32 " has gone", i);
        }
    }
    for (uint32_t i = 0; i < run->node_count; i++) {
        kill(pids[i], SIGCONT);
    }
}

static TestSegment *make_segment(const Run *run)
{
    TestSegment *segment = test_segment_create(run->node_count);

    segment->header->grid_ns = run->grid_ns;
    segment->header->until_ns = run->until_ns;
    segment->header->ns_per_insn = 1u << run->shift;
    for (uint32_t i = 0; i < run->node_count * run->node_count; i++) {
        if (run->bits_per_s != 0) {
            segment->links[i].bits_per_s = run->bits_per_s;
        }
    }
    return segment;
}

static Result play(Run run)
{
    TestSegment *segment = make_segment(&run);
    uint64_t digests[NODES_MAX][2] = {};
    pid_t pids[NODES_MAX];
    Result result = {};

    ck_assert_uint_le(run.node_count, NODES_MAX);
    for (uint32_t i = 0; i < run.node_count; i++) {
        if (run.late && i == run.node_count - 1) {
            usleep(100000);
        }
        pids[i] = start_node(&run, segment, i);
    }
    supervise(segment, &run, pids, digests);

    result.ended = segment->header->ended;
    result.end_ns = segment->header->end_ns;
    for (uint32_t i = 0; i < run.node_count; i++) {
        const struct mb_node *node = &segment->nodes[i];

        result.digest = (result.digest ^ digests[i][0]) * 31 + digests[i][1];
        result.time_ns[i] = node->time_ns;
        result.instret[i] = node->instret;
        result.records += node->trace_head / sizeof(struct mb_trace_record);
        result.outputs += node->output_head != 0;
        stop_node(pids[i]);
    }
    test_segment_destroy(segment);
    return result;
}

/* -- tests -- */

static void expect_same(const Result *a, const Result *b)
{
    ck_assert_uint_eq(a->ended, b->ended);
    ck_assert_uint_eq(a->records, b->records);
    ck_assert_uint_eq(a->digest, b->digest);
    ck_assert_mem_eq(a->instret, b->instret, sizeof(a->instret));
}

static void expect_quiet(const Result *result, uint32_t node_count)
{
    ck_assert_uint_eq(result->ended, MB_END_QUIET);
    ck_assert_uint_gt(result->records, 1000);
    ck_assert_uint_eq(result->outputs, node_count);
}

START_TEST(alone)
{
    Result a = play((Run) { .node_count = 2, .grid_ns = 50000 });
    Result b = play((Run) { .node_count = 2, .grid_ns = 50000 });

    expect_quiet(&a, 2);
    expect_same(&a, &b);
    ck_assert_uint_eq(a.end_ns, b.end_ns);
}
END_TEST

START_TEST(any_grid)
{
    static const uint64_t grids[] = { 25000, 7777, 1000 };
    Result a = play((Run) { .node_count = 3, .grid_ns = 50000 });

    expect_quiet(&a, 3);
    for (size_t i = 0; i < sizeof(grids) / sizeof(grids[0]); i++) {
        Result b = play((Run) { .node_count = 3, .grid_ns = grids[i] });

        expect_same(&a, &b);
    }
}
END_TEST

START_TEST(slow_clock)
{
    Result a = play((Run) { .node_count = 3, .grid_ns = 49997, .shift = 2 });
    Result b = play((Run) { .node_count = 3, .grid_ns = 10001, .shift = 2 });

    expect_quiet(&a, 3);
    expect_same(&a, &b);
}
END_TEST

START_TEST(disturbed)
{
    Result a = play((Run) { .node_count = 4, .grid_ns = 50000 });
    Result b = play((Run) { .node_count = 4, .grid_ns = 50000,
                            .disturbed = true, .late = true });

    expect_quiet(&a, 4);
    expect_same(&a, &b);
    ck_assert_uint_eq(a.end_ns, b.end_ns);
}
END_TEST

/* A wire so fast that the rings are full: senders wait for their peers to
 * say, at a meeting, that there is room. */
START_TEST(crowded)
{
    Run run = { .node_count = 2, .grid_ns = 50000,
                .bits_per_s = UINT64_C(100000000000) };
    Result a = play(run);
    Result b;

    run.disturbed = true;
    b = play(run);
    expect_quiet(&a, 2);
    expect_same(&a, &b);
}
END_TEST

START_TEST(limit)
{
    const uint64_t until = 1234567;
    Result a = play((Run) { .node_count = 2, .grid_ns = 50000,
                            .until_ns = until });
    Result b = play((Run) { .node_count = 2, .grid_ns = 7000,
                            .until_ns = until });

    ck_assert_uint_eq(a.ended, MB_END_LIMIT);
    ck_assert_uint_eq(a.end_ns, until);
    ck_assert_uint_eq(a.time_ns[0], until);
    ck_assert_uint_eq(a.time_ns[1], until);
    expect_same(&a, &b);
}
END_TEST

START_TEST(halt)
{
    Run run = { .node_count = 3, .grid_ns = 50000,
                .kernel = "GODWIT_TRAFFIC_HALTS" };
    Result a = play(run);
    Result b;

    run.disturbed = true;
    b = play(run);
    ck_assert_uint_eq(a.ended, MB_END_HALT);
    expect_same(&a, &b);
    ck_assert_uint_eq(a.end_ns, a.time_ns[0]);
    ck_assert_uint_eq(a.end_ns, b.end_ns);
    /* the others go on to their next meeting, and no further */
    ck_assert_uint_eq(a.time_ns[1], (a.end_ns / 50000 + 1) * 50000);
    ck_assert_uint_eq(a.time_ns[2], a.time_ns[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lockstep");
    TCase *tests = tcase_create("lockstep");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, alone);
    tcase_add_test(tests, any_grid);
    tcase_add_test(tests, slow_clock);
    tcase_add_test(tests, disturbed);
    tcase_add_test(tests, crowded);
    tcase_add_test(tests, limit);
    tcase_add_test(tests, halt);
    suite_add_tcase(suite, tests);

    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
