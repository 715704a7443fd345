/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node that exports pages, and one that reads them: nodes 0 and 1 of three.
 */
#ifndef TESTS_QTEST_EXPORTER_H
#define TESTS_QTEST_EXPORTER_H

#include "bridge.h"

#include "hw/abi/export.h"
#include "hw/abi/message.h"

/* -- in the memory of the node that serves -- */

#define EXPORT_DESC         SCRATCH
#define EXPORT_DIRECTORY    (SCRATCH + 0x1000)
#define EXPORT_TABLE(i)     (SCRATCH + 0x2000 + (i) * 0x1000)
#define EXPORT_NOTICE       (SCRATCH + 0x8000)
#define EXPORT_PAGE(i)      (RAM_BASE + 0xa00000 + (i) * 0x1000)

#define EXPORT_SLOT         5u
#define EXPORT_PID          77u
#define EXPORT_EPOCH        3u
/* Page i of object 0 has this index. */
#define EXPORT_INDEX(i)     (UINT64_C(0x1000) + 2 * (i))

typedef struct {
    TestSegment *segment;
    Bridge *server;             /* node 0 */
    Bridge *reader;             /* node 1 */
    uint64_t requests;          /* that the reader has sent */
} Exporter;

/* Both run; no buffers have been posted. */
void exporter_start(Exporter *x);
void exporter_stop(Exporter *x);

/* A good export of so many pages, to the reader or to any node. */
void exporter_offer(Exporter *x, uint32_t count);
void exporter_offer_to(Exporter *x, uint32_t count, uint32_t reader);
void exporter_close(Exporter *x);
/* Write a description, whatever is in it, and have the device read it. */
void exporter_describe(Exporter *x, const struct mb_export *desc);
/* What a good one has in it. */
struct mb_export exporter_good(uint32_t count);

uint64_t exporter_state(Exporter *x, uint64_t i);
void exporter_set_state(Exporter *x, uint64_t i, uint64_t state);

/* The reader sends a request for page i, or a message like one with the fields
 * of *msg that are not zero. */
void exporter_ask(Exporter *x, uint64_t i, uint64_t tag);
void exporter_send(Exporter *x, const struct mb_msg *msg);
/* The same with a payload. */
void exporter_send_list(Exporter *x, const struct mb_msg *msg,
                        const void *list, uint32_t bytes);
/* When the server was done with the n-th of those in the ring; 0: is not. */
uint64_t exporter_request_done(Exporter *x, uint64_t n);

/* Move both clocks to this time. */
void exporter_run(Exporter *x, uint64_t time_ns);
/* The reader's completion `n` is page i for the tag, at that time unless it is
 * 0. */
void exporter_expect_page(Exporter *x, uint32_t n, uint64_t i, uint64_t tag,
                          uint64_t arrival_ns);
/* The same of one that was in the payload of a request. */
void exporter_expect_prefetched(Exporter *x, uint32_t n, uint64_t i,
                                uint64_t arrival_ns);

#endif
