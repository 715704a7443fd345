/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Platform-level interrupt controller: device interrupts by number.
 */
#ifndef DRIVERS_PLIC_H
#define DRIVERS_PLIC_H

#include <stdint.h>

#define PLIC_IRQS 96            /* sources of the virt machine */

/* Nothing enabled, everything let through. */
void plic_init(void);
/* Calls handler on each interrupt `irq` (1..PLIC_IRQS - 1) from now on. */
void plic_enable(uint32_t irq, void (*handler)(void));
/* Handles all that is pending. */
void plic_interrupt(void);

#endif
