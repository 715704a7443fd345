/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's entry in C, from arch/entry.S.
 */
#ifndef MAIN_H
#define MAIN_H

#include <stdint.h>

/* `fdt` is the physical address of the device tree. */
void kernel_main(uint64_t fdt) __attribute__((noreturn));

#endif
