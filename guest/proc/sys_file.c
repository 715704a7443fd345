/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on descriptors: open, close, duplicate, resize, list.
 */
#include "fs/layer.h"
#include "fs/open_file.h"
#include "fs/path.h"
#include "fs/regular.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/sys_file.h"
#include "proc/syscalls.h"

#define PERMISSIONS     07777u

/* -- open -- */

int64_t file_own(struct proc *proc, struct node *node)
{
    uint32_t lower = node->index;
    uint32_t slot;
    int error;

    if (node->kind == NODE_UPPER) {
        return 0;
    }
    if (node->kind != NODE_LOWER) {
        return -EPERM;
    }
    error = layer_copy_up(proc->files->layer, lower, &slot);
    if (error != 0) {
        return error;
    }
    files_redirect(proc->files, lower, slot);
    node->kind = NODE_UPPER;
    node->index = slot;
    return 0;
}

int64_t file_resize(struct thread *thread, struct node node, uint64_t size)
{
    struct layer_file *file =
        layer_slot(thread->proc->files->layer, node.index);
    uint64_t index = 0;
    int result = content_resize(&file->content, size, &index);

    if (result == 0) {
        file->mtime_ns = time_of_day_ns();
        file->ctime_ns = file->mtime_ns;
    }
    return content_answer(thread, &file->content, result, index);
}

static bool wants_write(uint64_t flags)
{
    return (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY;
}

/* Whether what exists at place can be opened so. */
static int check_existing(struct proc *proc, const struct place *place,
                          uint64_t flags)
{
    uint32_t mode = place->node.kind == NODE_STREAM ?
                    LINUX_S_IFIFO : node_mode(proc, place->node);

    if ((flags & LINUX_O_CREAT) != 0 && (flags & LINUX_O_EXCL) != 0) {
        return -EEXIST;
    }
    if ((flags & LINUX_O_DIRECTORY) != 0 && !mode_is(mode, LINUX_S_IFDIR)) {
        return -ENOTDIR;
    }
    if ((flags & LINUX_O_PATH) != 0) {
        return 0;
    }
    if (mode_is(mode, LINUX_S_IFLNK)) {
        return -ELOOP;
    }
    if (mode_is(mode, LINUX_S_IFDIR) &&
        (wants_write(flags) || (flags & LINUX_O_CREAT) != 0)) {
        return -EISDIR;
    }
    return 0;
}

/* Makes what exists ready to be opened: copied up, truncated. */
static int64_t prepare_existing(struct thread *thread, struct place *place,
                                uint64_t flags)
{
    struct proc *proc = thread->proc;
    enum file_kind kind = file_kind_of(proc, place->node);
    bool truncates = (flags & LINUX_O_TRUNC) != 0;
    int64_t result;

    if ((kind != FILE_LOWER && kind != FILE_UPPER) ||
        (flags & LINUX_O_PATH) != 0 || (!wants_write(flags) && !truncates)) {
        return 0;
    }
    result = file_own(proc, &place->node);
    if (result == 0 && truncates) {
        result = file_resize(thread, place->node, 0);
    }
    return result;
}

static int64_t create(struct proc *proc, struct place *place, uint64_t flags,
                      uint64_t mode)
{
    int error;

    if ((flags & LINUX_O_CREAT) == 0) {
        return -ENOENT;
    }
    if (place->slash) {
        return -EISDIR;
    }
    if (pathname_is_below(place->path, "proc")) {
        return -EACCES;
    }
    error = layer_create_file(proc->files->layer, place->path,
                              LINUX_S_IFREG |
                              (mode & PERMISSIONS & ~proc->files->umask),
                              time_of_day_ns(), &place->node.index);
    if (error == 0) {
        place->node.kind = NODE_UPPER;
    }
    return error;
}

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
    if (place.node.kind == NODE_NONE) {
        result = create(proc, &place, flags, a[3]);
    } else {
        result = check_existing(proc, &place, flags);
        if (result == 0) {
            result = prepare_existing(thread, &place, flags);
        }
    }
    if (result != 0) {
        return result;
    }
    flags &= ~(uint64_t)(LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_NOCTTY |
                         LINUX_O_TRUNC);
    return files_install(proc->files, file_kind_of(proc, place.node),
                         place.node, (uint32_t)flags | LINUX_O_LARGEFILE);
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
    return check_descriptor(thread, a);
}

int64_t sys_fdatasync(struct thread *thread, const uint64_t a[6])
{
    return check_descriptor(thread, a);
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

/* No descriptor is a terminal. */
int64_t sys_ioctl(struct thread *thread, const uint64_t a[6])
{
    return files_get(thread->proc->files, a[0]) != NULL ? -ENOTTY : -EBADF;
}

/* -- size -- */

int64_t sys_ftruncate(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    if ((int64_t)a[1] < 0 || file->kind != FILE_UPPER ||
        !wants_write(file->flags)) {
        return -EINVAL;
    }
    return file_resize(thread, file->node, a[1]);
}

int64_t sys_truncate(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result;
    uint32_t mode;

    if ((int64_t)a[1] < 0) {
        return -EINVAL;
    }
    result = path_find(thread, (uint64_t)LINUX_AT_FDCWD, a[0], 0, &place);
    if (result != 0) {
        return result;
    }
    mode = node_mode(thread->proc, place.node);
    if (mode_is(mode, LINUX_S_IFDIR)) {
        return -EISDIR;
    }
    if (!mode_is(mode, LINUX_S_IFREG)) {
        return -EINVAL;
    }
    result = file_own(thread->proc, &place.node);
    return result != 0 ? result : file_resize(thread, place.node, a[1]);
}

int64_t sys_fallocate(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    if ((uint32_t)a[1] != 0) {
        return -EOPNOTSUPP;
    }
    if ((int64_t)a[2] < 0 || (int64_t)a[3] <= 0) {
        return -EINVAL;
    }
    if (file->kind != FILE_UPPER || !wants_write(file->flags)) {
        return -EBADF;
    }
    if (a[2] + a[3] > CONTENT_BYTES_MAX) {
        return -EFBIG;
    }
    return a[2] + a[3] <= file_size(thread->proc, file) ? 0 :
           file_resize(thread, file->node, a[2] + a[3]);
}
