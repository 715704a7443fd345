/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bridge under test.
 */
#include "bridge.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ECAM_BRIDGE     (UINT64_C(0x30000000) + (1u << 15))
#define PAGE_BYTES      4096u

#define NO_MSI          "virt,aia=none"

#define PCI_COMMAND             0x04
#define PCI_COMMAND_MEMORY      0x2
#define PCI_COMMAND_MASTER      0x4
#define PCI_BASE_ADDRESS(i)     (0x10 + 4 * (i))

/* -- life -- */

static Qtest *start_qtest(TestSegment *segment, uint32_t node,
                          const char *machine)
{
    char backend[160], device[64];
    const char *const arguments[] = {
        "-machine", machine, "-m", "16M", "-object", backend,
        "-device", device, NULL,
    };

    snprintf(backend, sizeof(backend), "memory-backend-file,id=segment,"
             "mem-path=/proc/self/fd/%d,size=%" PRIu64 ",share=on",
             segment->fd, segment->bytes);
    snprintf(device, sizeof(device),
             "migbridge,memdev=segment,node=%" PRIu32 ",addr=1", node);
    return qtest_start(arguments, segment->fd);
}

Bridge *bridge_start_on(TestSegment *segment, uint32_t node,
                        const char *machine)
{
    Bridge *bridge = calloc(1, sizeof(*bridge));

    ck_assert_ptr_nonnull(bridge);
    bridge->segment = segment;
    bridge->node = node;
    bridge->qtest = start_qtest(segment, node, machine);

    bridge_config_write(bridge, 4, PCI_BASE_ADDRESS(MB_BAR_REGS), BAR_REGS);
    bridge_config_write(bridge, 4, PCI_BASE_ADDRESS(MB_BAR_MSIX), BAR_MSIX);
    bridge_config_write(bridge, 2, PCI_COMMAND,
                        PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    return bridge;
}

Bridge *bridge_start(TestSegment *segment, uint32_t node)
{
    return bridge_start_on(segment, node, NO_MSI);
}

void bridge_stop(Bridge *bridge)
{
    if (bridge != NULL) {
        qtest_stop(bridge->qtest);
        free(bridge);
    }
}

void bridge_expect_refusal(TestSegment *segment, uint32_t node)
{
    qtest_expect_exit(start_qtest(segment, node, NO_MSI), 1);
}

/* -- registers -- */

uint32_t bridge_read32(Bridge *bridge, uint64_t reg)
{
    return (uint32_t)qtest_read(bridge->qtest, 4, BAR_REGS + reg);
}

uint64_t bridge_read64(Bridge *bridge, uint64_t reg)
{
    return qtest_read(bridge->qtest, 8, BAR_REGS + reg);
}

void bridge_write32(Bridge *bridge, uint64_t reg, uint32_t value)
{
    qtest_write(bridge->qtest, 4, BAR_REGS + reg, value);
}

void bridge_write64(Bridge *bridge, uint64_t reg, uint64_t value)
{
    qtest_write(bridge->qtest, 8, BAR_REGS + reg, value);
}

uint32_t bridge_config_read(Bridge *bridge, unsigned bytes, unsigned offset)
{
    return (uint32_t)qtest_read(bridge->qtest, bytes, ECAM_BRIDGE + offset);
}

void bridge_config_write(Bridge *bridge, unsigned bytes, unsigned offset,
                         uint32_t value)
{
    qtest_write(bridge->qtest, bytes, ECAM_BRIDGE + offset, value);
}

void bridge_expect_status(Bridge *bridge, uint32_t bits)
{
    uint32_t status = bridge_read32(bridge, MB_REG_STATUS);

    ck_assert_msg(status == bits, "status is 0x%" PRIx32 ", not 0x%" PRIx32,
                  status, bits);
    bridge_write32(bridge, MB_REG_STATUS, bits);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_STATUS), 0);
}

/* -- queues -- */

void bridge_set_up(Bridge *bridge, uint32_t log2)
{
    for (unsigned q = 0; q < MB_TX_QUEUES; q++) {
        bridge_write64(bridge, MB_REG_TX(q) + MB_TX_BASE, TX_RING(q));
        bridge_write32(bridge, MB_REG_TX(q) + MB_TX_SIZE, log2);
        bridge->tx_tail[q] = 0;
    }
    bridge_write64(bridge, MB_REG_RX + MB_RX_BASE, RX_RING);
    bridge_write64(bridge, MB_REG_RX + MB_RX_DONE, RX_DONE);
    bridge_write32(bridge, MB_REG_RX + MB_RX_SIZE, log2);
    bridge->rx_tail = 0;
    bridge->log2 = log2;
    bridge_write32(bridge, MB_REG_IRQ_ENABLE, MB_IRQ_ALL);
    bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_ENABLE);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_CONTROL),
                      MB_CONTROL_ENABLE);
    bridge_expect_status(bridge, 0);
}

static uint32_t slot_of(const Bridge *bridge, uint32_t index)
{
    return index & ((1u << bridge->log2) - 1);
}

static void make_pattern(uint8_t page[PAGE_BYTES], uint64_t tag)
{
    uint64_t x = tag * UINT64_C(0x9e3779b97f4a7c15) + 1;

    for (size_t i = 0; i < PAGE_BYTES; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        page[i] = (uint8_t)x;
    }
}

void bridge_put(Bridge *bridge, unsigned queue, const struct mb_tx_desc *desc)
{
    uint32_t slot = slot_of(bridge, bridge->tx_tail[queue]++);

    qtest_memory_write(bridge->qtest, TX_RING(queue) + slot * sizeof(*desc),
                       desc, sizeof(*desc));
}

void bridge_queue_message(Bridge *bridge, unsigned queue, uint16_t target,
                          uint32_t length, uint64_t tag)
{
    uint64_t page = TX_PAGE(queue * 32 + bridge->tx_tail[queue] % 32);
    uint8_t pattern[PAGE_BYTES];
    struct mb_tx_desc desc = {
        .msg = { .type = 1, .target = target, .source = 77, .pid = 5,
                 .epoch = 6, .object = 7, .tag = tag, .arg = ~tag,
                 .channel_seq = (uint32_t)tag + 1, .channel_sack = tag + 2 },
        .addr = page,
        .length = length,
        .flags = MB_TX_DESC_IRQ,
    };

    make_pattern(pattern, tag);
    qtest_memory_write(bridge->qtest, page, pattern, length);
    bridge_put(bridge, queue, &desc);
}

void bridge_ring(Bridge *bridge, unsigned queue)
{
    bridge_write32(bridge, MB_REG_TX(queue) + MB_TX_TAIL,
                   bridge->tx_tail[queue]);
}

uint32_t bridge_tx_head(Bridge *bridge, unsigned queue)
{
    return bridge_read32(bridge, MB_REG_TX(queue) + MB_TX_HEAD);
}

void bridge_post(Bridge *bridge, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = slot_of(bridge, bridge->rx_tail++);
        struct mb_rx_desc desc = { .addr = RX_PAGE(slot),
                                   .length = PAGE_BYTES };

        qtest_memory_write(bridge->qtest, RX_RING + slot * sizeof(desc),
                           &desc, sizeof(desc));
    }
    bridge_write32(bridge, MB_REG_RX + MB_RX_TAIL, bridge->rx_tail);
}

uint32_t bridge_rx_head(Bridge *bridge)
{
    return bridge_read32(bridge, MB_REG_RX + MB_RX_HEAD);
}

void bridge_completion(Bridge *bridge, uint32_t index,
                       struct mb_rx_completion *completion)
{
    uint32_t slot = slot_of(bridge, index);

    qtest_memory_read(bridge->qtest, RX_DONE + slot * sizeof(*completion),
                      completion, sizeof(*completion));
}

void bridge_expect_message(Bridge *bridge, uint32_t index, uint16_t source,
                           uint32_t length, uint64_t tag, uint64_t arrival_ns)
{
    struct mb_rx_completion completion;
    uint8_t expected[PAGE_BYTES], found[PAGE_BYTES];

    bridge_completion(bridge, index, &completion);
    ck_assert_uint_eq(completion.msg.tag, tag);
    ck_assert_uint_eq(completion.msg.arg, ~tag);
    ck_assert_uint_eq(completion.msg.source, source);
    ck_assert_uint_eq(completion.msg.target, bridge->node);
    ck_assert_uint_eq(completion.msg.pid, 5);
    ck_assert_uint_eq(completion.msg.channel_seq, (uint32_t)tag + 1);
    ck_assert_uint_eq(completion.msg.channel_sack, tag + 2);
    ck_assert_uint_eq(completion.length, length);
    ck_assert_uint_eq(completion.arrival_ns, arrival_ns);

    make_pattern(expected, tag);
    qtest_memory_read(bridge->qtest, RX_PAGE(slot_of(bridge, index)), found,
                      length);
    ck_assert_mem_eq(found, expected, length);
}

/* -- trace -- */

uint64_t bridge_trace_count(const Bridge *bridge)
{
    const struct mb_node *node = &bridge->segment->nodes[bridge->node];
    uint64_t head = __atomic_load_n(&node->trace_head, __ATOMIC_ACQUIRE);

    return head / sizeof(struct mb_trace_record);
}

bool bridge_find_trace(Bridge *bridge, uint16_t type,
                       struct mb_trace_record *record)
{
    const TestSegment *segment = bridge->segment;
    const struct mb_node *node = &segment->nodes[bridge->node];
    const uint8_t *ring = (const uint8_t *)segment->header +
                          node->trace_offset;

    while (bridge->trace_tail < bridge_trace_count(bridge)) {
        uint64_t at = bridge->trace_tail++ * sizeof(*record);

        memcpy(record, ring + (at & (segment->header->trace_bytes - 1)), sizeof(*record));
        ck_assert_uint_eq(record->node, bridge->node);
        ck_assert_uint_eq(record->seq, (uint32_t)(bridge->trace_tail - 1));
        if (record->type == type) {
            return true;
        }
    }
    return false;
}

struct mb_trace_record bridge_expect_trace(Bridge *bridge, uint16_t type)
{
    struct mb_trace_record record;

    ck_assert_msg(bridge_find_trace(bridge, type, &record),
                  "no trace record of type 0x%x", type);
    return record;
}
