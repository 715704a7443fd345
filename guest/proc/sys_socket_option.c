/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of sockets. What has no meaning here is accepted and forgotten.
 */
#include <stddef.h>

#include "fs/socket.h"
#include "include/uapi/linux-socket.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/sys_socket.h"
#include "proc/syscalls.h"

#define NS_PER_S    1000000000ull
#define NS_PER_US   1000ull
#define US_PER_S    1000000

union value {
    int32_t number;
    struct linux_timeval time;
    struct linux_ucred credentials;
    int32_t linger[2];
};

static int64_t to_ns(const struct linux_timeval *time, uint64_t *ns)
{
    if (time->usec < 0 || time->usec >= US_PER_S) {
        return -EDOM;
    }
    *ns = time->sec < 0 ? 0 :
          (uint64_t)time->sec * NS_PER_S + (uint64_t)time->usec * NS_PER_US;
    return 0;
}

static void from_ns(uint64_t ns, struct linux_timeval *time)
{
    time->sec = (int64_t)(ns / NS_PER_S);
    time->usec = (int64_t)(ns % NS_PER_S / NS_PER_US);
}

/* The kernel counts twice what a program asks for, as on Linux. */
static void set_window(struct port *port, int32_t bytes)
{
    uint32_t wanted = bytes < 0 ? 0 : (uint32_t)bytes;

    wanted = wanted < PORT_WINDOW_MOST / 2 ? 2 * wanted : PORT_WINDOW_MOST;
    port->window_bytes = wanted > PORT_WINDOW_LEAST ? wanted
                                                    : PORT_WINDOW_LEAST;
}

static bool is_time(uint32_t option)
{
    return option == LINUX_SO_RCVTIMEO || option == LINUX_SO_SNDTIMEO;
}

static int64_t set(struct port *port, uint32_t option,
                   const union value *value)
{
    switch (option) {
    case LINUX_SO_SNDBUF:
        set_window(port, value->number);
        return 0;
    case LINUX_SO_RCVTIMEO:
        return to_ns(&value->time, &port->receive_timeout_ns);
    case LINUX_SO_SNDTIMEO:
        return to_ns(&value->time, &port->send_timeout_ns);
    case LINUX_SO_RCVBUF:
    case LINUX_SO_REUSEADDR:
    case LINUX_SO_BROADCAST:
    case LINUX_SO_KEEPALIVE:
    case LINUX_SO_LINGER:
        return 0;
    case LINUX_SO_PASSCRED:
        return value->number != 0 ? -EOPNOTSUPP : 0;
    default:
        return -ENOPROTOOPT;
    }
}

int64_t sys_setsockopt(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    uint32_t option = (uint32_t)a[2];
    union value value = { 0 };
    uint64_t bytes = is_time(option) ? sizeof(value.time)
                                     : sizeof(value.number);
    struct file *file;
    int64_t result = socket_get(thread, a[0], &file);

    if (result != 0) {
        return result;
    }
    if ((int)a[1] != LINUX_SOL_SOCKET) {
        return -EOPNOTSUPP;
    }
    if ((int32_t)a[4] < (int32_t)bytes) {
        return -EINVAL;
    }
    result = syscall_user(thread, vm_user_check(vm, a[3], bytes, VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, &value, a[3], bytes);
    return set(socket_port(file), option, &value);
}

/* How many bytes it has, or -ENOPROTOOPT. */
static int64_t get(struct port *port, uint32_t option, union value *value)
{
    switch (option) {
    case LINUX_SO_TYPE:
        value->number = (int32_t)port->type;
        break;
    case LINUX_SO_DOMAIN:
        value->number = LINUX_AF_UNIX;
        break;
    case LINUX_SO_ERROR:
        value->number = port->error;
        break;
    case LINUX_SO_SNDBUF:
    case LINUX_SO_RCVBUF:
        value->number = (int32_t)port->window_bytes;
        break;
    case LINUX_SO_ACCEPTCONN:
        value->number = port->listens;
        break;
    case LINUX_SO_PROTOCOL:
    case LINUX_SO_REUSEADDR:
    case LINUX_SO_BROADCAST:
    case LINUX_SO_KEEPALIVE:
    case LINUX_SO_PASSCRED:
        break;
    case LINUX_SO_RCVTIMEO:
        from_ns(port->receive_timeout_ns, &value->time);
        return sizeof(value->time);
    case LINUX_SO_SNDTIMEO:
        from_ns(port->send_timeout_ns, &value->time);
        return sizeof(value->time);
    case LINUX_SO_PEERCRED:
        return sizeof(value->credentials);
    case LINUX_SO_LINGER:
        return sizeof(value->linger);
    default:
        return -ENOPROTOOPT;
    }
    return sizeof(value->number);
}

int64_t sys_getsockopt(struct thread *thread, const uint64_t a[6])
{
    struct vm *vm = thread->proc->vm;
    union value value = { 0 };
    struct file *file;
    struct port *port;
    int64_t bytes;
    uint32_t room;
    int64_t result = socket_get(thread, a[0], &file);

    if (result != 0) {
        return result;
    }
    if ((int)a[1] != LINUX_SOL_SOCKET) {
        return -EOPNOTSUPP;
    }
    port = socket_port(file);
    bytes = get(port, (uint32_t)a[2], &value);
    if (bytes < 0) {
        return bytes;
    }
    result = syscall_user(thread, vm_user_check(vm, a[4], sizeof(room),
                                                VM_READ | VM_WRITE));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, &room, a[4], sizeof(room));
    if ((int32_t)room < 0) {
        return -EINVAL;
    }
    room = room < bytes ? room : (uint32_t)bytes;
    result = syscall_user(thread, vm_user_check(vm, a[3], room, VM_WRITE));
    if (result != 0) {
        return result;
    }
    (void)vm_user_write(vm, a[3], &value, room);
    (void)vm_user_write(vm, a[4], &room, sizeof(room));
    if ((uint32_t)a[2] == LINUX_SO_ERROR) {
        port->error = 0;        /* it is told once */
    }
    return 0;
}
