/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Futexes in memory that several processes share.
 */
#ifndef LIB_FUTEX_H
#define LIB_FUTEX_H

#include <linux/futex.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sleeps while *word is `expected`; may return early. */
static inline void futex_wait(uint32_t *word, uint32_t expected)
{
    syscall(SYS_futex, word, FUTEX_WAIT, expected, NULL, NULL, 0);
}

static inline void futex_wake_all(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

#endif
