/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the emulator of a node, see fake-node.h.
 */
#include "fake-node.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/futex.h"
#include "suite.h"

#define BEAT_US     50000

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
static void touch_memory(FakeNode *node, char **argv)
{
    g_autofree char *size = find_value(argv, "id=ram,", "size=");
    struct stat status;

    node->memory_fd = open_value(argv, "id=ram,", "mem-path=");
    g_assert(fstat(node->memory_fd, &status) == 0);
    g_assert(status.st_size == (off_t)g_ascii_strtoull(size, NULL, 10));
    g_assert(pwrite(node->memory_fd, &node->index, sizeof(node->index),
                    4096 * (1 + node->index)) == sizeof(node->index));
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

void fake_node_put_record(FakeNode *node,
                          const struct mb_trace_record *record)
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

void fake_node_put_output(FakeNode *node, uint64_t offset, const char *text,
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

/* -- the end -- */

void fake_node_set_state(FakeNode *node, uint32_t state)
{
    __atomic_store_n(&node->line->state, state, __ATOMIC_SEQ_CST);
    segment_attend(node->segment);
}

static void wake(struct mb_node *line)
{
    __atomic_add_fetch(&line->turn, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&line->turn);
}

static bool has_promised_silence(struct mb_node *line)
{
    return __atomic_load_n(&line->promise_ns, __ATOMIC_SEQ_CST) == MB_NEVER;
}

static void wake_all(FakeNode *node)
{
    for (uint32_t i = 0; i < node->segment->node_count; i++) {
        wake(&node->segment->nodes[i]);
    }
}

/* Node 0 ends it; every node sleeps on its own turn. */
void fake_node_end(FakeNode *node, enum mb_end end)
{
    struct mb_segment *header = node->segment->header;
    struct mb_node *line = node->line;
    uint32_t silent;

    /* The last one works longest. */
    line->busy_ns = FAKE_END_NS - node->segment->node_count + 1 + node->index;
    line->instret = 1000 + node->index;
    __atomic_store_n(&line->promise_ns, MB_NEVER, __ATOMIC_SEQ_CST);
    wake(&node->segment->nodes[0]);
    while (__atomic_load_n(&header->ended, __ATOMIC_SEQ_CST) == MB_END_NOT) {
        uint32_t turn = __atomic_load_n(&line->turn, __ATOMIC_SEQ_CST);
        silent = 0;
        for (uint32_t i = 0; i < node->segment->node_count; i++) {
            silent += has_promised_silence(&node->segment->nodes[i]);
        }
        if (node->index == 0 && silent == node->segment->node_count) {
            __atomic_store_n(&header->ended, end, __ATOMIC_SEQ_CST);
            wake_all(node);
        } else if (__atomic_load_n(&header->ended, __ATOMIC_SEQ_CST) ==
                   MB_END_NOT) {
            futex_wait(&line->turn, turn);
        }
    }
    fake_node_set_state(node, MB_NODE_ENDED);
}

/* -- the two threads -- */

void fake_node_sleep(void)
{
    uint32_t word = 0;

    for (;;) {
        futex_wait(&word, 0);
    }
}

void fake_node_stop_main(FakeNode *node, FakeMain how)
{
    __atomic_store_n(&node->main, how, __ATOMIC_SEQ_CST);
    /* Its last beat must not come after what we do next. */
    while (!__atomic_load_n(&node->main_is_told, __ATOMIC_SEQ_CST)) {
        g_usleep(BEAT_US / 10);
    }
}

static void run_main_loop(FakeNode *node)
{
    for (;;) {
        FakeMain how = __atomic_load_n(&node->main, __ATOMIC_SEQ_CST);
        __atomic_store_n(&node->main_is_told, how != MAIN_LOOPS,
                         __ATOMIC_SEQ_CST);
        switch (how) {
        case MAIN_LOOPS:
            __atomic_add_fetch(&node->line->beat, 1, __ATOMIC_RELAXED);
            g_usleep(BEAT_US);
            break;
        case MAIN_WAITS:
            fake_node_sleep();
        case MAIN_IS_LATE:
            g_usleep(FAKE_LATE_US);
            __atomic_store_n(&node->main, MAIN_LOOPS, __ATOMIC_SEQ_CST);
            break;
        default:
            break;
        }
    }
}

static void *run_processor(void *data)
{
    FakeNode *node = data;
    const char *name = g_getenv("FAKE_NODE");

    if (!fake_play(node, name)) {
        fprintf(stderr, "fake: FAKE_NODE is '%s'\n", name);
        _exit(2);
    }
    /* As a node that stands still: until it is ended. */
    fake_node_sleep();
}

int main(int argc, char **argv)
{
    g_autofree char *index = find_value(argv, "migbridge,", "node=");
    FakeNode node = { .index = (uint32_t)atoi(index) };

    node.segment = segment_open(open_value(argv, "id=segment,", "mem-path="),
                                NULL);
    g_assert(node.segment != NULL);
    g_assert(node.index < node.segment->node_count);
    node.line = &node.segment->nodes[node.index];
    node.console = fdopen(open_value(argv, "id=console,", "path="), "w");
    touch_memory(&node, argv);
    node.line->time_ns = FAKE_START_NS;
    fake_node_set_state(&node, MB_NODE_JOINED);
    g_thread_new("processor", run_processor, &node);
    run_main_loop(&node);
}
