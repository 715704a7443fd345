/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the kernel by a trap of its own; lib/printk.h has panic().
 */
#ifndef ARCH_PANIC_H
#define ARCH_PANIC_H

#include "arch/frame.h"

/* From entry.S, on a stack of its own. */
void panic_trap(const struct frame *frame) __attribute__((noreturn));

#endif
