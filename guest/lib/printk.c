/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console is the UART.
 */
#include "lib/printk.h"

#include "drivers/uart.h"
#include "lib/format.h"

static void put_console(char c, void *context)
{
    (void)context;
    uart_put(c);
}

void vprintk(const char *format, va_list args)
{
    format_to(put_console, NULL, format, args);
}

void printk(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintk(format, args);
    va_end(args);
}
