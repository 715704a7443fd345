/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How threads and processes end.
 */
#include "drivers/migbridge.h"
#include "fs/open_file.h"
#include "lib/printk.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "srv/srv.h"

static bool is_frozen(const struct proc *proc)
{
    return proc->threads != NULL && proc->threads->state == THREAD_FROZEN;
}

void proc_exit(struct proc *proc, uint32_t status)
{
    if (is_frozen(proc)) {
        proc->exiting = true;
        proc->exit_status = status;
        return;
    }
    srv_process_exits(proc);
    files_end(proc->files);
    proc_hooks.exiting(proc);
    bridge_trace(MB_TRACE_PROC_EXIT, proc->pid, proc->epoch, status,
                 proc->user_instructions, proc->syscalls, proc->faults);
    proc_destroy(proc);
}

void thread_exit(struct thread *thread, uint32_t status)
{
    struct proc *proc = thread->proc;
    uint64_t word = thread->clear_child_tid;
    uint32_t zero = 0;

    if (proc->threads->sibling == NULL) {
        proc_exit(proc, status);
        return;
    }
    if (word != 0 &&
        vm_user_write(proc->vm, word, &zero, sizeof(zero)) == 0) {
        sched_wake(WAIT_FUTEX, (uint64_t)proc->pid << WAIT_PID_SHIFT | word,
                   1);
    }
    thread_destroy(thread);
}

void proc_fatal(struct thread *thread, int signal)
{
    struct proc *proc = thread->proc;
    const struct frame *frame = &thread->frame;

    if (signal_catch(thread, signal)) {
        return;
    }
    printk("%s (%u): signal %d at pc %lx, address %lx, scause %lu\n",
           proc->name, proc->pid, signal, FRAME_PC(frame), frame->tval,
           frame->cause);
    bridge_trace(MB_TRACE_FATAL, proc->pid, proc->epoch, (uint64_t)signal,
                 FRAME_PC(frame), frame->tval, frame->cause);
    proc_exit(proc, (uint32_t)signal);
}
