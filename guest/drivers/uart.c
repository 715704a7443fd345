/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 16550 UART of the virt machine, output only.
 *
 * The line status register is never read: whether the transmitter is free
 * depends on the host, and nothing of the host may reach the guest. QEMU's
 * UART passes every byte on before the store to the transmit register ends.
 */
#include "drivers/uart.h"

#include <stdint.h>

#include "arch/memlayout.h"

#define UART_THR 0              /* transmit holding register */

void uart_put(char c)
{
    *(volatile uint8_t *)(KERNEL_BASE + UART_BASE + UART_THR) = (uint8_t)c;
}
