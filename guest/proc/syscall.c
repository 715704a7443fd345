/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry and exit of system calls.
 *
 * The pc is moved past the ecall before the call and back if the call has to
 * be run again: calls that replace the frame (execve, rt_sigreturn) need no
 * exception from that.
 */
#include "proc/syscall.h"

#include "drivers/migbridge.h"
#include "lib/errno.h"
#include "mm/page.h"

#define ECALL_BYTES 4

static int64_t call(struct thread *thread, uint64_t nr)
{
    struct frame *frame = &thread->frame;

    if (nr >= SYSCALLS_MAX || syscall_table[nr].fn == NULL) {
        bridge_trace(MB_TRACE_NOSYS, thread->proc->pid, thread->proc->epoch,
                     nr, FRAME_PC(frame) - ECALL_BYTES, 0, 0);
        return -ENOSYS;
    }
    return syscall_table[nr].fn(thread, &frame->x[REG_A0]);
}

void syscall_dispatch(struct thread *thread)
{
    struct frame *frame = &thread->frame;
    uint64_t nr = frame->x[REG_A7];
    int64_t result;

    if (thread->restart.nr == 0) {
        thread->proc->syscalls++;
    }
    FRAME_PC(frame) += ECALL_BYTES;
    result = call(thread, nr);
    if (sched_current() != thread) {
        return;                 /* the call ended its own thread */
    }
    if (result != SYSCALL_RESTART) {
        thread->restart = (struct restart){ .deadline_ns = TIMER_NONE };
        frame->x[REG_A0] = (uint64_t)result;
        return;
    }
    FRAME_PC(frame) -= ECALL_BYTES;
    if (thread->wait != WAIT_PAGE && thread->wait != WAIT_MAP) {
        thread->restart.nr = (uint32_t)nr;
    }
}

int64_t syscall_user(struct thread *thread, int answer)
{
    struct vm *vm = thread->proc->vm;

    if (answer == VM_REMOTE || answer == -EAGAIN) {
        proc_wait_page(thread, &vm->pages,
                       vm_remote_address(vm) >> PAGE_SHIFT);
        return SYSCALL_RESTART;
    }
    return answer;
}
