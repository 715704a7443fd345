/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the emulator of a node: takes its command line, joins the
 * segment and plays what the variable FAKE_NODE names, without a guest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/futex.h"
#include "lib/segment.h"
#include "suite.h"
#include "synthetic.h"

#include "hw/abi/regs.h"

#define START_NS    5000000
#define END_NS      10000000
#define FLOOD       50000       /* records: three times a ring */

typedef struct {
    Segment *segment;
    uint32_t index;
    struct mb_node *line;
    uint64_t trace_head;
    uint64_t output_head;
    uint32_t seq;
    FILE *console;
} FakeNode;

/* -- the command line -- */

/* The value behind `key` in the argument that contains `with`. */
static char *find_value(char **argv, const char *with, const char *key)
{
    for (size_t i = 1; argv[i] != NULL; i++) {
        const char *value = strstr(argv[i], key);
        if (strstr(argv[i], with) != NULL && value != NULL) {
            value += strlen(key);
            return g_strndup(value, strcspn(value, ","));
        }
    }
    g_error("the command line has no '%s' with '%s'", with, key);
}

static int open_value(char **argv, const char *with, const char *key)
{
    g_autofree char *path = find_value(argv, with, key);
    int fd = open(path, O_RDWR);

    g_assert(fd >= 0);
    return fd;
}

/* Something for the memory's hash to see. */
static void touch_memory(char **argv, uint32_t node)
{
    g_autofree char *size = find_value(argv, "id=ram,", "size=");
    int fd = open_value(argv, "id=ram,", "mem-path=");
    struct stat status;

    g_assert(fstat(fd, &status) == 0);
    g_assert(status.st_size == (off_t)g_ascii_strtoull(size, NULL, 10));
    g_assert(pwrite(fd, &node, sizeof(node), 4096 * (1 + node)) ==
             sizeof(node));
    close(fd);
}

/* -- rings -- */

/* Sleeps until the host tool has made room for `bytes`. */
static void wait_for_room(FakeNode *node, uint64_t *tail, uint64_t head,
                          uint64_t bytes, uint64_t ring_bytes)
{
    for (;;) {
        uint64_t seen = __atomic_load_n(tail, __ATOMIC_ACQUIRE);
        if (head + bytes - seen <= ring_bytes) {
            return;
        }
        segment_attend(node->segment);
        futex_wait((uint32_t *)tail, (uint32_t)seen);
    }
}

static void put_record(FakeNode *node, const struct mb_trace_record *record)
{
    uint64_t bytes = node->segment->geometry.trace_bytes;
    uint8_t *ring = segment_trace_ring(node->segment, node->index);

    wait_for_room(node, &node->line->trace_tail, node->trace_head,
                  sizeof(*record), bytes);
    memcpy(ring + node->trace_head % bytes, record, sizeof(*record));
    node->trace_head += sizeof(*record);
    __atomic_store_n(&node->line->trace_head, node->trace_head,
                     __ATOMIC_RELEASE);
}

static void put_output(FakeNode *node, uint64_t offset, const char *text,
                       uint32_t length)
{
    uint64_t bytes = node->segment->geometry.output_bytes;
    uint8_t *ring = segment_output_ring(node->segment, node->index);
    struct mb_output output = {
        .pid = 1, .stream = 1, .offset = offset, .length = length,
    };
    uint8_t record[64] = { 0 };

    g_assert(strlen(text) <= sizeof(record) - sizeof(output));
    memcpy(record, &output, sizeof(output));
    memcpy(record + sizeof(output), text, strlen(text));
    wait_for_room(node, &node->line->output_tail, node->output_head,
                  sizeof(record), bytes);
    for (size_t i = 0; i < sizeof(record); i++) {
        ring[(node->output_head + i) % bytes] = record[i];
    }
    node->output_head += sizeof(record);
    __atomic_store_n(&node->line->output_head, node->output_head,
                     __ATOMIC_RELEASE);
}

/* This node's part of a trace. */
static void put_trace(FakeNode *node, const Synthetic *synthetic)
{
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        const struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        if (record->node == node->index) {
            put_record(node, record);
        }
    }
}

/* -- the end -- */

static void set_state(FakeNode *node, uint32_t state)
{
    __atomic_store_n(&node->line->state, state, __ATOMIC_SEQ_CST);
    segment_attend(node->segment);
}

/* Node 0 ends the run when all others have nothing left to say. */
static void end_run(FakeNode *node, enum mb_end end, uint32_t code)
{
    struct mb_segment *header = node->segment->header;

    __atomic_store_n(&node->line->grid, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&node->line->grid);
    if (node->index == 0) {
        for (uint32_t i = 0; i < node->segment->node_count; i++) {
            uint32_t *grid = &node->segment->nodes[i].grid;
            while (__atomic_load_n(grid, __ATOMIC_SEQ_CST) == 0) {
                futex_wait(grid, 0);
            }
        }
        header->end_node = 0;
        header->end_code = code;
        header->end_ns = END_NS;
        __atomic_store_n(&header->ended, end, __ATOMIC_SEQ_CST);
        futex_wake_all(&header->ended);
    }
    while (__atomic_load_n(&header->ended, __ATOMIC_SEQ_CST) == MB_END_NOT) {
        futex_wait(&header->ended, MB_END_NOT);
    }
    node->line->instret = 1000 + node->index;
    set_state(node, MB_NODE_ENDED);
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
        put_output(node, 0, "hello ", 6);
    } else if (node->index == 1) {
        put_output(node, 6, "world\n", 6);
    }
}

static void play_ok(FakeNode *node)
{
    play_trace(node, true);
    put_halves(node);
    end_run(node, MB_END_QUIET, 0);
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
        put_record(node, &record);
        put_output(node, (uint64_t)node->index * FLOOD + i, "x", 1);
    }
    end_run(node, MB_END_QUIET, 0);
}

static void play_die(FakeNode *node)
{
    if (node->index == 1) {
        fprintf(stderr, "fake: no reason\nfake: at all\n");
        exit(3);
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
    end_run(node, MB_END_LIMIT, 0);
}

static void play_stuck(FakeNode *node)
{
    play_trace(node, false);
    end_run(node, MB_END_QUIET, 0);
}

static void play_panic(FakeNode *node)
{
    if (node->index == 0) {
        fprintf(node->console, "booting\r\n\r\npanic: on purpose\r\n"
                "pc ffffffc000001234\r\n");
        fflush(node->console);
    }
    end_run(node, MB_END_HALT, MB_HALT_PANIC);
}

static void play_broken(FakeNode *node)
{
    end_run(node, MB_END_ERROR, 0);
}

static void play_unfinished(FakeNode *node)
{
    g_autoptr(Synthetic) synthetic = make_trace(true);

    synthetic_remove(synthetic, MB_TRACE_PHASE, MB_MARK_INSTALLED);
    put_trace(node, synthetic);
    end_run(node, MB_END_QUIET, 0);
}

static void play_lost(FakeNode *node)
{
    g_autoptr(Synthetic) synthetic = make_trace(true);

    synthetic_add(synthetic, 0, MB_TRACE_TIMEOUT, 8000000, 110, 0, 0, 0);
    put_trace(node, synthetic);
    end_run(node, MB_END_QUIET, 0);
}

static void play_gap(FakeNode *node)
{
    play_trace(node, true);
    if (node->index == 1) {
        put_output(node, 6, "world\n", 6);
    }
    end_run(node, MB_END_QUIET, 0);
}

static void play_twice(FakeNode *node)
{
    put_output(node, 0, node->index == 0 ? "hello" : "jello", 5);
    end_run(node, MB_END_QUIET, 0);
}

static void play_bad_length(FakeNode *node)
{
    put_output(node, 0, "x", 100000);
    end_run(node, MB_END_QUIET, 0);
}

static void play_bad_number(FakeNode *node)
{
    struct mb_trace_record record = { .node = (uint16_t)node->index,
                                      .seq = 5 };

    put_record(node, &record);
    end_run(node, MB_END_QUIET, 0);
}

static void play_bad_head(FakeNode *node)
{
    node->line->trace_head = UINT64_MAX - 63;
    end_run(node, MB_END_QUIET, 0);
}

static void play_hang(FakeNode *node)
{
    const char *fifo = g_getenv("FAKE_NODE_FIFO");

    if (fifo != NULL) {
        int fd = open(fifo, O_WRONLY);
        g_assert(write(fd, "x", 1) == 1);
        close(fd);
    }
}

static const struct {
    const char *name;
    void (*play)(FakeNode *node);
} plays[] = {
    { "ok", play_ok }, { "flood", play_flood }, { "die", play_die },
    { "abort", play_abort }, { "limit", play_limit }, { "stuck", play_stuck },
    { "panic", play_panic }, { "broken", play_broken },
    { "unfinished", play_unfinished }, { "lost", play_lost },
    { "gap", play_gap }, { "twice", play_twice },
    { "bad-length", play_bad_length }, { "bad-number", play_bad_number },
    { "bad-head", play_bad_head }, { "hang", play_hang },
};

int main(int argc, char **argv)
{
    const char *name = g_getenv("FAKE_NODE");
    g_autofree char *index = find_value(argv, "migbridge,", "node=");
    FakeNode node = { .index = (uint32_t)atoi(index) };

    node.segment = segment_open(open_value(argv, "id=segment,", "mem-path="),
                                NULL);
    g_assert(node.segment != NULL);
    g_assert(node.index < node.segment->node_count);
    node.line = &node.segment->nodes[node.index];
    node.console = fdopen(open_value(argv, "id=console,", "path="), "w");
    touch_memory(argv, node.index);
    set_state(&node, MB_NODE_JOINED);
    for (size_t i = 0; i < G_N_ELEMENTS(plays); i++) {
        if (g_strcmp0(plays[i].name, name) == 0) {
            plays[i].play(&node);
            /* As a node that stands still: until it is ended. */
            for (;;) {
                pause();
            }
        }
    }
    fprintf(stderr, "fake: FAKE_NODE is '%s'\n", name);
    return 2;
}
