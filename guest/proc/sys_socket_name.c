/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors and addresses of sockets, as system calls pass them.
 */
#include "fs/socket.h"
#include "include/uapi/linux-socket.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/sys_socket.h"
#include "proc/syscalls.h"

#define FAMILY_BYTES    2u

int64_t socket_get(struct thread *thread, uint64_t fd, struct file **file)
{
    const struct port *port;

    *file = files_get(thread->proc->files, fd);
    if (*file == NULL) {
        return -EBADF;
    }
    if ((*file)->kind != FILE_SOCKET) {
        return -ENOTSOCK;
    }
    port = socket_port(*file);
    return port->state != PORT_AWAITED ? 0 :
           socket_wait(thread, port, PORT_WAIT, true, 0);
}

/* -- addresses -- */

/* A path is made absolute as a string: the name is the cluster's, and need not
 * be in the process's files. */
static int make_absolute(const struct thread *thread, const char *path,
                         struct port_name *name)
{
    const char *cwd = thread->proc->files->cwd;
    uint32_t at = 0;
    char whole[FS_PATH_MAX + LINUX_SUN_PATH + 2];
    const char *from = whole;

    if (path[0] == '/') {
        from = path;
    } else {
        size_t bytes = strlen(cwd);

        memcpy(whole, cwd, bytes);
        whole[bytes] = '/';
        memcpy(whole + bytes + 1, path, strlen(path) + 1);
    }
    while (*from != '\0') {
        const char *next = from;
        uint32_t bytes;

        while (*next != '\0' && *next != '/') {
            next++;
        }
        bytes = (uint32_t)(next - from);
        if (bytes == 2 && from[0] == '.' && from[1] == '.') {
            while (at > 0 && name->text[--at] != '/') {
            }
        } else if (bytes > 0 && !(bytes == 1 && from[0] == '.')) {
            if (at + 1 + bytes > PORT_NAME_MAX) {
                return -ENAMETOOLONG;
            }
            name->text[at++] = '/';
            memcpy(name->text + at, from, bytes);
            at += bytes;
        }
        from = *next == '/' ? next + 1 : next;
    }
    name->bytes = at;
    return at > 0 ? 0 : -ECONNREFUSED;
}

int64_t socket_read_name(struct thread *thread, uint64_t address,
                         uint64_t bytes, struct port_name *name,
                         uint16_t *family)
{
    struct vm *vm = thread->proc->vm;
    struct linux_sockaddr_un from;
    char path[LINUX_SUN_PATH + 1] = { 0 };
    int64_t result;

    *name = (struct port_name){ 0 };
    if (bytes < FAMILY_BYTES || bytes > sizeof(from)) {
        return -EINVAL;
    }
    result = syscall_user(thread, vm_user_check(vm, address, bytes, VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, &from, address, bytes);
    *family = from.family;
    bytes -= FAMILY_BYTES;
    if (from.family == LINUX_AF_UNSPEC || bytes == 0) {
        return 0;
    }
    if (from.family != LINUX_AF_UNIX) {
        return -EINVAL;
    }
    if (from.path[0] == '\0') {
        name->bytes = (uint32_t)bytes;
        memcpy(name->text, from.path, bytes);
        return 0;
    }
    memcpy(path, from.path, bytes);
    return make_absolute(thread, path, name);
}

int64_t socket_check_room(struct thread *thread, uint64_t address,
                          uint64_t length, uint32_t *room)
{
    struct vm *vm = thread->proc->vm;
    int64_t result;

    *room = 0;
    if (address == 0) {
        return 0;
    }
    result = syscall_user(thread, vm_user_check(vm, length, sizeof(*room),
                                                VM_READ | VM_WRITE));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, room, length, sizeof(*room));
    if ((int32_t)*room < 0) {
        return -EINVAL;
    }
    if (*room > sizeof(struct linux_sockaddr_un)) {
        *room = sizeof(struct linux_sockaddr_un);
    }
    return syscall_user(thread, vm_user_check(vm, address, *room, VM_WRITE));
}

uint32_t socket_write_name(struct thread *thread, uint64_t address,
                           uint32_t room, const struct port_name *name)
{
    struct linux_sockaddr_un to = { .family = LINUX_AF_UNIX };
    uint32_t bytes = FAMILY_BYTES + name->bytes;

    memcpy(to.path, name->text, name->bytes);
    if (name->bytes > 0 && name->text[0] != '\0' &&
        name->bytes < LINUX_SUN_PATH) {
        bytes++;                /* the NUL of a path counts */
    }
    (void)vm_user_write(thread->proc->vm, address, &to,
                        bytes < room ? bytes : room);
    return bytes;
}
