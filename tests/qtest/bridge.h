/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bridge under test: one QEMU with one bridge, set up as a guest would do
 * it, with queues at fixed places of its memory.
 */
#ifndef TESTS_QTEST_BRIDGE_H
#define TESTS_QTEST_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/regs.h"
#include "hw/abi/ring.h"
#include "hw/abi/segment.h"
#include "hw/abi/trace.h"

#include "qtest.h"
#include "test_segment.h"

/* -- the machine -- */

#define RAM_BASE        UINT64_C(0x80000000)
#define RAM_BYTES       (UINT64_C(16) << 20)
#define RAM_END         (RAM_BASE + RAM_BYTES)
#define BAR_REGS        UINT64_C(0x40000000)
#define BAR_MSIX        UINT64_C(0x40010000)

/* -- where things are in its memory -- */

#define TX_RING(q)      (RAM_BASE + 0x100000 + (q) * 0x80000)
#define RX_RING         (RAM_BASE + 0x200000)
#define RX_DONE         (RAM_BASE + 0x280000)
#define SCRATCH         (RAM_BASE + 0x300000)
#define TX_PAGE(i)      (RAM_BASE + 0x400000 + ((i) % 64) * 0x1000)
#define RX_PAGE(i)      (RAM_BASE + 0x800000 + ((i) % 256) * 0x1000)

/* -- the bridge -- */

typedef struct {
    Qtest *qtest;
    TestSegment *segment;
    uint32_t node;
    uint32_t tx_tail[MB_TX_QUEUES];
    uint32_t rx_tail;
    uint32_t log2;
    uint64_t trace_tail;        /* what the test has read so far */
} Bridge;

/* PCI set-up done, nothing else. */
Bridge *bridge_start(TestSegment *segment, uint32_t node);
/* On a machine with MSI, and with other options of the machine. */
Bridge *bridge_start_on(TestSegment *segment, uint32_t node,
                        const char *machine);
void bridge_stop(Bridge *bridge);
/* The emulator does not start with this segment, or as this node. */
void bridge_expect_refusal(TestSegment *segment, uint32_t node);

uint32_t bridge_read32(Bridge *bridge, uint64_t reg);
uint64_t bridge_read64(Bridge *bridge, uint64_t reg);
void bridge_write32(Bridge *bridge, uint64_t reg, uint32_t value);
void bridge_write64(Bridge *bridge, uint64_t reg, uint64_t value);
uint32_t bridge_config_read(Bridge *bridge, unsigned bytes, unsigned offset);
void bridge_config_write(Bridge *bridge, unsigned bytes, unsigned offset,
                         uint32_t value);

/* Fail unless MB_REG_STATUS is `bits`; clear it. */
void bridge_expect_status(Bridge *bridge, uint32_t bits);

/* All queues with 1 << log2 entries, running, every interrupt enabled. */
void bridge_set_up(Bridge *bridge, uint32_t log2);

/* Write the next descriptor of a queue, whatever is in it. */
void bridge_put(Bridge *bridge, unsigned queue, const struct mb_tx_desc *desc);
/* A good one: payload is `length` bytes of the pattern `tag` stands for. */
void bridge_queue_message(Bridge *bridge, unsigned queue, uint16_t target,
                          uint32_t length, uint64_t tag);
void bridge_ring(Bridge *bridge, unsigned queue);
uint32_t bridge_tx_head(Bridge *bridge, unsigned queue);

/* Post so many buffers, each of a page. */
void bridge_post(Bridge *bridge, uint32_t count);
uint32_t bridge_rx_head(Bridge *bridge);
void bridge_completion(Bridge *bridge, uint32_t index,
                       struct mb_rx_completion *completion);
/* Entry `index` holds message `tag` from `source`, delivered at this time,
 * with the payload that bridge_queue_message() gave it. */
void bridge_expect_message(Bridge *bridge, uint32_t index, uint16_t source,
                           uint32_t length, uint64_t tag, uint64_t arrival_ns);

/* The next trace record of this type, if there is one; skips others. */
bool bridge_find_trace(Bridge *bridge, uint16_t type,
                       struct mb_trace_record *record);
/* There is one. */
struct mb_trace_record bridge_expect_trace(Bridge *bridge, uint16_t type);
/* How many trace records there are. */
uint64_t bridge_trace_count(const Bridge *bridge);

#endif
