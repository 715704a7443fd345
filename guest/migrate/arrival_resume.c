/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resume at the target, and what has to wait until it is over.
 *
 * The source's next messages (the map, pushed pages) are close behind the
 * last critical one, often there before the process runs. They must not delay
 * it: messages are held back, and the acknowledgement with them, until the
 * process has trapped once or SETTLE_INSNS have passed.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "include/uapi/techniques.h"
#include "ipc/port_move.h"
#include "lib/printk.h"
#include "migrate/algorithm.h"
#include "migrate/arrival_internal.h"
#include "migrate/home.h"
#include "migrate/objects.h"
#include "migrate/references.h"
#include "migrate/plan.h"
#include "proc/signal.h"
#include "srv/srv.h"

#define SETTLE_INSNS    2048u

static uint64_t settle_ns;

void arrival_resume_init(void)
{
    settle_ns = clock_insns_ns(SETTLE_INSNS);
}

static void stamp_resume(struct arrival *a, struct instant resumed)
{
    mark_phase(&a->move, MB_MARK_RECEIVED, a->received);
    mark_phase(&a->move, MB_MARK_INSTALLED, a->installed);
    mark_phase(&a->move, MB_MARK_RESUMED, resumed);
    a->resume_seen = true;
    arrival_review(a);
    if (migrate_plan_waits(a->proc)) {
        arrival_flush(a->proc);
    }
}

void arrival_settled(struct arrival *a)
{
    if (!a->settling) {
        return;
    }
    a->settling = false;
    timer_cancel(&a->settle);
    bridge_release_receive();
    arrival_send(&a->move, MB_MSG_RESUMED, 0);
    srv_arrived(a->proc);
}

void arrival_settle_expired(struct timer *timer)
{
    arrival_settled((struct arrival *)((char *)timer -
                                       offsetof(struct arrival, settle)));
}

/* thread->on_resumed: the first trap of the first thread to run. */
static void resumed(struct thread *thread)
{
    struct arrival *a = arrival_find(thread->proc->pid);

    if (!marks_has_run(&thread->frame)) {
        thread->on_resumed = resumed;
        return;
    }
    kassert(a);
    arrival_has_run(a, thread);
}

void arrival_has_run(struct arrival *a, struct thread *thread)
{
    if (a->resume_seen) {
        return;
    }
    for (struct thread *t = thread->proc->threads; t; t = t->sibling) {
        if (t->on_resumed == resumed) {
            t->on_resumed = NULL;
        }
    }
    stamp_resume(a, instant_entered(&thread->frame));
    arrival_settled(a);
    arrival_progress(a);
}

/* Gives the threads back; true if one of them is going to run. */
static bool unfreeze(struct proc *proc)
{
    bool runs = false;

    for (struct thread *t = proc->threads; t; t = t->sibling) {
        sched_unfreeze(t);
        if (t->state == THREAD_RUNNABLE) {
            t->on_resumed = resumed;
            runs = true;
        }
    }
    return runs;
}

static void run(struct arrival *a)
{
    if (a->algorithm->follow == NULL) {
        objects_await_map(a->proc, false);
    }
    references_start(a->proc);
    a->state = ARRIVAL_RUNNING;
    if (a->move.without & WITHOUT_COMMUNICATION_APART) {
        ports_open(a->move.pid);
    }
    a->installed = instant_now();
    if (unfreeze(a->proc)) {
        a->settling = true;
        bridge_hold_receive();
        timer_arm(&a->settle, time_now_ns() + settle_ns);
    } else {
        stamp_resume(a, a->installed);
        arrival_send(&a->move, MB_MSG_RESUMED, 0);
        srv_arrived(a->proc);
    }
}

void arrival_resume(struct arrival *a, struct instant received)
{
    a->received = received;
    if ((a->move.without & WITHOUT_LOCAL_INFORMATION) &&
        !home_enter(&a->move)) {
        a->state = ARRIVAL_NOTING;
    } else {
        run(a);
    }
}

void arrival_noted(uint32_t pid, uint32_t epoch)
{
    struct arrival *a = arrival_find(pid);

    if (a && a->move.epoch == epoch && a->state == ARRIVAL_NOTING) {
        run(a);
    }
}

void arrival_fail(struct arrival *a, int error)
{
    struct proc *proc = a->proc;

    printk("migrate: process %u epoch %u: page lost (%d), it is ended\n",
           a->move.pid, a->move.epoch, error);
    proc_fatal(proc->threads, SIGKILL);
}
