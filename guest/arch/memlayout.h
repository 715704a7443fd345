/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are: physical addresses of QEMU's virt machine, and the one
 * virtual layout that every address space has. Read by entry.S, too.
 *
 *   physical                      virtual
 *   0x0000_0c00_0000  PLIC        0x0000_0000_0000  nothing (one page at least)
 *   0x0000_1000_0000  UART                          program, heap, mappings
 *   0x0000_3000_0000  PCIe ECAM   0x003f_ff7f_0000  stack of the first thread
 *   0x0000_4000_0000  PCI MMIO    0x003f_ffff_0000  USER_TOP
 *   0x0000_8000_0000  RAM                           hole of non-canonical
 *                     kernel                        addresses
 *                     RAM disk    0xffff_ffc0_0000_0000  KERNEL_BASE: all
 *                     pages                         physical addresses again
 */
#ifndef ARCH_MEMLAYOUT_H
#define ARCH_MEMLAYOUT_H

#define KERNEL_BASE     0xffffffc000000000
#define RAM_BASE        0x80000000

#define PLIC_BASE       0x0c000000
#define UART_BASE       0x10000000

#define KERNEL_STACK_BYTES  32768

#endif
