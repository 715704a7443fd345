/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bare-metal guest for tests of the common clock: it computes, sends to
 * random peers that it is linked with, through both queues, sets timers and
 * sleeps. What it receives, and when, goes into a hash that decides what it
 * does next, so one message a nanosecond late, anywhere, changes everything
 * after it.
 *
 * With -DHALTS=1, node 0 panics when it has received its tenth message. With
 * -DSINK=1, those that are linked with node 0 send to no other.
 */
#include <stdint.h>

#include "hw/abi/regs.h"
#include "hw/abi/ring.h"
#include "hw/abi/trace.h"

#define BAR             UINT64_C(0x40000000)
#define ECAM_BRIDGE     (UINT64_C(0x30000000) + (1u << 15))
#define PLIC            UINT64_C(0x0c000000)
#define PLIC_SOURCE     33u
#define PLIC_CLAIM      (PLIC + 0x200004)

#define MTIMECMP        UINT64_C(0x02004000)
#define MTIME           UINT64_C(0x0200bff8)
#define NAP_TICKS       50000u      /* of 100 ns */

#define MIE_MTIE        (1u << 7)
#define MIE_MEIE        (1u << 11)

#ifndef HALTS
#define HALTS 0
#endif
#ifndef SINK
#define SINK 0
#endif

#define ROUNDS          150
#define QUEUE_LOG2      6
#define ENTRIES         (1u << QUEUE_LOG2)

__asm__(".section .text.start\n"
        ".globl _start\n"
        "_start:\n"
        "    la sp, stack_top\n"
        "    la t0, stuck\n"
        "    csrw mtvec, t0\n"
        "    call main\n"
        ".balign 4\n"
        "stuck:\n"
        "    j stuck\n"
        ".text\n");

static struct mb_tx_desc tx_ring[MB_TX_QUEUES][ENTRIES];
static struct mb_rx_desc rx_ring[ENTRIES];
static struct mb_rx_completion rx_done[ENTRIES];
static uint8_t tx_pages[ENTRIES][MB_PAYLOAD_MAX];
static uint8_t rx_pages[ENTRIES][MB_PAYLOAD_MAX];

static uint32_t node;
static uint32_t peers[256];     /* nodes that there is a link to */
static uint32_t peer_count;
static uint32_t tx_tail[MB_TX_QUEUES];
static uint32_t rx_head;
static uint64_t hash;

/* -- C without a library -- */

void *memset(void *to, int value, unsigned long length);
void *memcpy(void *to, const void *from, unsigned long length);

void *memset(void *to, int value, unsigned long length)
{
    volatile uint8_t *bytes = to;

    while (length-- > 0) {
        *bytes++ = (uint8_t)value;
    }
    return to;
}

void *memcpy(void *to, const void *from, unsigned long length)
{
    volatile uint8_t *bytes = to;
    const uint8_t *source = from;

    while (length-- > 0) {
        *bytes++ = *source++;
    }
    return to;
}

/* -- the device -- */

static uint32_t read32(uint64_t addr)
{
    return *(volatile uint32_t *)addr;
}

static uint64_t read64(uint64_t addr)
{
    return *(volatile uint64_t *)addr;
}

static void write32(uint64_t addr, uint32_t value)
{
    __asm__ volatile("fence" ::: "memory");
    *(volatile uint32_t *)addr = value;
}

static void write64(uint64_t addr, uint64_t value)
{
    __asm__ volatile("fence" ::: "memory");
    *(volatile uint64_t *)addr = value;
}

static void mix(uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x100000001b3);
    hash ^= hash >> 29;
}

static uint64_t below(uint64_t limit)
{
    mix(limit);
    return hash % limit;
}

static void find_peers(void)
{
    uint32_t count = read32(BAR + MB_REG_NODE_COUNT);

    for (uint32_t i = 0; i < count; i++) {
        if (read32(BAR + MB_REG_LINKED(i / 32)) & 1u << i % 32) {
            peers[peer_count++] = i;
        }
    }
    if (SINK && peer_count > 0 && peers[0] == 0) {
        peer_count = 1;
    }
}

static void set_up(void)
{
    write32(ECAM_BRIDGE + 0x10, (uint32_t)BAR);
    write32(ECAM_BRIDGE + 0x04, 0x6);
    write32(PLIC + 4 * PLIC_SOURCE, 1);
    write32(PLIC + 0x2004, 1u << (PLIC_SOURCE - 32));
    write32(PLIC + 0x200000, 0);
    __asm__ volatile("csrw mie, %0" :: "r"(MIE_MEIE));

    node = read32(BAR + MB_REG_NODE);
    find_peers();
    hash = node;
    for (unsigned q = 0; q < MB_TX_QUEUES; q++) {
        write64(BAR + MB_REG_TX(q) + MB_TX_BASE, (uint64_t)tx_ring[q]);
        write32(BAR + MB_REG_TX(q) + MB_TX_SIZE, QUEUE_LOG2);
    }
    write64(BAR + MB_REG_RX + MB_RX_BASE, (uint64_t)rx_ring);
    write64(BAR + MB_REG_RX + MB_RX_DONE, (uint64_t)rx_done);
    write32(BAR + MB_REG_RX + MB_RX_SIZE, QUEUE_LOG2);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        rx_ring[i].addr = (uint64_t)rx_pages[i];
        rx_ring[i].length = MB_PAYLOAD_MAX;
    }
    write32(BAR + MB_REG_CONTROL, MB_CONTROL_ENABLE);
    write32(BAR + MB_REG_IRQ_ENABLE, MB_IRQ_ALL);
    write32(BAR + MB_REG_RX + MB_RX_TAIL, ENTRIES);
}

static void receive(void)
{
    uint32_t head = read32(BAR + MB_REG_RX + MB_RX_HEAD);

    while (rx_head != head) {
        const struct mb_rx_completion *done = &rx_done[rx_head % ENTRIES];

        mix(done->arrival_ns);
        mix(done->msg.source);
        mix(done->msg.tag);
        mix(done->length);
        mix(done->msg.channel_seq);
        for (uint32_t i = 0; i < done->length; i += 64) {
            mix(rx_pages[rx_head % ENTRIES][i]);
        }
        rx_head++;
        write32(BAR + MB_REG_RX + MB_RX_TAIL, rx_head + ENTRIES);
    }
    if (HALTS && node == 0 && rx_head >= 10) {
        write32(BAR + MB_REG_HALT, MB_HALT_PANIC);
    }
}

/* Until an interrupt, which is not taken but looked up. */
static void sleep(void)
{
    uint32_t source, status;

    __asm__ volatile("wfi" ::: "memory");
    source = read32(PLIC_CLAIM);
    status = read32(BAR + MB_REG_IRQ_STATUS);
    mix(read64(BAR + MB_REG_TIME_NS));
    mix(read64(BAR + MB_REG_INSTRET));
    mix(status);
    write32(BAR + MB_REG_IRQ_STATUS, status);
    if (source != 0) {
        write32(PLIC_CLAIM, source);
    }
    receive();
}

/* -- traffic -- */

static void send(unsigned queue)
{
    uint64_t reg = BAR + MB_REG_TX(queue);
    struct mb_tx_desc *desc = &tx_ring[queue][tx_tail[queue] % ENTRIES];
    uint8_t *page = tx_pages[below(ENTRIES)];

    while (tx_tail[queue] - read32(reg + MB_TX_HEAD) >= ENTRIES) {
        sleep();
    }
    page[below(MB_PAYLOAD_MAX / 64) * 64] = (uint8_t)hash;
    desc->msg.type = 1;
    desc->msg.target = (uint16_t)peers[below(peer_count)];
    desc->msg.tag = hash;
    desc->msg.channel_seq = (uint32_t)hash;
    desc->addr = (uint64_t)page;
    desc->length = (uint32_t)(below(3) ? below(MB_PAYLOAD_MAX + 1)
                                       : MB_PAYLOAD_MAX);
    desc->flags = MB_TX_DESC_IRQ;
    tx_tail[queue]++;
}

static void play_round(void)
{
    for (unsigned queue = 0; queue < MB_TX_QUEUES; queue++) {
        for (uint64_t i = peer_count ? below(4) : 0; i > 0; i--) {
            send(queue);
        }
        write32(BAR + MB_REG_TX(queue) + MB_TX_TAIL, tx_tail[queue]);
    }
    for (uint64_t i = below(30000); i > 0; i--) {
        __asm__ volatile("");
    }
    if (below(2)) {
        write64(BAR + MB_REG_TIMER_NS,
                read64(BAR + MB_REG_TIME_NS) + below(100000));
        sleep();
    }
    receive();
}

static void output(void)
{
    static struct mb_output_desc desc;

    desc.pid = 1;
    desc.stream = 1;
    desc.addr = (uint64_t)&hash;
    desc.length = sizeof(hash);
    write64(BAR + MB_REG_OUTPUT, (uint64_t)&desc);
}

static void stamp(void)
{
    static struct mb_trace_record record;

    record.type = MB_TRACE_BOOT;
    record.arg[0] = hash;
    write64(BAR + MB_REG_STAMP, (uint64_t)&record);
}

/* For some milliseconds in which nothing happens anywhere: not yet the end. */
static void nap(void)
{
    write64(MTIMECMP, read64(MTIME) + NAP_TICKS);
    __asm__ volatile("csrw mie, %0" :: "r"(MIE_MTIE));
    __asm__ volatile("wfi" ::: "memory");
    write64(MTIMECMP, UINT64_MAX);
    __asm__ volatile("csrw mie, %0" :: "r"(MIE_MEIE));
}

/* At the end it receives for ever, which is quiet when all the others do. */
int main(void)
{
    set_up();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        play_round();
        stamp();
    }
    write64(BAR + MB_REG_TIMER_NS, MB_TIMER_OFF);
    nap();
    output();
    for (;;) {
        sleep();
    }
}
