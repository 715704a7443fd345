/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round robin, sleep and wake.
 *
 * Invariant: a runnable thread is the current one or in the queue, never both.
 * The slice timer is armed only while a thread waits in the queue, so that a
 * node with nothing to decide is quiet.
 */
#include "proc/sched.h"

#include <stddef.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/entry.h"
#include "arch/fp.h"
#include "arch/stack.h"
#include "drivers/plic.h"
#include "lib/printk.h"
#include "proc/board.h"
#include "proc/signal.h"

#define SLICE_NS 10000000ul

static struct thread *current;          /* may sleep by now, see pick() */
static struct thread *entered;          /* whose fp and vm are set up */
static struct thread *queue_head;
static struct thread *queue_tail;
static struct timer slice;
static bool slice_over;

/* -- the queue -- */

static void append(struct thread *thread)
{
    thread->run_next = NULL;
    if (queue_head == NULL) {
        queue_head = thread;
    } else {
        queue_tail->run_next = thread;
    }
    queue_tail = thread;
}

static struct thread *take_first(void)
{
    struct thread *thread = queue_head;

    if (thread != NULL) {
        queue_head = thread->run_next;
    }
    return thread;
}

static void take(struct thread *thread)
{
    struct thread **link = &queue_head;
    struct thread *last = NULL;

    while (*link != NULL && *link != thread) {
        last = *link;
        link = &last->run_next;
    }
    if (*link == NULL) {
        return;
    }
    *link = thread->run_next;
    if (queue_tail == thread) {
        queue_tail = last;
    }
}

/* -- states -- */

struct thread *sched_current(void)
{
    return current;
}

void sched_make_runnable(struct thread *thread)
{
    if (thread->state == THREAD_RUNNABLE) {
        return;
    }
    thread->state = THREAD_RUNNABLE;
    board_run(thread);
    if (thread != current) {
        append(thread);
    }
}

/* Out of the queue and off its timer, into a state that is not runnable. */
static void stop(struct thread *thread, enum thread_state state)
{
    if (thread->state == THREAD_RUNNABLE && thread != current) {
        take(thread);
    }
    timer_cancel(&thread->timer);
    thread->state = state;
}

static bool is_page_wait(enum wait_reason reason)
{
    return reason == WAIT_PAGE || reason == WAIT_MAP;
}

void sched_sleep(struct thread *thread, enum wait_reason reason, uint64_t key,
                 uint64_t deadline_ns)
{
    stop(thread, THREAD_SLEEPING);
    thread->wait = reason;
    thread->wait_key = key;
    if (!is_page_wait(reason)) {
        /* what the file server answers is the call's result: no signal comes
         * in between */
        thread->restart.woken = reason == WAIT_FILE;
        thread->restart.deadline_ns = deadline_ns;
    }
    if (deadline_ns != TIMER_NONE) {
        timer_arm(&thread->timer, deadline_ns);
    }
    board_sleep(thread);
}

void sched_end_sleep(struct thread *thread, bool woken)
{
    if (!is_page_wait(thread->wait)) {
        thread->restart.woken = woken || thread->wait == WAIT_FILE;
    }
    thread->wait = WAIT_NONE;
    timer_cancel(&thread->timer);
    if (thread->state == THREAD_SLEEPING) {
        sched_make_runnable(thread);
    }
}

void sched_sleep_expired(struct timer *timer)
{
    struct thread *thread =
        (struct thread *)((char *)timer - offsetof(struct thread, timer));

    sched_end_sleep(thread, false);
}

uint32_t sched_wake(enum wait_reason reason, uint64_t key, uint32_t most)
{
    uint32_t count = 0;

    for (struct proc *proc = proc_next(NULL); proc != NULL;
         proc = proc_next(proc)) {
        for (struct thread *thread = proc->threads;
             thread != NULL && count < most; thread = thread->sibling) {
            if (thread->wait == reason && thread->wait_key == key) {
                sched_end_sleep(thread, true);
                count++;
            }
        }
    }
    return count;
}

void sched_wake_thread(struct thread *thread)
{
    if (thread->wait != WAIT_NONE) {
        sched_end_sleep(thread, false);
    }
}

void sched_freeze(struct thread *thread)
{
    if (thread->state != THREAD_FROZEN) {
        stop(thread, THREAD_FROZEN);
    }
}

void sched_unfreeze(struct thread *thread)
{
    if (thread->state != THREAD_FROZEN) {
        return;
    }
    proc_arm_alarm(thread->proc);
    if (thread->wait == WAIT_NONE || is_page_wait(thread->wait) ||
        thread->wait == WAIT_FILE ||
        thread->proc->exiting || signal_is_due(thread)) {
        thread->wait = WAIT_NONE;
        sched_make_runnable(thread);
        return;
    }
    thread->state = THREAD_SLEEPING;
    if (thread->restart.deadline_ns != TIMER_NONE) {
        timer_arm(&thread->timer, thread->restart.deadline_ns);
    }
    board_sleep(thread);
}

void sched_save_fp(struct thread *thread)
{
    fp_save(&thread->fp);
}

void sched_forget(struct thread *thread)
{
    stop(thread, THREAD_FROZEN);
    fp_forget(&thread->fp);
    if (current == thread) {
        current = NULL;
    }
    if (entered == thread) {
        entered = NULL;
    }
}

/* -- running -- */

static void slice_expired(struct timer *timer)
{
    (void)timer;
    slice_over = true;
}

void sched_init(void)
{
    slice.expired = slice_expired;
}

static struct thread *pick(void)
{
    if (current != NULL && current->state == THREAD_RUNNABLE) {
        if (!slice_over || queue_head == NULL) {
            return current;
        }
        append(current);
    }
    current = take_first();
    return current;
}

static void set_slice(bool changed)
{
    slice_over = false;
    if (queue_head == NULL) {
        if (slice.armed) {
            timer_cancel(&slice);
        }
    } else if (changed || !slice.armed) {
        timer_arm(&slice, time_now_ns() + SLICE_NS);
    }
}

/* What has to happen to a thread before it may go on; false if it must not. */
static bool prepare(struct thread *thread)
{
    struct proc *proc = thread->proc;

    if (proc->exiting) {
        proc_exit(proc, proc->exit_status);
        return false;
    }
    if (proc->move != NULL) {
        proc_hooks.move(proc);
        if (current != thread || thread->state != THREAD_RUNNABLE) {
            return false;
        }
    }
    if (signal_is_due(thread)) {
        signal_deliver(thread);
        return current == thread && thread->state == THREAD_RUNNABLE;
    }
    return true;
}

static void idle(void)
{
    set_slice(false);
    if (!vm_prepare()) {
        cpu_wait();
    }
    if (csr_read(sip) & SIE_SEIE) {
        plic_interrupt();
    }
}

void sched_run(void)
{
    for (;;) {
        struct thread *thread = pick();

        kassert(stack_is_whole());
        if (thread == NULL) {
            idle();
        } else if (prepare(thread)) {
            set_slice(thread != entered);
            if (thread != entered) {
                fp_switch(&thread->fp);
                entered = thread;
            }
            vm_activate(thread->proc->vm);
            user_enter(&thread->frame);
        }
    }
}
