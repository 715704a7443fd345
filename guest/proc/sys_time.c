/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on time. All clocks show the virtual time of the cluster, which
 * is the same on all nodes: a process sees no jump when it moves.
 *
 * A sleep turns its duration into an absolute deadline once, and remembers that
 * in thread->restart: however often the call is run again, and on whichever
 * node, it ends at the same nanosecond.
 */
#include "arch/clock.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "proc/sys_time.h"
#include "proc/syscalls.h"
#include "proc/timer.h"

#define NS_PER_S        1000000000ll
#define NS_PER_US       1000
#define NS_PER_TICK     (NS_PER_S / LINUX_TICKS_PER_SECOND)

int64_t time_of_day_ns(void)
{
    return EPOCH_S * NS_PER_S + (int64_t)time_now_ns();
}

uint64_t proc_user_ns(const struct proc *proc)
{
    return cpu_time_ns(&proc->user_time, clock_num(), clock_den());
}

int64_t time_read(struct thread *thread, uint64_t address, int64_t *ns)
{
    struct vm *vm = thread->proc->vm;
    struct linux_timespec time;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(time), VM_READ));

    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, &time, address, sizeof(time));
    if (time.sec < 0 || time.nsec < 0 || time.nsec >= NS_PER_S) {
        return -EINVAL;
    }
    *ns = time.sec > INT64_MAX / NS_PER_S - 1 ?
          INT64_MAX : time.sec * NS_PER_S + time.nsec;
    return 0;
}

uint64_t time_after(uint64_t ns)
{
    uint64_t now = time_now_ns();

    return ns < TIMER_NONE - now ? now + ns : TIMER_NONE;
}

int64_t time_sleep_until(struct thread *thread, uint64_t deadline_ns)
{
    if (time_now_ns() >= deadline_ns) {
        return 0;
    }
    sched_sleep(thread, WAIT_TIME, 0, deadline_ns);
    return SYSCALL_RESTART;
}

static int64_t write_timespec(struct thread *thread, uint64_t address,
                              int64_t ns)
{
    const struct linux_timespec time = { ns / NS_PER_S, ns % NS_PER_S };
    struct vm *vm = thread->proc->vm;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(time), VM_WRITE));

    if (result == 0) {
        (void)vm_user_write(vm, address, &time, sizeof(time));
    }
    return result;
}

/* -- clocks -- */

static int64_t read_clock(const struct thread *thread, int clock, int64_t *ns)
{
    switch (clock) {
    case LINUX_CLOCK_REALTIME:
    case LINUX_CLOCK_REALTIME_COARSE:
        *ns = time_of_day_ns();
        return 0;
    case LINUX_CLOCK_MONOTONIC:
    case LINUX_CLOCK_MONOTONIC_RAW:
    case LINUX_CLOCK_MONOTONIC_COARSE:
    case LINUX_CLOCK_BOOTTIME:
        *ns = (int64_t)time_now_ns();
        return 0;
    case LINUX_CLOCK_PROCESS_CPUTIME:
    case LINUX_CLOCK_THREAD_CPUTIME:
        *ns = (int64_t)proc_user_ns(thread->proc);
        return 0;
    default:
        return -EINVAL;
    }
}

int64_t sys_clock_gettime(struct thread *thread, const uint64_t a[6])
{
    int64_t ns;
    int64_t result = read_clock(thread, (int)a[0], &ns);

    return result != 0 ? result : write_timespec(thread, a[1], ns);
}

int64_t sys_clock_getres(struct thread *thread, const uint64_t a[6])
{
    int64_t ns;
    int64_t result = read_clock(thread, (int)a[0], &ns);

    if (result != 0 || a[1] == 0) {
        return result;
    }
    return write_timespec(thread, a[1], 1);
}

int64_t sys_gettimeofday(struct thread *thread, const uint64_t a[6])
{
    int64_t ns = time_of_day_ns();
    const struct linux_timeval time = {
        ns / NS_PER_S, ns % NS_PER_S / NS_PER_US
    };
    struct vm *vm = thread->proc->vm;
    int64_t result;

    if (a[0] == 0) {
        return 0;
    }
    result = syscall_user(thread,
                          vm_user_check(vm, a[0], sizeof(time), VM_WRITE));
    if (result == 0) {
        (void)vm_user_write(vm, a[0], &time, sizeof(time));
    }
    return result;
}

/* -- sleep -- */

/* The deadline of a call that is being run again, if it is. */
static bool is_restarted(const struct thread *thread, uint64_t *deadline_ns)
{
    *deadline_ns = thread->restart.deadline_ns;
    return thread->restart.nr == SYSCALL_NR(thread);
}

int64_t sys_nanosleep(struct thread *thread, const uint64_t a[6])
{
    uint64_t deadline_ns;
    int64_t ns, result;

    if (!is_restarted(thread, &deadline_ns)) {
        result = time_read(thread, a[0], &ns);
        if (result != 0) {
            return result;
        }
        deadline_ns = time_after((uint64_t)ns);
    }
    return time_sleep_until(thread, deadline_ns);
}

int64_t sys_clock_nanosleep(struct thread *thread, const uint64_t a[6])
{
    bool absolute = (a[1] & LINUX_TIMER_ABSTIME) != 0;
    int64_t ns, clock_ns, result;
    uint64_t deadline_ns;

    if (is_restarted(thread, &deadline_ns)) {
        return time_sleep_until(thread, deadline_ns);
    }
    result = read_clock(thread, (int)a[0], &clock_ns);
    if (result != 0 || (int)a[0] == LINUX_CLOCK_PROCESS_CPUTIME ||
        (int)a[0] == LINUX_CLOCK_THREAD_CPUTIME) {
        return -EINVAL;
    }
    result = time_read(thread, a[2], &ns);
    if (result != 0) {
        return result;
    }
    if (absolute) {
        ns = ns > clock_ns ? ns - clock_ns : 0;
    }
    return time_sleep_until(thread, time_after((uint64_t)ns));
}

/* Where the rest of an interrupted sleep goes, 0 if nowhere. */
static uint64_t rest_address(const struct thread *thread)
{
    const uint64_t *a = &thread->frame.x[REG_A0];

    switch (thread->restart.nr) {
    case SYS_nanosleep:
        return a[1];
    case SYS_clock_nanosleep:
        return (a[1] & LINUX_TIMER_ABSTIME) == 0 ? a[3] : 0;
    default:
        return 0;
    }
}

int time_give_rest(struct thread *thread)
{
    uint64_t address = rest_address(thread);
    uint64_t deadline_ns = thread->restart.deadline_ns;
    uint64_t now = time_now_ns();
    int64_t left = deadline_ns > now ? (int64_t)(deadline_ns - now) : 0;
    const struct linux_timespec time = { left / NS_PER_S, left % NS_PER_S };
    struct vm *vm = thread->proc->vm;
    int answer;

    if (address == 0) {
        return 0;
    }
    answer = vm_user_check(vm, address, sizeof(time), VM_WRITE);
    if (answer == 0) {
        (void)vm_user_write(vm, address, &time, sizeof(time));
    }
    return answer == -EFAULT ? 0 : answer;
}

/* -- accounts -- */

int64_t sys_times(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    const struct linux_tms tms = {
        .utime = (int64_t)proc_user_ns(thread->proc) / NS_PER_TICK,
    };
    int64_t result;

    if (a[0] != 0) {
        result = syscall_user(thread,
            vm_user_check(vm, a[0], sizeof(tms), VM_WRITE));
        if (result != 0) {
            return result;
        }
        (void)vm_user_write(vm, a[0], &tms, sizeof(tms));
    }
    return (int64_t)time_now_ns() / NS_PER_TICK;
}

int64_t sys_getrusage(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    struct linux_rusage usage = { 0 };
    int64_t ns = (int64_t)proc_user_ns(thread->proc);
    int64_t result;

    if ((int)a[0] != LINUX_RUSAGE_SELF && (int)a[0] != LINUX_RUSAGE_THREAD &&
        (int)a[0] != LINUX_RUSAGE_CHILDREN) {
        return -EINVAL;
    }
    if ((int)a[0] != LINUX_RUSAGE_CHILDREN) {
        usage.utime.sec = ns / NS_PER_S;
        usage.utime.usec = ns % NS_PER_S / NS_PER_US;
        usage.maxrss = (int64_t)vm->page_count * 4;
        usage.minflt = (int64_t)thread->proc->faults;
    }
    result = syscall_user(thread,
                          vm_user_check(vm, a[1], sizeof(usage), VM_WRITE));
    if (result == 0) {
        (void)vm_user_write(vm, a[1], &usage, sizeof(usage));
    }
    return result;
}
