/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * printk and panic on the build machine.
 */
#include "lib/printk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void printk(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

void panic(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
