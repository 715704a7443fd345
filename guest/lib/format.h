/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formatted text, as much of printf as the kernel needs:
 * %d %u %x with l, %s %c %p %%, a width, '-' and '0'.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Hands the text to `put`, one character at a time. */
void format_to(void (*put)(char c, void *context), void *context,
               const char *format, va_list args);

/* snprintf: always terminates if size is not 0, returns the full length. */
size_t format_string(char *to, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void vprintk(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

#endif
