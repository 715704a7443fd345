/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor, doing nothing.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* Until an interrupt is pending, which is not taken by that. */
static inline void cpu_wait(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

/* After the end of the run was asked for. */
static inline void __attribute__((noreturn)) cpu_stop(void)
{
    for (;;) {
        cpu_wait();
    }
}

#endif
