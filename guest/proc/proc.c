/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of processes and threads.
 *
 * Invariant: a slot is in use exactly when its pid (process) or its proc
 * (thread) is set; a free slot is all zeroes.
 */
#include "proc/proc.h"

#include "arch/fp.h"
#include "fs/file.h"
#include "hw/abi/plan.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "proc/board.h"
#include "proc/sched.h"
#include "srv/srv.h"

_Static_assert(PROCS_MAX >= MB_PLAN_PROCESSES, "a plan fits in");

static struct proc procs[PROCS_MAX];
static unsigned procs_end;              /* no slot from here on was ever used */
static struct thread threads[THREADS_MAX];

struct proc_hooks proc_hooks;

struct proc *proc_find(uint32_t pid)
{
    for (struct proc *proc = proc_next(NULL); proc != NULL;
         proc = proc_next(proc)) {
        if (proc->pid == pid) {
            return proc;
        }
    }
    return NULL;
}

struct proc *proc_next(struct proc *proc)
{
    for (proc = proc == NULL ? procs : proc + 1; proc < procs + procs_end;
         proc++) {
        if (proc->pid != 0) {
            return proc;
        }
    }
    return NULL;
}

struct proc *proc_create(uint32_t pid, const char *name)
{
    kassert(pid != 0);
    for (unsigned i = 0; i < PROCS_MAX; i++) {
        struct proc *proc = &procs[i];

        if (proc->pid == 0) {
            size_t length = strnlen(name, PROC_NAME - 1);

            proc->pid = pid;
            memcpy(proc->name, name, length);
            procs_end = i + 1 > procs_end ? i + 1 : procs_end;
            return proc;
        }
    }
    return NULL;
}

void proc_destroy(struct proc *proc)
{
    timer_cancel(&proc->alarm);
    while (proc->threads != NULL) {
        thread_destroy(proc->threads);
    }
    vm_destroy(proc->vm);
    files_destroy(proc->files);
    memset(proc, 0, sizeof(*proc));
}

struct thread *thread_create(struct proc *proc, uint32_t tid)
{
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        struct thread *thread = &threads[i];
        struct thread **link = &proc->threads;

        if (thread->proc != NULL) {
            continue;
        }
        thread->proc = proc;
        thread->tid = tid;
        thread->state = THREAD_FROZEN;
        thread->restart.deadline_ns = TIMER_NONE;
        thread->timer.expired = sched_sleep_expired;
        thread->board = board_open(i, proc->pid, tid);
        while (*link != NULL) {
            link = &(*link)->sibling;
        }
        *link = thread;
        return thread;
    }
    return NULL;
}

void thread_destroy(struct thread *thread)
{
    struct thread **link = &thread->proc->threads;

    sched_forget(thread);
    srv_forget_thread(thread->tid);
    while (*link != thread) {
        link = &(*link)->sibling;
    }
    *link = thread->sibling;
    board_close(thread->board);
    memset(thread, 0, sizeof(*thread));
}

void thread_reset(struct thread *thread)
{
    fp_forget(&thread->fp);
    memset(&thread->frame, 0, sizeof(thread->frame));
    memset(&thread->fp, 0, sizeof(thread->fp));
    thread->fp_used = false;
    thread->clear_child_tid = 0;
    thread->robust_list = 0;
}
