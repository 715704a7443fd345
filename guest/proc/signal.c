/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Posting signals and their default actions. Entering and leaving handlers is
 * in signal_frame.c.
 */
#include "proc/signal.h"

#include "lib/printk.h"
#include "proc/sched.h"

static bool is_ignored_by_default(int signal)
{
    switch (signal) {
    case SIGCHLD:
    case SIGCONT:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGURG:
    case SIGWINCH:
        return true;
    default:
        return false;
    }
}

/* Nothing stops or continues here: such signals count as ignored. */
static bool is_ignored(const struct proc *proc, int signal)
{
    uint64_t handler = proc->actions[signal - 1].handler;

    return handler == SIG_IGN ||
           (handler == SIG_DFL && is_ignored_by_default(signal));
}

static bool blocks(const struct thread *thread, int signal)
{
    return signal != SIGKILL && (thread->sigmask & signal_bit(signal));
}

void signal_thread(struct thread *thread, int signal)
{
    struct proc *proc = thread->proc;

    if (signal < 1 || signal > SIGNALS || is_ignored(proc, signal)) {
        return;
    }
    if (blocks(thread, signal)) {
        thread->sigpending |= signal_bit(signal);
    } else if (proc->actions[signal - 1].handler == SIG_DFL) {
        proc_exit(proc, (uint32_t)signal);
    } else {
        thread->sigpending |= signal_bit(signal);
        if (thread->wait != WAIT_PAGE && thread->wait != WAIT_MAP &&
            thread->wait != WAIT_FILE) {
            sched_wake_thread(thread);
        }
    }
}

void proc_signal(struct proc *proc, int signal)
{
    struct thread *thread = proc->threads;

    while (thread != NULL && blocks(thread, signal)) {
        thread = thread->sibling;
    }
    if (thread == NULL) {
        thread = proc->threads;
    }
    if (thread != NULL) {
        signal_thread(thread, signal);
    }
}

bool signal_catch(struct thread *thread, int signal)
{
    uint64_t handler = thread->proc->actions[signal - 1].handler;

    if (handler == SIG_DFL || handler == SIG_IGN || signal == SIGKILL ||
        blocks(thread, signal)) {
        return false;
    }
    thread->sigpending |= signal_bit(signal);
    return true;
}
