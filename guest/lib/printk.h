/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console and the end of everything.
 */
#ifndef LIB_PRINTK_H
#define LIB_PRINTK_H

/* %d %u %x %lx %lu %ld %p %s %c %%, width and zero padding. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints registers and a backtrace and ends the run with an error. */
void panic(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* Our own mistakes; people's input is handled, never asserted. */
#define kassert(condition) \
    do { \
        if (!(condition)) { \
            panic("%s:%d: assertion failed: %s", __FILE_NAME__, __LINE__, \
                  #condition); \
        } \
    } while (0)

#endif
