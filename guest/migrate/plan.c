/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One timer walks over the plan, which is in the order of time. All nodes do
 * so: whoever has the process at the time moves it.
 */
#include "migrate/plan.h"

#include "proc/plan.h"
#include "proc/timer.h"

static struct {
    struct timer timer;
    uint32_t next;
    void (*due)(uint32_t plan_index);
} plan;

static void arm(void)
{
    if (plan.next < plan_migration_count()) {
        timer_arm(&plan.timer, plan_migration(plan.next)->at_ns);
    }
}

static void expired(struct timer *timer)
{
    uint64_t now_ns = time_now_ns();

    (void)timer;
    while (plan.next < plan_migration_count() &&
           plan_migration(plan.next)->at_ns <= now_ns) {
        plan.due(plan.next++);
    }
    arm();
}

void migrate_plan_start(void (*due)(uint32_t plan_index))
{
    plan.due = due;
    plan.timer.expired = expired;
    arm();
}
