/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setitimer and getitimer: the one timer of a process that real time drives.
 *
 * The process has the time at which it is due, which moves with it; the timer
 * itself belongs to the node. While the process is frozen an expiry is left to
 * whoever lets it run again: a deadline that has passed expires at once.
 */
#include <stddef.h>

#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "proc/syscalls.h"

#define NS_PER_S    1000000000ull
#define NS_PER_US   1000u
#define US_PER_S    1000000

static void alarm_expired(struct timer *timer)
{
    struct proc *proc =
        (struct proc *)((char *)timer - offsetof(struct proc, alarm));
    uint64_t interval_ns = proc->alarm_interval_ns;

    if (proc->threads->state == THREAD_FROZEN) {
        return;
    }
    if (interval_ns == 0) {
        proc->alarm_ns = 0;
    } else {
        uint64_t missed = (time_now_ns() - proc->alarm_ns) / interval_ns;

        proc->alarm_ns += (missed + 1) * interval_ns;
        proc_arm_alarm(proc);
    }
    proc_signal(proc, LINUX_SIGALRM);
}

void proc_arm_alarm(struct proc *proc)
{
    if (proc->alarm_ns != 0) {
        proc->alarm.expired = alarm_expired;
        timer_arm(&proc->alarm, proc->alarm_ns);
    } else {
        timer_cancel(&proc->alarm);
    }
}

static struct linux_timeval to_timeval(uint64_t ns)
{
    return (struct linux_timeval) {
        .sec = (int64_t)(ns / NS_PER_S),
        .usec = (int64_t)(ns % NS_PER_S / NS_PER_US),
    };
}

static bool is_sound(const struct linux_timeval *time)
{
    return time->sec >= 0 && time->usec >= 0 && time->usec < US_PER_S;
}

/* Durations beyond all time are as good as that. */
static uint64_t to_ns(const struct linux_timeval *time)
{
    if ((uint64_t)time->sec >= INT64_MAX / NS_PER_S) {
        return INT64_MAX;
    }
    return (uint64_t)time->sec * NS_PER_S + (uint64_t)time->usec * NS_PER_US;
}

/* What is left, rounded up: a timer that runs never shows zero. */
static struct linux_itimerval current(const struct proc *proc)
{
    uint64_t now = time_now_ns();
    uint64_t left = proc->alarm_ns > now ? proc->alarm_ns - now : 1;

    return (struct linux_itimerval) {
        .interval = to_timeval(proc->alarm_interval_ns),
        .value = to_timeval(proc->alarm_ns == 0 ? 0 :
                            left + NS_PER_US - 1),
    };
}

int64_t sys_getitimer(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    struct linux_itimerval old = current(thread->proc);
    int64_t result;

    if ((int)a[0] != LINUX_ITIMER_REAL) {
        return -EINVAL;
    }
    result = syscall_user(thread,
                          vm_user_check(vm, a[1], sizeof(old), VM_WRITE));
    if (result == 0) {
        (void)vm_user_write(vm, a[1], &old, sizeof(old));
    }
    return result;
}

static void set_alarm(struct proc *proc, const struct linux_itimerval *new)
{
    uint64_t value_ns = to_ns(&new->value);

    proc->alarm_interval_ns = to_ns(&new->interval);
    proc->alarm_ns = value_ns != 0 ? time_now_ns() + value_ns : 0;
    proc_arm_alarm(proc);
}

int64_t sys_setitimer(struct thread *thread, const uint64_t a[6])
{
    struct proc *proc = thread->proc;
    struct linux_itimerval old = current(proc);
    struct linux_itimerval new = { { 0, 0 }, { 0, 0 } };
    int64_t result = 0;

    if ((int)a[0] != LINUX_ITIMER_REAL) {
        return -EINVAL;
    }
    if (a[1] != 0) {
        result = syscall_user(thread,
            vm_user_check(proc->vm, a[1], sizeof(new), VM_READ));
    }
    if (result == 0 && a[2] != 0) {
        result = syscall_user(thread,
            vm_user_check(proc->vm, a[2], sizeof(old), VM_WRITE));
    }
    if (result != 0) {
        return result;
    }
    if (a[1] != 0) {
        (void)vm_user_read(proc->vm, &new, a[1], sizeof(new));
        if (!is_sound(&new.value) || !is_sound(&new.interval)) {
            return -EINVAL;
        }
    }
    if (a[2] != 0) {
        (void)vm_user_write(proc->vm, a[2], &old, sizeof(old));
    }
    set_alarm(proc, &new);
    return 0;
}
