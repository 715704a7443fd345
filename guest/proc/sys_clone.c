/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clone, as far as threads go: a new thread of the same process. There are no
 * new processes but those of the plan; fork is answered with -ENOSYS.
 */
#include "lib/errno.h"
#include "proc/syscalls.h"

#define CLONE_VM                0x00000100u
#define CLONE_SIGHAND           0x00000800u
#define CLONE_THREAD            0x00010000u
#define CLONE_SETTLS            0x00080000u
#define CLONE_PARENT_SETTID     0x00100000u
#define CLONE_CHILD_CLEARTID    0x00200000u
#define CLONE_CHILD_SETTID      0x01000000u
#define CLONE_A_THREAD          (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)

enum { ARG_FLAGS, ARG_STACK, ARG_PARENT_TID, ARG_TLS, ARG_CHILD_TID };

/* The leader has the pid; all others differ from it by multiples of what no
 * pid reaches, so that no two threads of the cluster have the same number. */
static uint32_t new_tid(const struct proc *proc)
{
    uint32_t last = proc->pid;

    for (const struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        last = t->tid > last ? t->tid : last;
    }
    return last + PROCS_MAX;
}

/* The words that are going to be written must be there first. */
static int check_words(struct vm *vm, const uint64_t a[6])
{
    int answer = 0;

    if (a[ARG_FLAGS] & CLONE_PARENT_SETTID) {
        answer = vm_user_check(vm, a[ARG_PARENT_TID], sizeof(uint32_t),
                               VM_WRITE);
    }
    if (answer == 0 && (a[ARG_FLAGS] & CLONE_CHILD_SETTID)) {
        answer = vm_user_check(vm, a[ARG_CHILD_TID], sizeof(uint32_t),
                               VM_WRITE);
    }
    return answer;
}

static void copy_state(struct thread *from, struct thread *to,
                       const uint64_t a[6])
{
    sched_save_fp(from);
    to->frame = from->frame;
    to->fp = from->fp;
    to->fp_used = from->fp_used;
    to->sigmask = from->sigmask;
    to->frame.x[REG_A0] = 0;
    to->frame.x[REG_SP] = a[ARG_STACK];
    if (a[ARG_FLAGS] & CLONE_SETTLS) {
        to->frame.x[REG_TP] = a[ARG_TLS];
    }
    if (a[ARG_FLAGS] & CLONE_CHILD_CLEARTID) {
        to->clear_child_tid = a[ARG_CHILD_TID];
    }
}

int64_t sys_clone(struct thread *thread, const uint64_t a[6])
{
    struct proc *proc = thread->proc;
    struct thread *child;
    int64_t result;

    if ((a[ARG_FLAGS] & CLONE_A_THREAD) != CLONE_A_THREAD) {
        return -ENOSYS;
    }
    result = syscall_user(thread, check_words(proc->vm, a));
    if (result != 0) {
        return result;
    }
    child = thread_create(proc, new_tid(proc));
    if (child == NULL) {
        return -EAGAIN;
    }
    copy_state(thread, child, a);
    if (a[ARG_FLAGS] & CLONE_PARENT_SETTID) {
        (void)vm_user_write(proc->vm, a[ARG_PARENT_TID], &child->tid,
                            sizeof(child->tid));
    }
    if (a[ARG_FLAGS] & CLONE_CHILD_SETTID) {
        (void)vm_user_write(proc->vm, a[ARG_CHILD_TID], &child->tid,
                            sizeof(child->tid));
    }
    sched_make_runnable(child);
    return child->tid;
}
