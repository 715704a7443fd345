/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux/riscv64 system calls.
 *
 * A call returns a result or -errno, or SYSCALL_RESTART after it has put the
 * thread to sleep: nothing has happened yet, and the same ecall is run again
 * when the thread wakes. Each room of the kernel has the calls on its own
 * objects: proc/sys_proc.c, proc/sys_time.c, proc/sys_signal.c, mm/... in
 * proc/sys_mm.c, fs/sys_file.c, fs/sys_path.c.
 */
#ifndef PROC_SYSCALL_H
#define PROC_SYSCALL_H

#include <stdint.h>

#include "proc/proc.h"

#define SYSCALL_RESTART (-512)

typedef int64_t syscall_fn(struct thread *thread, const uint64_t a[6]);

struct syscall {
    const char *name;
    syscall_fn *fn;
};

#define SYSCALLS_MAX 512

/* By number; fn is NULL where there is no such call. */
extern const struct syscall syscall_table[SYSCALLS_MAX];

/* Entered from the trap with scause = ecall from user mode. */
void syscall_dispatch(struct thread *thread);

/* Turns the answer of vm_user_check and friends into a call's result: 0 when
 * the memory is there, -EFAULT, -ENOMEM, or SYSCALL_RESTART after arranging
 * to wait for the remote page (VM_REMOTE, or vm_user_string's -EAGAIN). */
int64_t syscall_user(struct thread *thread, int answer);

#endif
