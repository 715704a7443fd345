/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that send and receive messages. Descriptors and credentials
 * cannot be sent along (SCM_RIGHTS, SCM_CREDENTIALS): EOPNOTSUPP.
 */
#include <stddef.h>

#include "fs/socket.h"
#include "fs/uio.h"
#include "include/uapi/linux-socket.h"
#include "lib/errno.h"
#include "proc/sys_socket.h"
#include "proc/syscalls.h"

#define SEND_FLAGS \
    (LINUX_MSG_DONTWAIT | LINUX_MSG_NOSIGNAL | LINUX_MSG_EOR | 0x8000u)
#define RECEIVE_FLAGS \
    (LINUX_MSG_DONTWAIT | LINUX_MSG_PEEK | LINUX_MSG_TRUNC | \
     LINUX_MSG_WAITALL | LINUX_MSG_NOSIGNAL | LINUX_MSG_CMSG_CLOEXEC)

static struct linux_iovec pieces[LINUX_IOV_MAX];

/* -- sending -- */

/* To whom, if the call says so; *name is NULL if not. */
static int64_t read_target(struct thread *thread, uint64_t address,
                           uint32_t bytes, struct port_name *room,
                           const struct port_name **name)
{
    uint16_t family;
    int64_t result;

    *name = NULL;
    if (address == 0 || bytes == 0) {
        return 0;
    }
    result = socket_read_name(thread, address, bytes, room, &family);
    if (result == 0 && (family != LINUX_AF_UNIX || room->bytes == 0)) {
        result = -EINVAL;
    }
    *name = room;
    return result;
}

static int64_t check_send(uint32_t flags)
{
    return (flags & ~SEND_FLAGS) != 0 ? -EOPNOTSUPP : 0;
}

int64_t sys_sendto(struct thread *thread, const uint64_t a[6])
{
    struct linux_iovec piece = { a[1], a[2] };
    const struct port_name *name;
    struct port_name room;
    struct file *file;
    struct uio uio;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        result = check_send((uint32_t)a[3]);
    }
    if (result == 0) {
        result = read_target(thread, a[4], (uint32_t)a[5], &room, &name);
    }
    if (result == 0) {
        result = uio_init(&uio, thread, &piece, 1);
    }
    return result != 0 ? result :
           socket_send(thread, file, &uio, name, (uint32_t)a[3]);
}

/* The header of a message, and its list of buffers. */
static int64_t read_header(struct thread *thread, uint64_t address,
                           enum vm_access access, struct linux_msghdr *header,
                           struct uio *uio)
{
    struct vm *vm = thread->proc->vm;
    uint64_t bytes;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(*header), access));

    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, header, address, sizeof(*header));
    if (header->iov_count > LINUX_IOV_MAX) {
        return -EMSGSIZE;
    }
    bytes = header->iov_count * sizeof(pieces[0]);
    result = syscall_user(thread, vm_user_check(vm, header->iov, bytes,
                                                VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, pieces, header->iov, bytes);
    return uio_init(uio, thread, pieces, (uint32_t)header->iov_count);
}

int64_t sys_sendmsg(struct thread *thread, const uint64_t a[6])
{
    const struct port_name *name = NULL;
    struct linux_msghdr header;
    struct port_name room;
    struct file *file;
    struct uio uio;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        result = check_send((uint32_t)a[2]);
    }
    if (result == 0) {
        result = read_header(thread, a[1], VM_READ, &header, &uio);
    }
    if (result == 0 && header.control_bytes != 0) {
        result = -EOPNOTSUPP;
    }
    if (result == 0) {
        result = read_target(thread, header.name, header.name_bytes, &room,
                             &name);
    }
    return result != 0 ? result :
           socket_send(thread, file, &uio, name, (uint32_t)a[2]);
}

/* -- receiving -- */

static int64_t check_receive(uint32_t flags)
{
    if ((flags & LINUX_MSG_OOB) != 0) {
        return -EOPNOTSUPP;
    }
    return (flags & ~RECEIVE_FLAGS) != 0 ? -EINVAL : 0;
}

/* What the call returns: with MSG_TRUNC the length that the message had. */
static int64_t length_of(const struct receipt *receipt, int64_t result,
                         uint32_t flags)
{
    return result >= 0 && (flags & LINUX_MSG_TRUNC) != 0 &&
           receipt->message_bytes > receipt->bytes ?
               (int64_t)receipt->message_bytes : result;
}

/* Connection-mode sockets have told the name when they were connected. */
static bool tells_name(const struct file *file)
{
    return socket_port(file)->type == PORT_DATAGRAM;
}

int64_t sys_recvfrom(struct thread *thread, const uint64_t a[6])
{
    struct linux_iovec piece = { a[1], a[2] };
    uint32_t flags = (uint32_t)a[3];
    struct receipt receipt;
    struct file *file;
    struct uio uio;
    uint32_t room;
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        result = check_receive(flags);
    }
    if (result == 0) {
        result = socket_check_room(thread, a[4], a[5], &room);
    }
    if (result == 0) {
        result = uio_init(&uio, thread, &piece, 1);
    }
    if (result == 0) {
        result = socket_receive(thread, file, &uio, flags, &receipt);
        if (result >= 0 && a[4] != 0) {
            uint32_t bytes = 0;

            if (tells_name(file)) {
                bytes = socket_write_name(thread, a[4], room, &receipt.from);
            }
            (void)vm_user_write(thread->proc->vm, a[5], &bytes,
                                sizeof(bytes));
        }
        result = length_of(&receipt, result, flags);
    }
    return result;
}

int64_t sys_recvmsg(struct thread *thread, const uint64_t a[6])
{
    uint32_t flags = (uint32_t)a[2];
    struct vm *vm = thread->proc->vm;
    struct linux_msghdr header;
    struct receipt receipt;
    struct file *file;
    struct uio uio;
    uint32_t room = sizeof(struct linux_sockaddr_un);
    int64_t result = socket_get(thread, a[0], &file);

    if (result == 0) {
        result = check_receive(flags);
    }
    if (result == 0) {
        result = read_header(thread, a[1], VM_READ | VM_WRITE, &header, &uio);
    }
    if (result == 0 && header.name != 0) {
        room = header.name_bytes < room ? header.name_bytes : room;
        result = syscall_user(thread, vm_user_check(vm, header.name, room,
                                                    VM_WRITE));
    }
    if (result != 0) {
        return result;
    }
    result = socket_receive(thread, file, &uio, flags, &receipt);
    if (result < 0) {
        return result;
    }
    header.name_bytes = 0;
    if (header.name != 0 && tells_name(file)) {
        header.name_bytes = socket_write_name(thread, header.name, room,
                                              &receipt.from);
    }
    header.control_bytes = 0;
    header.flags = receipt.message_bytes > receipt.bytes ? LINUX_MSG_TRUNC : 0;
    (void)vm_user_write(vm, a[1], &header, sizeof(header));
    return length_of(&receipt, result, flags);
}
