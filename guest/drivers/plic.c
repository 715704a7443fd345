/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PLIC of the virt machine, supervisor context of hart 0.
 * RISC-V Platform-Level Interrupt Controller Specification 1.0.0.
 */
#include "drivers/plic.h"

#include <stddef.h>

#include "arch/csr.h"
#include "arch/memlayout.h"
#include "lib/printk.h"

#define CONTEXT             1           /* hart 0: 0 machine, 1 supervisor */
#define PRIORITY(irq)       ((irq) * 4)
#define ENABLE(irq)         (0x2000 + CONTEXT * 0x80 + (irq) / 32 * 4)
#define THRESHOLD           (0x200000 + CONTEXT * 0x1000)
#define CLAIM               (THRESHOLD + 4)

static void (*handlers[PLIC_IRQS])(void);

static volatile uint32_t *reg(uint64_t offset)
{
    return (volatile uint32_t *)(KERNEL_BASE + PLIC_BASE + offset);
}

void plic_init(void)
{
    *reg(THRESHOLD) = 0;
    csr_set(sie, SIE_SEIE);
}

void plic_enable(uint32_t irq, void (*handler)(void))
{
    kassert(irq > 0 && irq < PLIC_IRQS);
    handlers[irq] = handler;
    *reg(PRIORITY(irq)) = 1;
    *reg(ENABLE(irq)) |= 1u << (irq % 32);
}

void plic_interrupt(void)
{
    uint32_t irq;

    while ((irq = *reg(CLAIM)) != 0) {
        kassert(irq < PLIC_IRQS && handlers[irq] != NULL);
        handlers[irq]();
        *reg(CLAIM) = irq;
    }
}
