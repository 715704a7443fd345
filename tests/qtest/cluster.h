/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole cluster of bare-metal guests: one emulator per node, and a thin host
 * tool that empties their rings until the run has ended.
 */
#ifndef TESTS_QTEST_CLUSTER_H
#define TESTS_QTEST_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "test_segment.h"

#define CLUSTER_NODES_MAX 8

typedef struct {
    uint32_t node_count;
    uint64_t until_ns;
    const char *kernel;         /* variable that names it; NULL: traffic */
    /* change the segment before the start; NULL: all links are equal */
    void (*shape)(TestSegment *segment);
    const char *device;         /* more options of the bridge; NULL: none */
    const char *accel;          /* more options of -accel; NULL: none */
    uint32_t num, den;          /* ns per cycle; 0: 1/1 */
    const char *cost;           /* of instructions; NULL: a cycle */
    bool disturbed;             /* stop and continue the emulators */
    bool late;                  /* the last node starts late */
} Run;

typedef struct {
    uint64_t digest;            /* of all records of all nodes */
    uint32_t ended;
    uint32_t state[CLUSTER_NODES_MAX];
    uint32_t halt[CLUSTER_NODES_MAX];
    uint64_t time_ns[CLUSTER_NODES_MAX];
    uint64_t busy_ns[CLUSTER_NODES_MAX];
    uint64_t instret[CLUSTER_NODES_MAX];
    uint64_t records[CLUSTER_NODES_MAX];
    uint64_t all_records;
    uint32_t outputs;           /* nodes that have come to their end */
} Result;

Result cluster_play(const Run *run);

/* Both have done the same, to the last instruction. */
void cluster_expect_same(const Result *a, const Result *b);
/* All nodes have come to their end, and then there was nothing left to do. */
void cluster_expect_quiet(const Result *result, uint32_t node_count);
/* The last instant at which anything happened. */
uint64_t cluster_busy_ns(const Result *result);

#endif
