/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that wait for something: futex, poll, select.
 */
#include "fs/open_file.h"
#include "fs/socket.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/sys_time.h"
#include "proc/syscalls.h"

#define POLL_MAX        1024u
#define SELECT_WORDS    (FILES_MAX / 64)
_Static_assert(FILES_MAX % 64 == 0, "whole words of an fd_set");

static bool is_restarted(const struct thread *thread)
{
    return thread->restart.nr == SYSCALL_NR(thread);
}

/* -- futex -- */

static uint64_t futex_key(const struct thread *thread, uint64_t address)
{
    return (uint64_t)thread->proc->pid << WAIT_PID_SHIFT | address;
}

/* The deadline of a wait: `relative` for FUTEX_WAIT only. */
static int64_t futex_deadline(struct thread *thread, const uint64_t a[6],
                              bool relative, uint64_t *deadline_ns)
{
    bool realtime = (a[1] & LINUX_FUTEX_CLOCK_REALTIME) != 0;
    int64_t ns, result;

    *deadline_ns = TIMER_NONE;
    if (a[3] == 0) {
        return 0;
    }
    result = time_read(thread, a[3], &ns);
    if (result != 0) {
        return result;
    }
    if (relative) {
        *deadline_ns = time_after((uint64_t)ns);
    } else if (realtime) {
        int64_t epoch_ns = time_of_day_ns() - (int64_t)time_now_ns();

        *deadline_ns = ns > epoch_ns ? (uint64_t)(ns - epoch_ns) : 0;
    } else {
        *deadline_ns = (uint64_t)ns;
    }
    return 0;
}

static int64_t futex_wait(struct thread *thread, const uint64_t a[6],
                          bool relative)
{
    uint64_t deadline_ns = thread->restart.deadline_ns;
    uint32_t value = 0;
    int64_t result;

    if (is_restarted(thread)) {
        if (thread->restart.woken) {
            return 0;
        }
        if (time_now_ns() >= deadline_ns) {
            return -ETIMEDOUT;
        }
    } else {
        result = futex_deadline(thread, a, relative, &deadline_ns);
        if (result != 0) {
            return result;
        }
    }
    result = syscall_user(thread, vm_user_check(thread->proc->vm, a[0],
                                                sizeof(value), VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(thread->proc->vm, &value, a[0], sizeof(value));
    if (value != (uint32_t)a[2]) {
        return -EAGAIN;
    }
    if (time_now_ns() >= deadline_ns) {
        return -ETIMEDOUT;
    }
    sched_sleep(thread, WAIT_FUTEX, futex_key(thread, a[0]), deadline_ns);
    return SYSCALL_RESTART;
}

int64_t sys_futex(struct thread *thread, const uint64_t a[6])
{
    uint32_t operation = (uint32_t)a[1] & ~(uint32_t)
        (LINUX_FUTEX_PRIVATE_FLAG | LINUX_FUTEX_CLOCK_REALTIME);

    if ((a[0] & 3) != 0) {
        return -EINVAL;
    }
    switch (operation) {
    case LINUX_FUTEX_WAIT:
    case LINUX_FUTEX_WAIT_BITSET:
        if (operation == LINUX_FUTEX_WAIT_BITSET && (uint32_t)a[5] == 0) {
            return -EINVAL;
        }
        return futex_wait(thread, a, operation == LINUX_FUTEX_WAIT);
    case LINUX_FUTEX_WAKE:
    case LINUX_FUTEX_WAKE_BITSET:
        if (operation == LINUX_FUTEX_WAKE_BITSET && (uint32_t)a[5] == 0) {
            return -EINVAL;
        }
        return sched_wake(WAIT_FUTEX, futex_key(thread, a[0]),
                          (uint32_t)a[2]);
    default:
        return -ENOSYS;
    }
}

/* -- poll and select -- */

/* A socket that is on its way is waited for: what it was ready for before it
 * is not said not to be. */
#define ON_ITS_WAY  0x8000

/* All but sockets is always ready. */
static int ready_of(const struct file *file)
{
    uint32_t access = file->flags & LINUX_O_ACCMODE;

    if (file->kind == FILE_SOCKET) {
        const struct port *port = socket_port(file);

        return port->state == PORT_AWAITED ? ON_ITS_WAY : port_poll(port);
    }
    return (access != LINUX_O_WRONLY ? LINUX_POLLIN | LINUX_POLLRDNORM : 0) |
           (access != LINUX_O_RDONLY ? LINUX_POLLOUT | LINUX_POLLWRNORM : 0);
}

static bool can_read(const struct file *file)
{
    return (ready_of(file) &
            (LINUX_POLLIN | LINUX_POLLHUP | LINUX_POLLERR)) != 0;
}

static bool can_write(const struct file *file)
{
    return (ready_of(file) & (LINUX_POLLOUT | LINUX_POLLERR)) != 0;
}

/* Nothing is ready: sleeps until a port is, or until then. */
static int64_t wait_ready(struct thread *thread, uint64_t deadline_ns)
{
    const struct files *files = thread->proc->files;

    for (uint32_t i = 0; i < FILES_MAX; i++) {
        if (files_has(files->open_used, i) &&
            files->open[i].kind == FILE_SOCKET) {
            return socket_poll_wait(thread, deadline_ns);
        }
    }
    return time_sleep_until(thread, deadline_ns);
}

/* A deadline from the struct timespec at `address`, 0 for none; or the one
 * that was set when the call was run first. */
static int64_t read_timeout(struct thread *thread, uint64_t address,
                            uint64_t *deadline_ns)
{
    int64_t ns, result;

    *deadline_ns = TIMER_NONE;
    if (is_restarted(thread)) {
        *deadline_ns = thread->restart.deadline_ns;
        return 0;
    }
    if (address == 0) {
        return 0;
    }
    result = time_read(thread, address, &ns);
    if (result == 0) {
        *deadline_ns = time_after((uint64_t)ns);
    }
    return result;
}

static int16_t poll_one(struct files *files, const struct linux_pollfd *poll)
{
    const struct file *file;

    if (poll->fd < 0) {
        return 0;
    }
    file = files_get(files, (uint64_t)poll->fd);
    if (file == NULL) {
        return LINUX_POLLNVAL;
    }
    return (int16_t)(ready_of(file) &
                     (poll->events | LINUX_POLLHUP | LINUX_POLLERR));
}

int64_t sys_ppoll(struct thread *thread, const uint64_t a[6])
{
    static struct linux_pollfd polls[POLL_MAX];
    struct vm *vm = thread->proc->vm;
    uint64_t bytes = a[1] * sizeof(polls[0]);
    uint64_t deadline_ns;
    int64_t ready = 0;
    int64_t result;

    if (a[1] > POLL_MAX) {
        return -EINVAL;
    }
    result = syscall_user(thread, vm_user_check(vm, a[0], bytes,
                                                VM_READ | VM_WRITE));
    if (result == 0) {
        result = read_timeout(thread, a[2], &deadline_ns);
    }
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, polls, a[0], bytes);
    for (uint64_t i = 0; i < a[1]; i++) {
        polls[i].revents = poll_one(thread->proc->files, &polls[i]);
        ready += polls[i].revents != 0;
    }
    if (ready == 0) {
        result = wait_ready(thread, deadline_ns);
        if (result != 0) {
            return result;
        }
    }
    (void)vm_user_write(vm, a[0], polls, bytes);
    return ready;
}

struct select_set {
    uint64_t address;           /* 0: not asked for */
    uint64_t word[SELECT_WORDS];
};

/* Leaves in the set what is ready; counts it. -EBADF. */
static int64_t select_ready(struct files *files, struct select_set *set,
                            uint64_t fds, bool (*can)(const struct file *))
{
    int64_t count = 0;

    for (uint64_t fd = 0; fd < fds; fd++) {
        uint64_t bit = 1ull << (fd % 64);
        const struct file *file;

        if ((set->word[fd / 64] & bit) == 0) {
            continue;
        }
        file = files_get(files, fd);
        if (file == NULL) {
            return -EBADF;
        }
        if (can != NULL && can(file)) {
            count++;
        } else {
            set->word[fd / 64] &= ~bit;
        }
    }
    return count;
}

int64_t sys_pselect6(struct thread *thread, const uint64_t a[6])
{
    static bool (*const can[3])(const struct file *) = {
        can_read, can_write, NULL
    };
    struct select_set set[3] = { { a[1], { 0 } }, { a[2], { 0 } },
                                 { a[3], { 0 } } };
    struct vm *vm = thread->proc->vm;
    uint64_t fds = (uint32_t)a[0] < FILES_MAX ? (uint32_t)a[0] : FILES_MAX;
    uint64_t bytes = (fds + 63) / 64 * 8;
    uint64_t deadline_ns;
    int64_t count = 0;
    int64_t result = (int32_t)a[0] < 0 ? -EINVAL :
                     read_timeout(thread, a[4], &deadline_ns);

    for (int i = 0; i < 3 && result == 0; i++) {
        if (set[i].address != 0) {
            result = syscall_user(thread,
                vm_user_check(vm, set[i].address, bytes,
                              VM_READ | VM_WRITE));
        }
    }
    for (int i = 0; i < 3 && result == 0; i++) {
        if (set[i].address != 0) {
            (void)vm_user_read(vm, set[i].word, set[i].address, bytes);
            result = select_ready(thread->proc->files, &set[i], fds, can[i]);
            if (result > 0) {
                count += result;
                result = 0;
            }
        }
    }
    if (result == 0 && count == 0) {
        result = wait_ready(thread, deadline_ns);
    }
    if (result != 0) {
        return result;
    }
    for (int i = 0; i < 3; i++) {
        if (set[i].address != 0) {
            (void)vm_user_write(vm, set[i].address, set[i].word, bytes);
        }
    }
    return count;
}
