/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All nodes walk over the plan, which is in the order of time: whoever has the
 * process at the time moves it. A process that is on its way, or has another
 * move before it, carries the place in the plan up to which it has come
 * (proc->plan_next) and makes up for the rest where it arrives, and one that
 * starts late where it starts: every migration is done once, in order, late
 * rather than not at all.
 */
#include "migrate/plan.h"

#include <stddef.h>

#include "hw/abi/message.h"
#include "migrate/arrival.h"
#include "migrate/migrate.h"
#include "proc/plan.h"
#include "proc/timer.h"

static struct timer timer;
static uint32_t next;           /* all before it have been due */

void migrate_plan_follow(struct proc *proc)
{
    while (proc->move == NULL && proc->plan_next < next) {
        uint32_t index = proc->plan_next++;
        const struct mb_plan_migration *due = plan_migration(index);

        if (due->process + 1 == proc->pid) {
            (void)migrate_request(proc, due->target,
                                  mb_move_kind((uint16_t)due->algorithm,
                                               (uint16_t)due->without),
                                  due->pager, index);
        }
    }
}

bool migrate_plan_waits(const struct proc *proc)
{
    for (uint32_t index = proc->plan_next; index < next; index++) {
        if (plan_migration(index)->process + 1 == proc->pid) {
            return true;
        }
    }
    return false;
}

static void expired(struct timer *unused)
{
    uint64_t now_ns = time_now_ns();

    (void)unused;
    while (next < plan_migration_count()) {
        const struct mb_plan_migration *due = plan_migration(next);
        struct proc *proc = proc_find(due->process + 1);

        if (due->at_ns > now_ns) {
            timer_arm(&timer, due->at_ns);
            return;
        }
        next++;
        /* Not one that is just arriving: it might yet be refused. */
        if (proc && arrival_find(proc->pid) == NULL) {
            migrate_plan_follow(proc);
        } else if (proc) {
            arrival_flush(proc);
        }
    }
}

void migrate_plan_start(void)
{
    timer.expired = expired;
    expired(&timer);
}
