/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI bus 0 of the virt machine: there is no firmware, so the addresses that
 * devices answer to are given out here.
 *
 * Invariant: window_next is the lowest address of the 32-bit window that no
 * BAR has, and BARs are naturally aligned.
 */
#include "drivers/pci.h"

#include <stdbool.h>

#include "drivers/mmio.h"
#include "lib/errno.h"
#include "mm/page.h"

/* The virt machine's memory map. */
#define ECAM_BASE           0x30000000ul
#define WINDOW_BASE         0x40000000ul
#define WINDOW_END          0x80000000ul
#define INTX_IRQ_FIRST      32u
#define INTX_IRQS           4u

#define BUS_SLOTS           32u
#define SLOT_FUNCTIONS      8u

/* Configuration space: PCI Local Bus Specification 3.0, chapter 6. */
#define CONFIG_VENDOR       0x00
#define CONFIG_DEVICE       0x02
#define CONFIG_COMMAND      0x04
#define CONFIG_HEADER_TYPE  0x0e
#define CONFIG_BAR(n)       (0x10 + 4 * (n))
#define CONFIG_IRQ_PIN      0x3d

#define VENDOR_NONE         0xffffu
#define COMMAND_MEMORY      (1u << 1)
#define COMMAND_MASTER      (1u << 2)
#define HEADER_MULTI        0x80u
#define BAR_IO              (1u << 0)
#define BAR_64              (1u << 2)
#define BAR_FLAGS           0xfu

static uint64_t window_next = WINDOW_BASE;

static uintptr_t config_of(uint32_t slot, uint32_t function)
{
    return (uintptr_t)phys_to_virt(ECAM_BASE | slot << 15 | function << 12);
}

/* Bytes of BAR n, 0 if it is absent or not memory. Leaves all ones in it. */
static uint32_t bar_size(uintptr_t config, uint32_t n)
{
    uint32_t value;

    mmio_write32(config + CONFIG_BAR(n), UINT32_MAX);
    value = mmio_read32(config + CONFIG_BAR(n));
    if (value == 0 || (value & BAR_IO)) {
        return 0;
    }
    return -(value & ~BAR_FLAGS);
}

static int place_bar(struct pci_device *pci, uint32_t n, uint32_t bytes)
{
    uint64_t at = (window_next + bytes - 1) & ~(uint64_t)(bytes - 1);

    if (at + bytes > WINDOW_END) {
        return -ENOMEM;
    }
    mmio_write32(pci->config + CONFIG_BAR(n), (uint32_t)at);
    window_next = at + bytes;
    pci->bar[n] = (uint64_t)(uintptr_t)phys_to_virt(at);
    pci->bar_bytes[n] = bytes;
    return 0;
}

static int place_bars(struct pci_device *pci)
{
    for (uint32_t n = 0; n < PCI_BARS; n++) {
        uint32_t bytes = bar_size(pci->config, n);
        bool wide = mmio_read32(pci->config + CONFIG_BAR(n)) & BAR_64;
        int error;

        if (bytes == 0) {
            mmio_write32(pci->config + CONFIG_BAR(n), 0);
            continue;
        }
        error = place_bar(pci, n, bytes);
        if (error) {
            return error;
        }
        if (wide) {
            /* The window lies below 4 GiB: the upper half is zero. */
            n++;
            mmio_write32(pci->config + CONFIG_BAR(n), 0);
        }
    }
    return 0;
}

/* Pins are rotated by slot, so that neighbours do not share a line. */
static uint32_t irq_of(uintptr_t config, uint32_t slot)
{
    uint32_t pin = mmio_read8(config + CONFIG_IRQ_PIN);

    if (pin == 0) {
        return 0;
    }
    return INTX_IRQ_FIRST + (slot + pin - 1) % INTX_IRQS;
}

static int attach(struct pci_device *pci, uintptr_t config, uint32_t slot)
{
    uint16_t command = mmio_read16(config + CONFIG_COMMAND);
    int error;

    *pci = (struct pci_device){ .config = config };
    /* Nothing may answer at the addresses that sizing writes. */
    mmio_write16(config + CONFIG_COMMAND, command & ~COMMAND_MEMORY);
    error = place_bars(pci);
    if (error) {
        return error;
    }
    pci->irq = irq_of(config, slot);
    mmio_write16(config + CONFIG_COMMAND,
                 command | COMMAND_MEMORY | COMMAND_MASTER);
    return 0;
}

static uint32_t functions_of(uint32_t slot)
{
    uintptr_t config = config_of(slot, 0);

    if (mmio_read16(config + CONFIG_VENDOR) == VENDOR_NONE) {
        return 0;
    }
    return mmio_read16(config + CONFIG_HEADER_TYPE) & HEADER_MULTI
           ? SLOT_FUNCTIONS : 1;
}

int pci_attach(uint16_t vendor, uint16_t device, struct pci_device *pci)
{
    for (uint32_t slot = 0; slot < BUS_SLOTS; slot++) {
        uint32_t functions = functions_of(slot);

        for (uint32_t function = 0; function < functions; function++) {
            uintptr_t config = config_of(slot, function);

            if (mmio_read16(config + CONFIG_VENDOR) == vendor &&
                mmio_read16(config + CONFIG_DEVICE) == device) {
                return attach(pci, config, slot);
            }
        }
    }
    return -ENODEV;
}
