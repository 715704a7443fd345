/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A segment for tests: the part of the host tool that makes one, with every
 * two nodes linked in the same way. A test changes what it needs otherwise
 * before it starts the bridges.
 */
#ifndef TESTS_QTEST_TEST_SEGMENT_H
#define TESTS_QTEST_TEST_SEGMENT_H

#include <stdint.h>

#include "hw/abi/segment.h"

/* -- the link of all tests: 1 Gbit/s is 8 ns per byte -- */

#define LATENCY_NS      50000u
#define BITS_PER_S      UINT64_C(1000000000)
#define WIRE_NS(length) ((MB_WIRE_HEADER + (length)) * UINT64_C(8))

/* What a bridge needs for an exported page. */
#define READ_NS         700u

/* -- the segment -- */

typedef struct {
    int fd;
    uint64_t bytes;
    struct mb_segment *header;
    struct mb_link *links;
    struct mb_node *nodes;
} TestSegment;

/* Not synchronised: the tests move the clocks. All nodes are linked. */
TestSegment *test_segment_create(uint32_t node_count);
void test_segment_destroy(TestSegment *segment);
struct mb_link *test_segment_link(TestSegment *segment, uint32_t source,
                                  uint32_t target);
/* At most so many a link; makes it faulty. */
#define TEST_FAULTS 32
void test_segment_add_fault(TestSegment *segment, uint32_t source,
                            uint32_t target, struct mb_link_fault fault);
/* Make `target` look at what `source` has written. */
void test_segment_news(TestSegment *segment, uint32_t source, uint32_t target);
/* Until the node says so; the test's time-out ends it. */
void test_segment_await_state(TestSegment *segment, uint32_t node,
                              enum mb_node_state state);
uint8_t *test_segment_ring(TestSegment *segment, uint32_t source,
                           uint32_t target);

#endif
