/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of guest/arch/memlayout.h: physical memory is the test's own.
 */
#ifndef ARCH_MEMLAYOUT_H
#define ARCH_MEMLAYOUT_H

#define KERNEL_BASE 0ul

#endif
