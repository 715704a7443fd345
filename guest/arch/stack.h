/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's one stack. Memory below it is mapped like all memory, so a word
 * at its end tells whether it ever was too small.
 */
#ifndef ARCH_STACK_H
#define ARCH_STACK_H

#include <stdbool.h>
#include <stdint.h>

#define STACK_MARK 0x646e652073276974ul

extern uint64_t kernel_stack[], kernel_stack_top[];     /* arch/entry.S */

static inline void stack_mark_end(void)
{
    kernel_stack[0] = STACK_MARK;
}

static inline bool stack_is_whole(void)
{
    return kernel_stack[0] == STACK_MARK;
}

#endif
