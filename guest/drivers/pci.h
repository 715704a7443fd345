/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI: one flat bus behind ECAM, as QEMU's virt machine has it.
 */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <stdint.h>

#define PCI_BARS    6

struct pci_device {
    uintptr_t config;           /* configuration space, kernel address */
    uint64_t bar[PCI_BARS];     /* kernel address; 0: no memory there */
    uint32_t bar_bytes[PCI_BARS];
    uint32_t irq;               /* PLIC source of its interrupt pin; 0: none */
};

/*
 * Finds the first function with these ids on bus 0, places its memory BARs in
 * the 32-bit window and lets it answer and master the bus. -ENODEV: not there;
 * -ENOMEM: the window is full.
 */
int pci_attach(uint16_t vendor, uint16_t device, struct pci_device *pci);

#endif
