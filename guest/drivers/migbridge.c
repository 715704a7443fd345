/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: discovery, interrupts, time, stamps, output, halt.
 * Specification: docs/specs/device.md, hw/abi/regs.h. The queues are in
 * migbridge_queue.c.
 *
 * Invariant: the kernel never makes a mistake that the device reports. A bit
 * in MB_REG_STATUS is therefore a bug of ours and ends the run.
 */
#include "drivers/migbridge.h"

#include "arch/clock.h"
#include "arch/csr.h"
#include "drivers/migbridge_queue.h"
#include "drivers/mmio.h"
#include "drivers/pci.h"
#include "drivers/plic.h"
#include "hw/abi/regs.h"
#include "lib/printk.h"
#include "mm/page.h"
#include "proc/timer.h"

/* Sets of nodes, as the registers show them. */
#define NODE_WORDS  8
#define NODE_BITS   32

static struct {
    uintptr_t registers;        /* 0: not found yet */
    uint32_t node;
    uint32_t node_count;
    uint32_t linked[NODE_WORDS];
    uint32_t faulty[NODE_WORDS];
    uint32_t irq_enable;
    uint32_t holds;             /* of bridge_hold_receive */
    void (*served)(void);
} bridge;

/* What is measured is measured in cycles, deadlines are nanoseconds of the
 * device: both must be one clock. */
static void check_time(void)
{
    uint64_t before = csr_read(cycle);
    uint64_t device = mmio_read64(bridge.registers + MB_REG_TIME_NS);
    uint64_t after = csr_read(cycle);

    if (device < clock_ns(before) || device > clock_ns(after)) {
        panic("bridge: time %lu ns is not between cycles %lu and %lu",
              device, before, after);
    }
}

static void set_rate(void)
{
    uint32_t num = mmio_read32(bridge.registers + MB_REG_CLOCK_NUM);
    uint32_t den = mmio_read32(bridge.registers + MB_REG_CLOCK_DEN);

    if (num == 0 || den == 0) {
        panic("bridge: a cycle cannot take %u / %u ns", num, den);
    }
    clock_set_rate(num, den);
}

static void identify(const struct pci_device *pci)
{
    uint32_t magic, version;

    bridge.registers = pci->bar[MB_BAR_REGS];
    if (bridge.registers == 0 ||
        pci->bar_bytes[MB_BAR_REGS] < MB_BAR_REGS_BYTES) {
        panic("bridge: no registers");
    }
    magic = mmio_read32(bridge.registers + MB_REG_MAGIC);
    version = mmio_read32(bridge.registers + MB_REG_VERSION);
    if (magic != MB_MAGIC || version >> 16 != MB_VERSION >> 16) {
        panic("bridge: magic %x version %x, this kernel wants %x %x",
              magic, version, MB_MAGIC, MB_VERSION);
    }
    bridge.node = mmio_read32(bridge.registers + MB_REG_NODE);
    bridge.node_count = mmio_read32(bridge.registers + MB_REG_NODE_COUNT);
    for (unsigned i = 0; i < NODE_WORDS; i++) {
        bridge.linked[i] = mmio_read32(bridge.registers + MB_REG_LINKED(i));
        bridge.faulty[i] = mmio_read32(bridge.registers + MB_REG_FAULTY(i));
    }
}

void bridge_init(void)
{
    struct pci_device pci;
    int error = pci_attach(MB_PCI_VENDOR_ID, MB_PCI_DEVICE_ID, &pci);

    if (error) {
        panic("no migration bridge on the PCI bus (%d)", error);
    }
    if (pci.irq == 0) {
        panic("bridge: no interrupt pin");
    }
    identify(&pci);
    set_rate();
    check_time();
    mmio_write32(bridge.registers + MB_REG_CONTROL, MB_CONTROL_RESET);
    bridge_queues_init(bridge.registers);
    mmio_write32(bridge.registers + MB_REG_CONTROL, MB_CONTROL_ENABLE);
    bridge_queues_start();
    plic_enable(pci.irq, bridge_interrupt);
    bridge.irq_enable = MB_IRQ_ALL;
    mmio_write32(bridge.registers + MB_REG_IRQ_ENABLE, bridge.irq_enable);
    timer_set_hardware((volatile uint64_t *)(bridge.registers +
                                             MB_REG_TIME_NS),
                       bridge_set_timer);
}

static void clear(uint32_t bits)
{
    mmio_write32(bridge.registers + MB_REG_IRQ_STATUS, bits);
}

static void error_interrupt(void)
{
    panic("bridge: status %x",
          mmio_read32(bridge.registers + MB_REG_STATUS));
}

static void serve(uint32_t status)
{
    if (status & MB_IRQ_ERROR) {
        error_interrupt();
    }
    if (status & MB_IRQ_TX) {
        clear(MB_IRQ_TX);
        bridge_tx_interrupt();
    }
    if (status & bridge.irq_enable & MB_IRQ_RX) {
        bridge_rx_interrupt();
    }
    if (status & MB_IRQ_SERVED) {
        clear(MB_IRQ_SERVED);
        bridge.served();
    }
    if (status & MB_IRQ_TIMER) {
        clear(MB_IRQ_TIMER);
        timer_interrupt();
    }
}

/*
 * Until the line is low again: QEMU's interrupt controller sees only that it
 * rises, and it does not rise for a bit that is set while another one is.
 */
void bridge_interrupt(void)
{
    uint32_t status;

    while ((status = mmio_read32(bridge.registers + MB_REG_IRQ_STATUS) &
                     bridge.irq_enable) != 0) {
        serve(status);
    }
}

/*
 * The enable bit, not a flag in the driver: the request stays in the status
 * register and is raised by the device as soon as it is enabled again.
 */
void bridge_hold_receive(void)
{
    if (bridge.holds++ == 0) {
        bridge.irq_enable &= ~MB_IRQ_RX;
        mmio_write32(bridge.registers + MB_REG_IRQ_ENABLE, bridge.irq_enable);
    }
}

void bridge_release_receive(void)
{
    kassert(bridge.holds > 0);
    if (--bridge.holds == 0) {
        bridge.irq_enable |= MB_IRQ_RX;
        mmio_write32(bridge.registers + MB_REG_IRQ_ENABLE, bridge.irq_enable);
    }
}

bool bridge_receive_held(void)
{
    return bridge.holds != 0;
}

uint32_t bridge_node(void)
{
    return bridge.node;
}

uint32_t bridge_node_count(void)
{
    return bridge.node_count;
}

static bool is_member(const uint32_t set[NODE_WORDS], uint32_t node)
{
    return node < NODE_WORDS * NODE_BITS &&
           (set[node / NODE_BITS] >> node % NODE_BITS & 1);
}

bool bridge_linked(uint32_t node)
{
    return is_member(bridge.linked, node);
}

bool bridge_faulty(uint32_t node)
{
    return is_member(bridge.faulty, node);
}

void bridge_set_timer(uint64_t deadline_ns)
{
    mmio_write64(bridge.registers + MB_REG_TIMER_NS, deadline_ns);
}

void bridge_set_board(const struct mb_board *board)
{
    mmio_write64(bridge.registers + MB_REG_BOARD, virt_to_phys(board));
}

void bridge_on_served(void (*served)(void))
{
    bridge.served = served;
}

void bridge_export(const struct mb_export *description)
{
    mmio_write64(bridge.registers + MB_REG_EXPORT, virt_to_phys(description));
}

void bridge_stamp(const struct mb_trace_record *record)
{
    if (bridge.registers) {
        mmio_write64(bridge.registers + MB_REG_STAMP, virt_to_phys(record));
    }
}

void bridge_trace(enum mb_trace_type type, uint32_t pid, uint32_t epoch,
                  uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
    struct mb_trace_record record = {
        .type = type,
        .pid = pid,
        .epoch = epoch,
        .arg = { a0, a1, a2, a3 },
    };

    bridge_stamp(&record);
}

void bridge_output(uint32_t pid, uint32_t stream, uint64_t offset,
                   const void *bytes, uint32_t length)
{
    while (length > 0) {
        uint32_t part = length < MB_OUTPUT_MAX ? length : MB_OUTPUT_MAX;
        struct mb_output_desc desc = {
            .pid = pid,
            .stream = stream,
            .offset = offset,
            .addr = virt_to_phys(bytes),
            .length = part,
        };

        mmio_write64(bridge.registers + MB_REG_OUTPUT, virt_to_phys(&desc));
        bytes = (const uint8_t *)bytes + part;
        offset += part;
        length -= part;
    }
}

void bridge_halt(uint32_t code)
{
    if (bridge.registers) {
        mmio_write32(bridge.registers + MB_REG_HALT, code);
    }
}
