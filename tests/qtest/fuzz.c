/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest, and then a peer, that does anything at all: random registers,
 * widths, values and descriptors, biased towards plausible ones. The emulator
 * has to stay alive, and must not have written outside of what it was given.
 * GODWIT_SEED repeats a run.
 */
#include "suites.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge.h"

#include "hw/abi/export.h"
#include "hw/abi/message.h"

#define STEPS 4000

static TestSegment *segment;
static Bridge *bridge;
static uint64_t state;
static uint64_t requests;           /* of the peer, all good */

static void setup(void)
{
    const char *given = getenv("GODWIT_SEED");

    state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    printf("fuzz: GODWIT_SEED=%" PRIu64 "\n", state);
    fflush(stdout);
    state = state * UINT64_C(0x9e3779b97f4a7c15) | 1;
    requests = 0;
    segment = test_segment_create(2);
    bridge = bridge_start(segment, 0);
}

static void teardown(void)
{
    bridge_stop(bridge);
    test_segment_destroy(segment);
}

static uint64_t random64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t below(uint64_t limit)
{
    return random64() % limit;
}

/* Values at which something changes, and any others. */
static uint64_t random_value(void)
{
    static const uint64_t edges[] = {
        0, 1, 2, 4, 8, 12, 13, 64, 4096, 4097, 0xffff, UINT32_MAX, UINT64_MAX,
        TX_RING(0), TX_RING(1), RX_RING, RX_DONE, SCRATCH, RAM_END - 1,
        RAM_END, BAR_REGS, BAR_REGS + MB_REG_STAMP, BAR_MSIX,
    };

    switch (below(4)) {
    case 0:
        return random64();
    case 1:
        return below(20);
    case 2:
        return RAM_BASE + below(RAM_BYTES / 8) * 8;
    default:
        return edges[below(sizeof(edges) / sizeof(edges[0]))];
    }
}

static uint64_t random_register(void)
{
    switch (below(4)) {
    case 0:
        return below(MB_BAR_REGS_BYTES - 7);
    case 1:
        return below(0xc0 / 4) * 4;
    case 2:
        return MB_REG_TX(below(2)) + below(5) * 4;
    default:
        return MB_REG_RX + below(7) * 4;
    }
}

static void random_memory(void)
{
    static const uint64_t places[] = { TX_RING(0), TX_RING(1), RX_RING,
                                       RX_DONE, SCRATCH };
    uint64_t words[8];

    for (size_t i = 0; i < 8; i++) {
        words[i] = random_value();
    }
    qtest_memory_write(bridge->qtest, places[below(5)] + below(64) * 8, words,
                       sizeof(words));
}

static void random_message(void)
{
    bridge_queue_message(bridge, (unsigned)below(2), (uint16_t)below(3),
                         (uint32_t)below(4097), random64());
}

/* An export that would be good, of tables that may be anything. */
static void random_export(void)
{
    struct mb_export desc = {
        .slot = (uint32_t)below(MB_EXPORTS + 1),
        .count = (uint32_t)(below(2) ? below(4) : below(MB_EXPORT_PAGES + 2)),
        .reader = below(8) != 0,
        .directory = below(4) ? SCRATCH + below(64) * 8 : random_value(),
    };
    struct mb_export_page entries[4];
    uint64_t directory[64];

    for (size_t i = 0; i < 4; i++) {
        entries[i].key = i;
        entries[i].page = below(4) ? TX_PAGE(i) | below(3) : random_value();
    }
    qtest_memory_write(bridge->qtest, SCRATCH + 0x2000, entries,
                       sizeof(entries));
    for (size_t i = 0; i < 64; i++) {
        directory[i] = below(4) ? SCRATCH + 0x2000 : random_value();
    }
    qtest_memory_write(bridge->qtest, SCRATCH, directory, sizeof(directory));
    qtest_memory_write(bridge->qtest, SCRATCH + 0x1000, &desc, sizeof(desc));
    bridge_write64(bridge, MB_REG_EXPORT, SCRATCH + 0x1000);
}

/* The peer asks for a page; it waits for room, and long enough. */
static void random_request(void)
{
    struct mb_slot *slot = (struct mb_slot *)
        (test_segment_ring(segment, 1, 0) +
         requests * MB_SLOT_ALIGN % MB_RING_BYTES_MIN);
    uint64_t start_ns = requests * WIRE_NS(0);

    if (requests * MB_SLOT_ALIGN >= MB_RING_BYTES_MIN && slot->done_ns == 0) {
        return;
    }
    *slot = (struct mb_slot) {
        .msg = { .type = MB_MSG_REQUEST, .source = 1,
                 .index = below(8) ? below(5) : random_value(),
                 .tag = random64() },
        .seq = requests, .start_ns = start_ns,
        .end_ns = start_ns + WIRE_NS(0),
    };
    requests++;
    __atomic_store_n(&test_segment_link(segment, 1, 0)->head,
                     requests * MB_SLOT_ALIGN, __ATOMIC_RELEASE);
    test_segment_news(segment, 1, 0);
}

static void random_step(void)
{
    unsigned bytes = 1u << (below(8) == 0 ? below(4) : 2 + below(2));
    uint64_t addr = BAR_REGS + random_register();

    /* A run that has ended is a dull one. */
    if (addr / 4 == (BAR_REGS + MB_REG_HALT) / 4) {
        return;
    }
    switch (below(15)) {
    case 0:
        qtest_step(bridge->qtest, 1 + below(50000));
        break;
    case 1:
        random_memory();
        break;
    case 2:
        random_message();
        bridge_ring(bridge, (unsigned)below(2));
        break;
    case 3:
        if (below(8) == 0) {
            bridge_write32(bridge, MB_REG_CONTROL, 0);
            bridge_write32(bridge, MB_REG_STATUS, MB_STATUS_ALL);
            bridge_set_up(bridge, 1 + (uint32_t)below(6));
        }
        break;
    case 12:
        random_export();
        break;
    case 13:
    case 14:
        random_request();
        break;
    case 4:
    case 5:
        qtest_read(bridge->qtest, bytes, addr);
        break;
    default:
        qtest_write(bridge->qtest, bytes, addr, random_value());
    }
}

/* The host tool's part: else the trace ring gets full. */
static void drain(void)
{
    struct mb_node *node = &segment->nodes[0];

    __atomic_store_n(&node->trace_tail,
                     __atomic_load_n(&node->trace_head, __ATOMIC_ACQUIRE),
                     __ATOMIC_RELEASE);
    __atomic_store_n(&node->output_tail,
                     __atomic_load_n(&node->output_head, __ATOMIC_ACQUIRE),
                     __ATOMIC_RELEASE);
}

START_TEST(guest)
{
    bridge_set_up(bridge, 4);
    for (uint32_t i = 0; i < STEPS; i++) {
        random_step();
        drain();
    }
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
    ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
}
END_TEST

static void publish(uint64_t head)
{
    __atomic_store_n(&test_segment_link(segment, 1, 0)->head, head,
                     __ATOMIC_RELEASE);
    test_segment_news(segment, 1, 0);
    bridge_read32(bridge, MB_REG_STATUS);
}

/* Fill the incoming ring with anything, publish any head; again and again,
 * with a fresh bridge, since one such message ends the run. */
START_TEST(peer)
{
    uint64_t *words = (uint64_t *)test_segment_ring(segment, 1, 0);

    bridge_set_up(bridge, 4);
    bridge_post(bridge, 16);
    for (size_t i = 0; i < MB_RING_BYTES_MIN / 8; i++) {
        words[i] = random_value();
    }
    publish(random_value());
    qtest_step(bridge->qtest, 1000);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
}
END_TEST

/* Messages as they should be, one after the other, in random lengths; and then
 * one of which a word is something else. */
START_TEST(almost_good_peer)
{
    uint8_t *ring = test_segment_ring(segment, 1, 0);
    uint64_t head = 0, start_ns = 0;

    bridge_set_up(bridge, 4);
    bridge_post(bridge, 16);
    for (uint64_t seq = 0; seq < 10; seq++) {
        uint32_t length = (uint32_t)below(4097);
        struct mb_slot slot = {
            .msg = { .source = 1 }, .seq = seq, .length = length,
            .start_ns = start_ns, .end_ns = start_ns + WIRE_NS(length),
        };

        ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
        if (seq == 9) {
            ((uint64_t *)&slot)[below(sizeof(slot) / 8)] = random_value();
        }
        memcpy(ring + head, &slot, sizeof(slot));
        head += (sizeof(slot) + length + MB_SLOT_ALIGN - 1) / MB_SLOT_ALIGN *
                MB_SLOT_ALIGN;
        start_ns += WIRE_NS(length);
        publish(head);
    }
    qtest_step(bridge->qtest, 10000000);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
    ck_assert_uint_ge(bridge_rx_head(bridge),
                      segment->header->ended == MB_END_NOT ? 10 : 0);
}
END_TEST

TCase *fuzz_tests(void)
{
    TCase *tests = suite_case("fuzz");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, guest, 0, 2);
    tcase_add_loop_test(tests, peer, 0, 8);
    tcase_add_loop_test(tests, almost_good_peer, 0, 16);
    return tests;
}
