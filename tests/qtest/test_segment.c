/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A segment for tests.
 */
#include "test_segment.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES      4096u
#define HOST_RING_BYTES (UINT64_C(1) << 20)
/* Header, links and nodes: enough for sixteen nodes. */
#define TABLES_BYTES    (UINT64_C(32) * PAGE_BYTES)

/* Faults of each link, then the rings of the links, then those of the nodes;
 * all of these start at multiples of a page. */
static uint64_t faults_bytes(uint32_t nodes)
{
    uint64_t bytes = (uint64_t)nodes * nodes * TEST_FAULTS *
                     sizeof(struct mb_link_fault);

    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

static void fill_header(struct mb_segment *header, uint32_t nodes)
{
    memcpy(header->magic, MB_SEGMENT_MAGIC, sizeof(header->magic));
    header->version = MB_SEGMENT_VERSION;
    header->node_count = nodes;
    header->links_offset = PAGE_BYTES;
    header->nodes_offset = header->links_offset +
                           sizeof(struct mb_link) * nodes * nodes;
    header->ring_bytes = MB_RING_BYTES_MIN;
    header->trace_bytes = HOST_RING_BYTES;
    header->output_bytes = HOST_RING_BYTES;
    header->bytes = TABLES_BYTES + faults_bytes(nodes) +
                    nodes * nodes * header->ring_bytes +
                    nodes * 2 * HOST_RING_BYTES;
}

static void fill_link(TestSegment *segment, uint32_t index, uint64_t ring)
{
    struct mb_link *link = &segment->links[index];

    link->model.latency_ns = LATENCY_NS;
    link->model.bits_per_s = BITS_PER_S;
    link->model.faults_offset = TABLES_BYTES + (uint64_t)index * TEST_FAULTS *
                                sizeof(struct mb_link_fault);
    link->ring_offset = ring;
}

static void fill_node(struct mb_node *node, uint64_t rings)
{
    node->trace_offset = rings;
    node->output_offset = rings + HOST_RING_BYTES;
    node->inbound_ns = MB_NEVER;
    node->awaited_ns = MB_NEVER;
    node->crash_ns = MB_NEVER;
    node->clock_num = 1;
    node->clock_den = 1;
    node->read_ns = READ_NS;
}

static void fill_tables(TestSegment *segment)
{
    struct mb_segment *header = segment->header;
    uint32_t nodes = header->node_count;
    uint64_t offset = TABLES_BYTES + faults_bytes(nodes);

    ck_assert_uint_le(header->nodes_offset + nodes * sizeof(struct mb_node),
                      TABLES_BYTES);
    for (uint32_t i = 0; i < nodes * nodes; i++) {
        if (i / nodes != i % nodes) {
            fill_link(segment, i, offset);
        }
        offset += header->ring_bytes;
    }
    for (uint32_t i = 0; i < nodes; i++) {
        fill_node(&segment->nodes[i], offset);
        offset += 2 * HOST_RING_BYTES;
    }
    ck_assert_uint_eq(offset, header->bytes);
}

TestSegment *test_segment_create(uint32_t node_count)
{
    TestSegment *segment = calloc(1, sizeof(*segment));
    struct mb_segment header = {};
    uint8_t *base;

    ck_assert_ptr_nonnull(segment);
    fill_header(&header, node_count);
    segment->fd = memfd_create("segment", 0);
    ck_assert_int_ge(segment->fd, 0);
    segment->bytes = header.bytes;
    ck_assert_int_eq(ftruncate(segment->fd, (off_t)header.bytes), 0);
    base = mmap(NULL, header.bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                segment->fd, 0);
    ck_assert_ptr_ne(base, MAP_FAILED);
    segment->header = (struct mb_segment *)base;
    segment->links = (struct mb_link *)(base + header.links_offset);
    segment->nodes = (struct mb_node *)(base + header.nodes_offset);
    *segment->header = header;
    fill_tables(segment);
    return segment;
}

void test_segment_destroy(TestSegment *segment)
{
    if (segment != NULL) {
        munmap(segment->header, segment->bytes);
        close(segment->fd);
        free(segment);
    }
}

struct mb_link *test_segment_link(TestSegment *segment, uint32_t source,
                                  uint32_t target)
{
    return &segment->links[source * segment->header->node_count + target];
}

uint8_t *test_segment_ring(TestSegment *segment, uint32_t source,
                           uint32_t target)
{
    return (uint8_t *)segment->header +
           test_segment_link(segment, source, target)->ring_offset;
}

void test_segment_add_fault(TestSegment *segment, uint32_t source,
                            uint32_t target, struct mb_link_fault fault)
{
    struct mb_link_model *model =
        &test_segment_link(segment, source, target)->model;
    struct mb_link_fault *faults =
        (struct mb_link_fault *)((uint8_t *)segment->header +
                                 model->faults_offset);

    ck_assert_uint_lt(model->fault_count, TEST_FAULTS);
    faults[model->fault_count++] = fault;
    model->flags |= MB_LINK_FAULTY;
}

void test_segment_news(TestSegment *segment, uint32_t source, uint32_t target)
{
    __atomic_fetch_or(&segment->nodes[target].news[source / 64],
                      UINT64_C(1) << source % 64, __ATOMIC_SEQ_CST);
}

void test_segment_await_state(TestSegment *segment, uint32_t node,
                              enum mb_node_state state)
{
    while (__atomic_load_n(&segment->nodes[node].state, __ATOMIC_ACQUIRE) !=
           state) {
        usleep(100);
    }
}
