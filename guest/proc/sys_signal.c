/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on signals.
 */
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "proc/signal.h"
#include "proc/syscalls.h"

#define SIGSET_BYTES    8u
#define UNBLOCKABLE     (1ul << (LINUX_SIGKILL - 1) | \
                         1ul << (LINUX_SIGSTOP - 1))

int64_t sys_rt_sigaction(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    int signal = (int)a[0];
    struct signal_action *action;
    struct signal_action new;
    int64_t result = 0;

    if (signal < 1 || signal > SIGNALS || a[3] != SIGSET_BYTES ||
        (a[1] != 0 && (signal == LINUX_SIGKILL || signal == LINUX_SIGSTOP))) {
        return -EINVAL;
    }
    action = &thread->proc->actions[signal - 1];
    if (a[1] != 0) {
        result = syscall_user(thread,
            vm_user_check(vm, a[1], sizeof(new), VM_READ));
    }
    if (result == 0 && a[2] != 0) {
        result = syscall_user(thread,
            vm_user_check(vm, a[2], sizeof(*action), VM_WRITE));
    }
    if (result != 0) {
        return result;
    }
    if (a[1] != 0) {
        (void)vm_user_read(vm, &new, a[1], sizeof(new));
        new.mask &= ~UNBLOCKABLE;
    }
    if (a[2] != 0) {
        (void)vm_user_write(vm, a[2], action, sizeof(*action));
    }
    if (a[1] != 0) {
        *action = new;
        thread->proc->actions_set |= signal_bit(signal);
    }
    return 0;
}

int64_t sys_rt_sigprocmask(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    uint64_t old = thread->sigmask;
    uint64_t set = 0;
    int64_t result = 0;

    if (a[3] != SIGSET_BYTES) {
        return -EINVAL;
    }
    if (a[1] != 0) {
        if ((int)a[0] != LINUX_SIG_BLOCK && (int)a[0] != LINUX_SIG_UNBLOCK &&
            (int)a[0] != LINUX_SIG_SETMASK) {
            return -EINVAL;
        }
        result = syscall_user(thread,
            vm_user_check(vm, a[1], sizeof(set), VM_READ));
    }
    if (result == 0 && a[2] != 0) {
        result = syscall_user(thread,
            vm_user_check(vm, a[2], sizeof(old), VM_WRITE));
    }
    if (result != 0) {
        return result;
    }
    if (a[1] != 0) {
        (void)vm_user_read(vm, &set, a[1], sizeof(set));
        set &= ~UNBLOCKABLE;
        switch ((int)a[0]) {
        case LINUX_SIG_BLOCK:
            thread->sigmask |= set;
            break;
        case LINUX_SIG_UNBLOCK:
            thread->sigmask &= ~set;
            break;
        default:
            thread->sigmask = set;
        }
    }
    if (a[2] != 0) {
        (void)vm_user_write(vm, a[2], &old, sizeof(old));
    }
    return 0;
}

int64_t sys_rt_sigpending(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    uint64_t pending = thread->sigpending & thread->sigmask;
    int64_t result;

    if (a[1] > SIGSET_BYTES) {
        return -EINVAL;
    }
    result = syscall_user(thread, vm_user_check(vm, a[0], a[1], VM_WRITE));
    if (result == 0) {
        (void)vm_user_write(vm, a[0], &pending, a[1]);
    }
    return result;
}

int64_t sys_rt_sigreturn(struct thread *thread, const uint64_t a[6])
{
    (void)a;
    return signal_return(thread);
}

/* The process `pid` if it is on this node and the signal exists. */
static int64_t find_target(uint64_t pid, uint64_t signal, struct proc **proc)
{
    if ((uint32_t)signal > SIGNALS) {
        return -EINVAL;
    }
    *proc = (int32_t)pid > 0 ? proc_find((uint32_t)pid) : NULL;
    return *proc != NULL ? 0 : -ESRCH;
}

int64_t sys_kill(struct thread *thread, const uint64_t a[6])
{
    /* 0 is the caller's process group, in which it is alone */
    uint64_t pid = (int32_t)a[0] == 0 ? thread->proc->pid : a[0];
    struct proc *proc;
    int64_t result = find_target(pid, a[1], &proc);

    if (result == 0 && (uint32_t)a[1] != 0) {
        proc_signal(proc, (int)a[1]);
    }
    return result;
}

static int64_t signal_tid(struct proc *proc, uint64_t tid, uint64_t signal)
{
    for (struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        if (t->tid == (uint32_t)tid) {
            if ((uint32_t)signal != 0) {
                signal_thread(t, (int)signal);
            }
            return 0;
        }
    }
    return -ESRCH;
}

int64_t sys_tgkill(struct thread *thread, const uint64_t a[6])
{
    struct proc *proc;
    int64_t result = find_target(a[0], a[2], &proc);

    (void)thread;
    return result != 0 ? result : signal_tid(proc, a[1], a[2]);
}

int64_t sys_tkill(struct thread *thread, const uint64_t a[6])
{
    if ((uint32_t)a[1] > SIGNALS) {
        return -EINVAL;
    }
    return signal_tid(thread->proc, a[0], a[1]);
}
