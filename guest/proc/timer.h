/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel timers in virtual time, exact to the nanosecond: one sorted list, the
 * bridge's timer armed for its head, nothing armed when the list is empty.
 */
#ifndef PROC_TIMER_H
#define PROC_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct timer {
    struct timer *next;
    uint64_t deadline_ns;
    void (*expired)(struct timer *timer);
    bool armed;
};

/* Virtual time now: an access to the bridge; 0 before there is one. */
uint64_t time_now_ns(void);
/* (Re-)arms; a deadline that has passed expires at the next interrupt. */
void timer_arm(struct timer *timer, uint64_t deadline_ns);
void timer_cancel(struct timer *timer);
/* From the bridge's interrupt. */
void timer_interrupt(void);
/* Where the driver's hardware shows the time, and how it is told the earliest
 * deadline. */
void timer_set_hardware(const volatile uint64_t *now_ns,
                        void (*set_deadline)(uint64_t deadline_ns));

#endif
