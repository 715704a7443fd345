/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console: a 16550 that is only ever written to.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

void uart_put(char c);

#endif
