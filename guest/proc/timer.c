/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel timers.
 *
 * Invariant: outside of this file the hardware is armed for the head of the
 * list, or off when the list is empty.
 */
#include "proc/timer.h"

#include <stddef.h>

#define NEVER   UINT64_MAX
#define UNKNOWN 0               /* what the hardware is armed for */

static const volatile uint64_t no_time;
static const volatile uint64_t *hardware_now_ns = &no_time;
static struct timer *head;
static uint64_t hardware_ns = NEVER;
static void (*set_hardware)(uint64_t deadline_ns);

static void update_hardware(void)
{
    uint64_t deadline_ns = head != NULL ? head->deadline_ns : NEVER;

    if (set_hardware != NULL && hardware_ns != deadline_ns) {
        hardware_ns = deadline_ns;
        set_hardware(deadline_ns);
    }
}

static void insert(struct timer *timer)
{
    struct timer **link = &head;

    /* Equal deadlines expire in the order in which they were armed. */
    while (*link != NULL && (*link)->deadline_ns <= timer->deadline_ns) {
        link = &(*link)->next;
    }
    timer->next = *link;
    *link = timer;
    timer->armed = true;
}

static void unlink_timer(struct timer *timer)
{
    struct timer **link = &head;

    if (!timer->armed) {
        return;
    }
    while (*link != timer) {
        link = &(*link)->next;
    }
    *link = timer->next;
    timer->armed = false;
}

uint64_t time_now_ns(void)
{
    return *hardware_now_ns;
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
    unlink_timer(timer);
    timer->deadline_ns = deadline_ns;
    insert(timer);
    update_hardware();
}

void timer_cancel(struct timer *timer)
{
    unlink_timer(timer);
    update_hardware();
}

void timer_interrupt(void)
{
    uint64_t now_ns = time_now_ns();

    hardware_ns = UNKNOWN;
    while (head != NULL && head->deadline_ns <= now_ns) {
        struct timer *timer = head;

        unlink_timer(timer);
        timer->expired(timer);
    }
    update_hardware();
}

void timer_set_hardware(const volatile uint64_t *now_ns,
                        void (*set_deadline)(uint64_t deadline_ns))
{
    hardware_now_ns = now_ns;
    set_hardware = set_deadline;
    hardware_ns = UNKNOWN;
    update_hardware();
}
