/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that make, name and connect sockets. Their ports are in
 * ipc/port.h; there are local ones only (AF_UNIX), whose names are known on
 * every node.
 */
#include "proc/sys_socket.h"

#include "fs/socket.h"
#include "include/uapi/linux-socket.h"
#include "lib/errno.h"
#include "proc/syscalls.h"

#define CREATE_FLAGS    (LINUX_SOCK_NONBLOCK | LINUX_SOCK_CLOEXEC)

/* Both at once, for calls that have done nothing yet. */
static int64_t give_name(struct thread *thread, const uint64_t a[6],
                         const struct port_name *name)
{
    uint32_t room, bytes;
    int64_t result = a[1] == 0 ? -EFAULT :
                     socket_check_room(thread, a[1], a[2], &room);

    if (result == 0) {
        bytes = socket_write_name(thread, a[1], room, name);
        (void)vm_user_write(thread->proc->vm, a[2], &bytes, sizeof(bytes));
    }
    return result;
}

/* -- making -- */

static int check_type(const uint64_t a[6])
{
    uint32_t type = (uint32_t)a[1] & LINUX_SOCK_TYPE;

    if ((int)a[0] != LINUX_AF_UNIX) {
        return -EAFNOSUPPORT;
    }
    if (((uint32_t)a[1] & ~(LINUX_SOCK_TYPE | CREATE_FLAGS)) != 0) {
        return -EINVAL;
    }
    if ((int)a[2] != 0 && (int)a[2] != LINUX_AF_UNIX) {
        return -EPROTONOSUPPORT;
    }
    return type == LINUX_SOCK_STREAM || type == LINUX_SOCK_DGRAM ||
           type == LINUX_SOCK_RAW || type == LINUX_SOCK_SEQPACKET ?
               0 : -ESOCKTNOSUPPORT;
}

/* SOCK_RAW is another word for SOCK_DGRAM here, as on Linux. */
static enum port_type type_of(uint64_t type)
{
    type &= LINUX_SOCK_TYPE;
    return type == LINUX_SOCK_RAW ? PORT_DATAGRAM : (enum port_type)type;
}

static int install(struct proc *proc, enum port_type type, uint32_t flags,
                   struct port **port)
{
    int fd = files_free_descriptor(proc->files, 0);

    if (fd < 0) {
        return fd;
    }
    *port = port_create(type, proc->pid);
    return *port == NULL ? -ENFILE :
           socket_install(proc->files, *port, flags & CREATE_FLAGS);
}

int64_t sys_socket(struct thread *thread, const uint64_t a[6])
{
    struct port *port;
    int error = check_type(a);

    return error != 0 ? error :
           install(thread->proc, type_of(a[1]), (uint32_t)a[1], &port);
}

int64_t sys_socketpair(struct thread *thread, const uint64_t a[6])
{
    struct files *files = thread->proc->files;
    struct vm *vm = thread->proc->vm;
    struct port *port[2];
    int32_t fd[2];
    int64_t result = check_type(a);

    if (result == 0) {
        result = syscall_user(thread, vm_user_check(vm, a[3], sizeof(fd),
                                                    VM_WRITE));
    }
    if (result != 0) {
        return result;
    }
    fd[0] = install(thread->proc, type_of(a[1]), (uint32_t)a[1], &port[0]);
    if (fd[0] < 0) {
        return fd[0];
    }
    fd[1] = install(thread->proc, type_of(a[1]), (uint32_t)a[1], &port[1]);
    result = fd[1] < 0 ? fd[1] : port_pair(port[0], port[1]);
    if (result != 0) {
        (void)files_close(files, (uint64_t)fd[0]);
        if (fd[1] >= 0) {
            (void)files_close(files, (uint64_t)fd[1]);
        }
        return result;
    }
    (void)vm_user_write(vm, a[3], fd, sizeof(fd));
    return 0;
}

/* -- naming -- */

int64_t sys_bind(struct thread *thread, const uint64_t a[6])
{
    struct port_name name;
    struct file *file;
    struct port *port;
    uint16_t family;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        result = socket_read_name(thread, a[1], (uint32_t)a[2], &name,
                                  &family);
    }
    if (result != 0) {
        return result;
    }
    if (family != LINUX_AF_UNIX) {
        return -EINVAL;
    }
    port = socket_port(file);
    if (name.bytes == 0) {
        port_name_any(port, &name);
    }
    result = port_bind(port, &name);
    return result == PORT_WAIT ? socket_wait(thread, port, result, true, 0) :
                                 result;
}

int64_t sys_getsockname(struct thread *thread, const uint64_t a[6])
{
    struct file *file;
    int64_t result = socket_get(thread, a[0], &file);

    return result != 0 ? result :
           give_name(thread, a, &socket_port(file)->name);
}

int64_t sys_getpeername(struct thread *thread, const uint64_t a[6])
{
    struct port_name name;
    struct file *file;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0 && !port_peer_name(socket_port(file), &name)) {
        result = -ENOTCONN;
    }
    return result != 0 ? result : give_name(thread, a, &name);
}

/* -- connecting -- */

int64_t sys_connect(struct thread *thread, const uint64_t a[6])
{
    struct port_name name;
    struct file *file;
    struct port *port;
    uint16_t family;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        result = socket_read_name(thread, a[1], (uint32_t)a[2], &name,
                                  &family);
    }
    if (result != 0) {
        return result;
    }
    port = socket_port(file);
    if (family == LINUX_AF_UNSPEC && port->type == PORT_DATAGRAM) {
        port_disconnect(port);
        return 0;
    }
    if (family != LINUX_AF_UNIX || name.bytes == 0) {
        return -EINVAL;
    }
    result = port_connect(port, &name);
    if (result == -EAGAIN && (file->flags & LINUX_O_NONBLOCK) == 0) {
        return socket_retry(thread, port);
    }
    return result == PORT_WAIT ? socket_wait(thread, port, result, true, 0) :
                                 result;
}

int64_t sys_listen(struct thread *thread, const uint64_t a[6])
{
    struct file *file;
    int64_t result = socket_get(thread, a[0], &file);

    return result != 0 ? result :
           port_listen(socket_port(file), (uint32_t)a[1]);
}

static int64_t do_accept(struct thread *thread, const uint64_t a[6],
                         uint32_t flags)
{
    struct files *files = thread->proc->files;
    struct port_name name = { 0 };
    struct port *port, *accepted;
    struct file *file;
    uint32_t room, bytes;
    int64_t result = (flags & ~CREATE_FLAGS) != 0 ? -EINVAL :
                     socket_get(thread, a[0], &file);

    if (result == 0) {
        result = socket_check_room(thread, a[1], a[2], &room);
    }
    if (result == 0) {
        int fd = files_free_descriptor(files, 0);

        result = fd < 0 ? fd : 0;
    }
    if (result != 0) {
        return result;
    }
    port = socket_port(file);
    result = port_accept(port, thread->proc->pid, &accepted);
    if (result != 0) {
        return socket_answer(thread, file, result);
    }
    (void)port_peer_name(accepted, &name);
    if (a[1] != 0) {
        bytes = socket_write_name(thread, a[1], room, &name);
        (void)vm_user_write(thread->proc->vm, a[2], &bytes, sizeof(bytes));
    }
    return socket_install(files, accepted, flags);
}

int64_t sys_accept(struct thread *thread, const uint64_t a[6])
{
    return do_accept(thread, a, 0);
}

int64_t sys_accept4(struct thread *thread, const uint64_t a[6])
{
    return do_accept(thread, a, (uint32_t)a[3]);
}

int64_t sys_shutdown(struct thread *thread, const uint64_t a[6])
{
    static const unsigned how[] = {
        [LINUX_SHUT_RD] = PORT_SHUT_READ,
        [LINUX_SHUT_WR] = PORT_SHUT_WRITE,
        [LINUX_SHUT_RDWR] = PORT_SHUT_READ | PORT_SHUT_WRITE,
    };
    struct file *file;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        if ((uint32_t)a[1] > LINUX_SHUT_RDWR) {
            return -EINVAL;
        }
        port_shutdown(socket_port(file), how[(uint32_t)a[1]]);
        port_settle();
    }
    return result;
}
