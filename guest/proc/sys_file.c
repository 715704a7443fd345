/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on descriptors: open, close, duplicate, resize, list.
 */
#include "fs/content.h"
#include "fs/file_system.h"
#include "fs/socket.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/syscalls.h"

/* -- open -- */

int64_t sys_openat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    struct proc *proc = thread->proc;
    uint64_t flags = (uint32_t)a[2];
    bool nofollow = (flags & LINUX_O_NOFOLLOW) != 0 ||
                    ((flags & LINUX_O_CREAT) != 0 &&
                     (flags & LINUX_O_EXCL) != 0);
    int64_t result;
    int fd;

    if ((flags & LINUX_O_TMPFILE) != 0) {
        return -EOPNOTSUPP;
    }
    fd = files_free_descriptor(proc->files, 0);
    if (fd < 0) {
        return fd;
    }
    result = path_resolve(thread, a[0], a[1], nofollow ? PATH_NOFOLLOW : 0,
                          &place);
    if (result != 0) {
        return result;
    }
    return file_system_of(place.node)->open(thread, &place, flags,
                                            (uint32_t)a[3]);
}

int64_t sys_close(struct thread *thread, const uint64_t a[6])
{
    return files_close(thread->proc->files, a[0]);
}

/* -- descriptors -- */

static int64_t duplicate(struct files *files, uint64_t from, uint64_t least,
                         bool cloexec)
{
    int to;

    if (least >= FILES_MAX) {
        return -EINVAL;
    }
    to = files_free_descriptor(files, least);
    if (to >= 0) {
        files_copy(files, from, (uint64_t)to, cloexec);
    }
    return to;
}

int64_t sys_dup(struct thread *thread, const uint64_t a[6])
{
    struct files *files = thread->proc->files;

    if (files_get(files, a[0]) == NULL) {
        return -EBADF;
    }
    return duplicate(files, (uint32_t)a[0], 0, false);
}

int64_t sys_dup3(struct thread *thread, const uint64_t a[6])
{
    struct files *files = thread->proc->files;
    uint32_t from = (uint32_t)a[0];
    uint32_t to = (uint32_t)a[1];
    uint32_t flags = (uint32_t)a[2];

    if ((flags & ~LINUX_O_CLOEXEC) != 0 || from == to) {
        return -EINVAL;
    }
    if (files_get(files, from) == NULL || to >= FILES_MAX) {
        return -EBADF;
    }
    (void)files_close(files, to);       /* -EBADF: it was free, very well */
    files_copy(files, from, to, flags != 0);
    return to;
}

/* Record locks are of no consequence: no two processes share a file. */
static int64_t get_lock(struct thread *thread, uint64_t address)
{
    const uint16_t unlocked = 2;
    struct vm *vm = thread->proc->vm;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(unlocked), VM_WRITE));

    if (result == 0) {
        (void)vm_user_write(vm, address, &unlocked, sizeof(unlocked));
    }
    return result;
}

int64_t sys_fcntl(struct thread *thread, const uint64_t a[6])
{
    struct files *files = thread->proc->files;
    struct file *file = files_get(files, a[0]);
    struct descriptor *descriptor;

    if (file == NULL) {
        return -EBADF;
    }
    descriptor = &files->descriptor[(uint32_t)a[0]];
    switch ((int)a[1]) {
    case LINUX_F_DUPFD:
    case LINUX_F_DUPFD_CLOEXEC:
        return duplicate(files, (uint32_t)a[0], a[2],
                         (int)a[1] == LINUX_F_DUPFD_CLOEXEC);
    case LINUX_F_GETFD:
        return descriptor->cloexec ? LINUX_FD_CLOEXEC : 0;
    case LINUX_F_SETFD:
        descriptor->cloexec = (a[2] & LINUX_FD_CLOEXEC) != 0;
        return 0;
    case LINUX_F_GETFL:
        return file->flags;
    case LINUX_F_SETFL:
        file->flags = (file->flags & ~LINUX_O_SETTABLE) |
                      ((uint32_t)a[2] & LINUX_O_SETTABLE);
        return 0;
    case LINUX_F_GETLK:
        return get_lock(thread, a[2]);
    case LINUX_F_SETLK:
    case LINUX_F_SETLKW:
        return 0;
    default:
        return -EINVAL;
    }
}

static int64_t check_descriptor(struct thread *thread, const uint64_t a[6])
{
    return files_get(thread->proc->files, a[0]) != NULL ? 0 : -EBADF;
}

int64_t sys_flock(struct thread *thread, const uint64_t a[6])
{
    return check_descriptor(thread, a);
}

int64_t sys_fsync(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    return file_ops_of(file)->sync != NULL ?
           file_ops_of(file)->sync(file, thread) : 0;
}

int64_t sys_fdatasync(struct thread *thread, const uint64_t a[6])
{
    return sys_fsync(thread, a);
}

int64_t sys_fadvise64(struct thread *thread, const uint64_t a[6])
{
    return check_descriptor(thread, a);
}

int64_t sys_sync(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return 0;
}

static int64_t set_nonblocking(struct thread *thread, struct file *file,
                               uint64_t address)
{
    struct vm *vm = thread->proc->vm;
    int32_t on = 0;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(on), VM_READ));

    if (result == 0) {
        (void)vm_user_read(vm, &on, address, sizeof(on));
        file->flags = (file->flags & ~LINUX_O_NONBLOCK) |
                      (on != 0 ? LINUX_O_NONBLOCK : 0);
    }
    return result;
}

/* No descriptor is a terminal. */
int64_t sys_ioctl(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    if ((uint32_t)a[1] == LINUX_FIONBIO) {
        return set_nonblocking(thread, file, a[2]);
    }
    if ((uint32_t)a[1] == LINUX_FIONREAD && file->kind == FILE_SOCKET) {
        return socket_readable(thread, file, a[2]);
    }
    return -ENOTTY;
}

/* -- size -- */

static bool can_resize(const struct file *file)
{
    return file_ops_of(file)->resize != NULL &&
           (file->flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY;
}

int64_t sys_ftruncate(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    if ((int64_t)a[1] < 0 || !can_resize(file)) {
        return -EINVAL;
    }
    return file_ops_of(file)->resize(file, thread, a[1]);
}

int64_t sys_truncate(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result;

    if ((int64_t)a[1] < 0) {
        return -EINVAL;
    }
    result = path_find(thread, (uint64_t)LINUX_AT_FDCWD, a[0], 0, &place);
    return result != 0 ? result :
           file_system_of(place.node)->set_size(thread, &place, a[1]);
}

int64_t sys_fallocate(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);
    uint64_t size;
    int64_t result;

    if (file == NULL) {
        return -EBADF;
    }
    if ((uint32_t)a[1] != 0) {
        return -EOPNOTSUPP;
    }
    if ((int64_t)a[2] < 0 || (int64_t)a[3] <= 0) {
        return -EINVAL;
    }
    if (!can_resize(file)) {
        return -EBADF;
    }
    if (a[2] + a[3] > CONTENT_BYTES_MAX) {
        return -EFBIG;
    }
    result = file_size(thread, file, &size);
    if (result != 0) {
        return result;
    }
    return a[2] + a[3] <= size ? 0 :
           file_ops_of(file)->resize(file, thread, a[2] + a[3]);
}
