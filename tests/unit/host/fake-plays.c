/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node without a guest can play: good runs, deaths and nonsense;
 * fake-hangs.c has those that do nothing any more.
 */
#include "fake-node.h"

#include <signal.h>
#include <stdlib.h>

#include "lib/futex.h"
#include "suite.h"
#include "synthetic.h"

#include "hw/abi/board.h"
#include "hw/abi/regs.h"

#define START_NS    5000000
#define FLOOD       50000       /* records: three times a ring */
#define RAM_BASE    UINT64_C(0x80000000)
#define BOARD       UINT64_C(0x80010000)

/* This node's part of a trace. */
static void put_trace(FakeNode *node, const Synthetic *synthetic)
{
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        const struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        if (record->node == node->index) {
            fake_node_put_record(node, record);
        }
    }
}

/* -- what can be played -- */

static Synthetic *make_trace(bool exits)
{
    Synthetic *synthetic = synthetic_new();

    synthetic_start(synthetic, 0, 1000);
    synthetic_migration(synthetic, START_NS);
    if (exits) {
        synthetic_exit(synthetic, 1, 9000000, 0);
    }
    return synthetic;
}

static void play_trace(FakeNode *node, bool exits)
{
    g_autoptr(Synthetic) synthetic = make_trace(exits);

    put_trace(node, synthetic);
}

static void put_halves(FakeNode *node)
{
    if (node->index == 0) {
        fake_node_put_output(node, 0, "hello ", 6);
    } else if (node->index == 1) {
        fake_node_put_output(node, 6, "world\n", 6);
    }
}

void fake_play_ok(FakeNode *node)
{
    play_trace(node, true);
    put_halves(node);
    fake_node_end(node, MB_END_QUIET);
}

static void play_flood(FakeNode *node)
{
    for (uint32_t i = 0; i < FLOOD && node->index < 2; i++) {
        bool first = node->index == 0 && i == 0;
        bool last = node->index == 0 && i == FLOOD - 1;
        struct mb_trace_record record = {
            .time_ns = i, .node = (uint16_t)node->index, .seq = i, .pid = 1,
            .type = first ? MB_TRACE_PROC_START
                : last ? MB_TRACE_PROC_EXIT : MB_TRACE_BOOT,
        };
        fake_node_put_record(node, &record);
        fake_node_put_output(node, (uint64_t)node->index * FLOOD + i, "x", 1);
    }
    fake_node_end(node, MB_END_QUIET);
}

static void play_die(FakeNode *node)
{
    if (node->index == 1) {
        fprintf(stderr, "fake: no reason\nfake: at all\n");
        _exit(3);
    }
}

static void play_abort(FakeNode *node)
{
    if (node->index == 1) {
        raise(SIGKILL);
    }
}

static void play_limit(FakeNode *node)
{
    play_trace(node, false);
    fake_node_end(node, MB_END_LIMIT);
}

static void play_stuck(FakeNode *node)
{
    play_trace(node, false);
    fake_node_end(node, MB_END_QUIET);
}

/* Both halt, the other one first in virtual time. */
static void play_panic(FakeNode *node)
{
    if (node->index == 0) {
        fprintf(node->console, "booting\r\n\r\npanic: on purpose\r\n"
                "pc ffffffc000001234\r\n");
        fflush(node->console);
    }
    node->line->time_ns = 7000000 + node->index;
    node->line->halt = MB_HALT_PANIC;
    fake_node_end(node, MB_END_HALT);
}

static void play_broken(FakeNode *node)
{
    fake_node_end(node, MB_END_ERROR);
}

static void play_unfinished(FakeNode *node)
{
    g_autoptr(Synthetic) synthetic = make_trace(true);

    synthetic_remove(synthetic, MB_TRACE_PHASE, MB_MARK_INSTALLED);
    put_trace(node, synthetic);
    fake_node_end(node, MB_END_QUIET);
}

static void play_lost(FakeNode *node)
{
    g_autoptr(Synthetic) synthetic = make_trace(true);

    synthetic_add(synthetic, 0, MB_TRACE_TIMEOUT, 8000000, 110, 0, 0, 0);
    put_trace(node, synthetic);
    fake_node_end(node, MB_END_QUIET);
}

static void play_gap(FakeNode *node)
{
    play_trace(node, true);
    if (node->index == 1) {
        fake_node_put_output(node, 6, "world\n", 6);
    }
    fake_node_end(node, MB_END_QUIET);
}

static void play_twice(FakeNode *node)
{
    fake_node_put_output(node, 0, node->index == 0 ? "hello" : "jello", 5);
    fake_node_end(node, MB_END_QUIET);
}

/* Further than a small disk reaches. */
static void play_far(FakeNode *node)
{
    if (node->index == 1) {
        fake_node_put_output(node, 100 << 20, "x", 1);
    }
    fake_node_end(node, MB_END_QUIET);
}

static void play_bad_length(FakeNode *node)
{
    fake_node_put_output(node, 0, "x", 100000);
    fake_node_end(node, MB_END_QUIET);
}

static void play_bad_number(FakeNode *node)
{
    struct mb_trace_record record = { .node = (uint16_t)node->index,
                                      .seq = 5 };

    fake_node_put_record(node, &record);
    fake_node_end(node, MB_END_QUIET);
}

static void play_bad_head(FakeNode *node)
{
    node->line->trace_head = UINT64_MAX - 63;
    fake_node_end(node, MB_END_QUIET);
}

void fake_pass_time(FakeNode *node)
{
    for (unsigned i = 0; i < 10; i++) {
        node->line->time_ns += 500000;
        g_usleep(FAKE_LATE_US / 10);
    }
}

/* Never comes to an end. */
static void play_endless(FakeNode *node)
{
    const char *fifo = g_getenv("FAKE_NODE_FIFO");

    if (fifo != NULL) {
        int fd = open(fifo, O_WRONLY);
        g_assert(write(fd, "x", 1) == 1);
        close(fd);
    }
    for (;;) {
        fake_pass_time(node);
    }
}

/* -- crashes that the experiment asked for -- */

void fake_crash(FakeNode *node)
{
    node->line->time_ns = 4000000;
    node->line->busy_ns = 4000000;
    node->line->instret = 500;
    __atomic_store_n(&node->line->promise_ns, MB_NEVER, __ATOMIC_SEQ_CST);
    fake_node_set_state(node, MB_NODE_CRASHED);
    __atomic_add_fetch(&node->segment->nodes[0].turn, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&node->segment->nodes[0].turn);
}

static void play_crash(FakeNode *node)
{
    if (node->index == 1) {
        fake_crash(node);
    } else {
        g_autoptr(Synthetic) synthetic = synthetic_new();
        synthetic_start(synthetic, 0, 1000);
        synthetic_exit(synthetic, 0, 9000000, 0);
        put_trace(node, synthetic);
        fake_node_end(node, MB_END_QUIET);
    }
}

/* -- other ways -- */

/* Virtual time goes by for as long as it takes to be seen. */
static void play_slow(FakeNode *node)
{
    fake_pass_time(node);
    fake_play_ok(node);
}

static void play_bus(FakeNode *node)
{
    if (node->index == 1) {
        signal(SIGBUS, SIG_DFL);
        raise(SIGBUS);
    }
}

/* -- boards -- */

static void write_board(FakeNode *node, uint64_t address,
                        const struct mb_board *board)
{
    g_assert(pwrite(node->memory_fd, board, sizeof(*board),
                    (off_t)(address - RAM_BASE)) == sizeof(*board));
    node->line->board = address;
}

static void play_board(FakeNode *node)
{
    struct mb_board board = {
        .magic = MB_BOARD_MAGIC,
        .count = 4,
        .entry = {
            { .pid = 1, .tid = 1, .wait = MB_WAIT_PAGE, .node = 0, .arg = 5 },
            { .pid = 1, .tid = 2, .wait = MB_WAIT_PAGE, .node = 0, .arg = 6 },
            { .pid = 0, .wait = MB_WAIT_FREE },
            { .pid = 7, .tid = 7, .wait = MB_WAIT_TIME, .arg = 12000000000 },
        },
    };

    play_trace(node, false);
    if (node->index == 1) {
        write_board(node, BOARD, &board);
    }
    fake_node_end(node, MB_END_QUIET);
}

/* FAKE_NODE_BOARD: which one. */
static void play_bad_board(FakeNode *node)
{
    const char *which = g_getenv("FAKE_NODE_BOARD");
    struct mb_board board = {
        .magic = MB_BOARD_MAGIC,
        .count = 3,
        .entry = {
            { .pid = 1, .wait = MB_WAITS },
            { .pid = 1, .wait = MB_WAIT_PAGE, .node = 2 },
            { .pid = 1, .wait = MB_WAIT_MOVE, .node = UINT32_MAX },
        },
    };

    play_trace(node, false);
    if (g_str_equal(which, "count")) {
        board.count = MB_BOARD_ENTRIES + 1;
        board.entry[0].wait = MB_WAIT_NOT;
    } else if (g_str_equal(which, "magic")) {
        board.magic++;
        board.entry[0].wait = MB_WAIT_NOT;
    }
    write_board(node, BOARD, &board);
    if (g_str_equal(which, "low")) {
        node->line->board = RAM_BASE - 1;
    } else if (g_str_equal(which, "high")) {
        node->line->board = RAM_BASE + (16 << 20) - sizeof(board) + 1;
    } else if (g_str_equal(which, "wild")) {
        node->line->board = UINT64_MAX;
    }
    fake_node_end(node, MB_END_QUIET);
}

static const FakePlay plays[] = {
    { "ok", fake_play_ok }, { "flood", play_flood }, { "die", play_die },
    { "abort", play_abort }, { "limit", play_limit }, { "stuck", play_stuck },
    { "panic", play_panic }, { "broken", play_broken },
    { "unfinished", play_unfinished }, { "lost", play_lost },
    { "gap", play_gap }, { "far", play_far }, { "twice", play_twice },
    { "bad-length", play_bad_length }, { "bad-number", play_bad_number },
    { "bad-head", play_bad_head }, { "endless", play_endless },
    { "crash", play_crash }, { "all-crash", fake_crash },
    { "slow", play_slow }, { "bus", play_bus }, { "board", play_board },
    { "bad-board", play_bad_board }, { NULL, NULL },
};

static bool play_one_of(const FakePlay *table, FakeNode *node,
                        const char *name)
{
    for (; table->name != NULL; table++) {
        if (g_strcmp0(table->name, name) == 0) {
            table->play(node);
            return true;
        }
    }
    return false;
}

bool fake_play(FakeNode *node, const char *name)
{
    return play_one_of(plays, node, name) ||
        play_one_of(fake_hangs, node, name);
}
