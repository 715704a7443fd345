/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on processes and on what they may know of their machine.
 */
#include "fs/device.h"
#include "fs/open_file.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"

#define STATUS_SHIFT    8       /* of an exit code in a wait status */
#define NS_PER_S        1000000000ull
#define ROBUST_BYTES    24u     /* struct robust_list_head */
#define NICE_ZERO       20      /* what getpriority answers for nice 0 */

static int64_t give(struct thread *thread, uint64_t to, const void *from,
                    uint64_t bytes)
{
    struct vm *vm = thread->proc->vm;
    int64_t result = syscall_user(thread,
                                  vm_user_check(vm, to, bytes, VM_WRITE));

    if (result == 0) {
        (void)vm_user_write(vm, to, from, bytes);
    }
    return result;
}

/* -- the end -- */

int64_t sys_exit(struct thread *thread, const uint64_t a[6])
{
    uint64_t word = thread->clear_child_tid;
    int64_t result = 0;

    if (word != 0 && thread->proc->threads->sibling != NULL) {
        result = syscall_user(thread, vm_user_check(thread->proc->vm, word,
                                                    sizeof(uint32_t),
                                                    VM_WRITE));
    }
    if (result != SYSCALL_RESTART) {
        thread_exit(thread, ((uint32_t)a[0] & 0xff) << STATUS_SHIFT);
    }
    return result;
}

int64_t sys_exit_group(struct thread *thread, const uint64_t a[6])
{
    proc_exit(thread->proc, ((uint32_t)a[0] & 0xff) << STATUS_SHIFT);
    return 0;
}

/* -- identity -- */

int64_t sys_getpid(struct thread *thread, const uint64_t a[6])
{
    (void)a;
    return thread->proc->pid;
}

int64_t sys_gettid(struct thread *thread, const uint64_t a[6])
{
    (void)a;
    return thread->tid;
}

int64_t sys_getppid(struct thread *thread, const uint64_t a[6])
{
    (void)a;
    return thread->proc->parent;
}

/* Everybody is root and alone in group and session. */
static int64_t zero(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return 0;
}

int64_t sys_getuid(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

int64_t sys_geteuid(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

int64_t sys_getgid(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

int64_t sys_getegid(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

int64_t sys_getgroups(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

static int64_t own_or_esrch(struct thread *thread, uint64_t pid)
{
    if ((uint32_t)pid == 0) {
        return thread->proc->pid;
    }
    return proc_find((uint32_t)pid) != NULL ? (int64_t)(uint32_t)pid : -ESRCH;
}

int64_t sys_getpgid(struct thread *thread, const uint64_t a[6])
{
    return own_or_esrch(thread, a[0]);
}

int64_t sys_getsid(struct thread *thread, const uint64_t a[6])
{
    return own_or_esrch(thread, a[0]);
}

int64_t sys_setpgid(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return -EPERM;                  /* as for any session leader */
}

int64_t sys_setsid(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return -EPERM;
}

int64_t sys_set_tid_address(struct thread *thread, const uint64_t a[6])
{
    thread->clear_child_tid = a[0];
    return thread->tid;
}

int64_t sys_set_robust_list(struct thread *thread, const uint64_t a[6])
{
    if (a[1] != ROBUST_BYTES) {
        return -EINVAL;
    }
    thread->robust_list = a[0];
    return 0;
}

int64_t sys_prctl(struct thread *thread, const uint64_t a[6])
{
    struct proc *proc = thread->proc;
    char name[PROC_NAME] = { 0 };
    int bytes;

    switch ((int)a[0]) {
    case LINUX_PR_SET_NAME:
        bytes = vm_user_string(proc->vm, name, a[1], sizeof(name));
        if (bytes == -ENAMETOOLONG) {
            name[sizeof(name) - 1] = '\0';
        } else if (bytes < 0) {
            return syscall_user(thread, bytes);
        }
        memcpy(proc->name, name, sizeof(name));
        return 0;
    case LINUX_PR_GET_NAME:
        return give(thread, a[1], proc->name, sizeof(proc->name));
    default:
        return -EINVAL;
    }
}

/* -- processor -- */

int64_t sys_sched_yield(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

/* One processor, number 0. */
int64_t sys_sched_getaffinity(struct thread *thread, const uint64_t a[6])
{
    const uint64_t mask = 1;
    int64_t result;

    if (own_or_esrch(thread, a[0]) < 0) {
        return -ESRCH;
    }
    if (a[1] < sizeof(mask) || a[1] % sizeof(mask) != 0) {
        return -EINVAL;
    }
    result = give(thread, a[2], &mask, sizeof(mask));
    return result != 0 ? result : (int64_t)sizeof(mask);
}

int64_t sys_sched_setaffinity(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    uint8_t mask = 0;
    int64_t result;

    if (own_or_esrch(thread, a[0]) < 0) {
        return -ESRCH;
    }
    if (a[1] == 0) {
        return -EINVAL;
    }
    result = syscall_user(thread, vm_user_check(vm, a[2], 1, VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, &mask, a[2], 1);
    return (mask & 1) != 0 ? 0 : -EINVAL;
}

int64_t sys_getcpu(struct thread *thread, const uint64_t a[6])
{
    const uint32_t none = 0;
    int64_t result = 0;

    for (int i = 0; i < 2 && result == 0; i++) {
        if (a[i] != 0) {
            result = give(thread, a[i], &none, sizeof(none));
        }
    }
    return result;
}

int64_t sys_getpriority(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return NICE_ZERO;
}

int64_t sys_setpriority(struct thread *thread, const uint64_t a[6])
{
    return zero(thread, a);
}

/* -- limits -- */

static struct linux_rlimit limit_of(uint32_t resource)
{
    struct linux_rlimit limit = { LINUX_RLIM_INFINITY, LINUX_RLIM_INFINITY };

    switch (resource) {
    case LINUX_RLIMIT_STACK:
        limit.cur = USER_STACK_MAX;
        break;
    case LINUX_RLIMIT_CORE:
        limit.cur = 0;
        break;
    case LINUX_RLIMIT_NOFILE:
        limit.cur = FILES_MAX;
        limit.max = FILES_MAX;
        break;
    default:
        break;
    }
    return limit;
}

static int64_t get_limit(struct thread *thread, uint64_t resource,
                         uint64_t to)
{
    struct linux_rlimit limit = limit_of((uint32_t)resource);

    return give(thread, to, &limit, sizeof(limit));
}

int64_t sys_getrlimit(struct thread *thread, const uint64_t a[6])
{
    return (uint32_t)a[0] >= LINUX_RLIMITS ? -EINVAL :
                                             get_limit(thread, a[0], a[1]);
}

/* Limits are fixed: setting one to what it is succeeds. */
static int64_t set_limit(struct thread *thread, uint64_t resource,
                         uint64_t from)
{
    struct linux_rlimit limit = limit_of((uint32_t)resource);
    struct linux_rlimit wanted;
    struct vm *vm = thread->proc->vm;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, from, sizeof(wanted), VM_READ));

    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, &wanted, from, sizeof(wanted));
    if (wanted.cur > wanted.max) {
        return -EINVAL;
    }
    return wanted.cur == limit.cur ? 0 : -EPERM;
}

int64_t sys_prlimit64(struct thread *thread, const uint64_t a[6])
{
    int64_t result = 0;

    if ((uint32_t)a[1] >= LINUX_RLIMITS) {
        return -EINVAL;
    }
    if (own_or_esrch(thread, a[0]) < 0) {
        return -ESRCH;
    }
    if (a[2] != 0) {
        result = set_limit(thread, a[1], a[2]);
    }
    if (result == 0 && a[3] != 0) {
        result = get_limit(thread, a[1], a[3]);
    }
    return result;
}

/* -- the machine -- */

int64_t sys_getrandom(struct thread *thread, const uint64_t a[6])
{
    struct linux_iovec piece = { a[0], a[1] };
    struct uio uio;
    int64_t result;

    if (((uint32_t)a[2] & ~(LINUX_GRND_NONBLOCK | LINUX_GRND_RANDOM |
                            LINUX_GRND_INSECURE)) != 0) {
        return -EINVAL;
    }
    result = uio_init(&uio, thread, &piece, 1);
    if (result == 0) {
        result = uio_check(&uio, uio.bytes, VM_WRITE);
    }
    return result != 0 ? result : device_read_random(thread->proc, &uio);
}

int64_t sys_uname(struct thread *thread, const uint64_t a[6])
{
    const struct linux_utsname name = {
        .sysname = UNAME_SYSNAME,
        .nodename = "godwit",
        .release = UNAME_RELEASE,
        .version = UNAME_VERSION,
        .machine = "riscv64",
        .domainname = "(none)",
    };

    return give(thread, a[0], &name, sizeof(name));
}

int64_t sys_sysinfo(struct thread *thread, const uint64_t a[6])
{
    struct linux_sysinfo info = {
        .uptime = (int64_t)(time_now_ns() / NS_PER_S),
        .totalram = page_total_count() * PAGE_SIZE,
        .freeram = page_free_count() * PAGE_SIZE,
        .mem_unit = 1,
    };

    for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p)) {
        info.procs++;
    }
    return give(thread, a[0], &info, sizeof(info));
}
