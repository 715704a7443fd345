/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that change names and attributes of files. All of it happens in
 * the layer of the process that asks.
 */
#include "fs/layer.h"
#include "fs/open_file.h"
#include "fs/path.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/sys_file.h"
#include "proc/syscalls.h"

#define PERMISSIONS     07777u
#define NS_PER_S        1000000000ll
#define UTIME_NOW       0x3fffffff
#define UTIME_OMIT      0x3ffffffe
#define NO_ID           UINT32_MAX      /* chown: leave it as it is */

/* /proc, which nobody changes. */
static bool is_proc_path(const char *path)
{
    return strcmp(path, "proc") == 0 || pathname_is_below(path, "proc");
}

/* -- create -- */

/* A new name for a directory or link; *slot is where it is. */
static int64_t make_node(struct thread *thread, uint64_t dirfd, uint64_t path,
                         uint32_t mode, uint32_t *slot)
{
    static struct place place;
    struct proc *proc = thread->proc;
    int64_t result = path_resolve(thread, dirfd, path, PATH_NOFOLLOW, &place);

    if (result != 0) {
        return result;
    }
    if (place.node.kind != NODE_NONE) {
        return -EEXIST;
    }
    if (place.slash && !mode_is(mode, LINUX_S_IFDIR)) {
        return -ENOENT;
    }
    if (is_proc_path(place.path)) {
        return -EPERM;
    }
    return layer_create_file(proc->files->layer, place.path, mode,
                             time_of_day_ns(), slot);
}

int64_t sys_mkdirat(struct thread *thread, const uint64_t a[6])
{
    uint32_t slot;

    return make_node(thread, a[0], a[1],
                     LINUX_S_IFDIR | ((uint32_t)a[2] & 01777 &
                                      ~thread->proc->files->umask), &slot);
}

int64_t sys_symlinkat(struct thread *thread, const uint64_t a[6])
{
    static char target[FS_PATH_MAX];
    struct proc *proc = thread->proc;
    int bytes = vm_user_string(proc->vm, target, a[0], sizeof(target));
    struct layer_file *file;
    int64_t result;
    uint32_t slot;

    if (bytes < 0) {
        return syscall_user(thread, bytes);
    }
    if (bytes == 0) {
        return -ENOENT;
    }
    result = make_node(thread, a[1], a[2], LINUX_S_IFLNK | 0777, &slot);
    if (result == 0) {
        file = layer_slot(proc->files->layer, slot);
        memcpy(file->target, target, (size_t)bytes + 1);
    }
    return result;
}

/* A file of the layer has one name. */
int64_t sys_linkat(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return -EPERM;
}

/* -- remove and rename -- */

int64_t sys_unlinkat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    struct proc *proc = thread->proc;
    bool directory = ((uint32_t)a[2] & LINUX_AT_REMOVEDIR) != 0;
    int64_t result;
    uint32_t mode;

    if (((uint32_t)a[2] & ~LINUX_AT_REMOVEDIR) != 0) {
        return -EINVAL;
    }
    result = path_find(thread, a[0], a[1], PATH_NOFOLLOW, &place);
    if (result != 0) {
        return result;
    }
    mode = node_mode(proc, place.node);
    if (directory != mode_is(mode, LINUX_S_IFDIR)) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    if (place.path[0] == '\0') {
        return -EBUSY;
    }
    if (is_proc_path(place.path)) {
        return -EPERM;
    }
    if (directory && !layer_is_empty(proc->files->layer, place.path)) {
        return -ENOTEMPTY;
    }
    return layer_remove(proc->files->layer, place.path);
}

/* Whether what is at `to` can be replaced by what is at `from`. */
static int check_replace(struct proc *proc, const struct place *from,
                         const struct place *to, uint32_t flags)
{
    bool from_directory = mode_is(node_mode(proc, from->node), LINUX_S_IFDIR);
    bool to_directory;

    if (from_directory && pathname_is_below(to->path, from->path)) {
        return -EINVAL;
    }
    if (to->node.kind == NODE_NONE) {
        return to->slash && !from_directory ? -ENOTDIR : 0;
    }
    if ((flags & LINUX_RENAME_NOREPLACE) != 0) {
        return -EEXIST;
    }
    to_directory = mode_is(node_mode(proc, to->node), LINUX_S_IFDIR);
    if (from_directory && !to_directory) {
        return -ENOTDIR;
    }
    if (!from_directory && to_directory) {
        return -EISDIR;
    }
    if (to_directory && !layer_is_empty(proc->files->layer, to->path)) {
        return -ENOTEMPTY;
    }
    return 0;
}

int64_t sys_renameat2(struct thread *thread, const uint64_t a[6])
{
    static struct place from, to;
    struct proc *proc = thread->proc;
    uint32_t flags = (uint32_t)a[4];
    int64_t result;

    if ((flags & ~LINUX_RENAME_NOREPLACE) != 0) {
        return -EINVAL;
    }
    result = path_find(thread, a[0], a[1], PATH_NOFOLLOW, &from);
    if (result == 0) {
        result = path_resolve(thread, a[2], a[3], PATH_NOFOLLOW, &to);
    }
    if (result != 0) {
        return result;
    }
    if (from.path[0] == '\0' || to.path[0] == '\0') {
        return -EBUSY;
    }
    if (is_proc_path(from.path) || is_proc_path(to.path)) {
        return -EXDEV;
    }
    result = check_replace(proc, &from, &to, flags);
    if (result != 0 || strcmp(from.path, to.path) == 0) {
        return result;
    }
    if (from.node.kind == NODE_LOWER) {
        if (mode_is(node_mode(proc, from.node), LINUX_S_IFDIR)) {
            return -EXDEV;          /* as overlay file systems do */
        }
        result = file_own(proc, &from.node);
        if (result != 0) {
            return result;
        }
    }
    return layer_rename(proc->files->layer, from.path, to.path);
}

/* -- attributes -- */

static int64_t change_mode(struct proc *proc, struct node node, uint32_t mode)
{
    struct layer_file *file;
    int64_t result = file_own(proc, &node);

    if (result == 0) {
        file = layer_slot(proc->files->layer, node.index);
        file->mode = (file->mode & LINUX_S_IFMT) | (mode & PERMISSIONS);
        file->ctime_ns = time_of_day_ns();
    }
    return result;
}

int64_t sys_fchmod(struct thread *thread, const uint64_t a[6])
{
    const struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    return change_mode(thread->proc, file->node, (uint32_t)a[1]);
}

int64_t sys_fchmodat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result = path_find(thread, a[0], a[1], 0, &place);

    return result != 0 ? result :
           change_mode(thread->proc, place.node, (uint32_t)a[2]);
}

/* All files belong to user and group 0 and stay so. */
static int64_t check_owner(uint64_t user, uint64_t group)
{
    return ((uint32_t)user == 0 || (uint32_t)user == NO_ID) &&
           ((uint32_t)group == 0 || (uint32_t)group == NO_ID) ? 0 : -EPERM;
}

int64_t sys_fchown(struct thread *thread, const uint64_t a[6])
{
    if (files_get(thread->proc->files, a[0]) == NULL) {
        return -EBADF;
    }
    return check_owner(a[1], a[2]);
}

int64_t sys_fchownat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    unsigned how = PATH_EMPTY_OK;
    int64_t result;

    if ((a[4] & LINUX_AT_SYMLINK_NOFOLLOW) != 0) {
        how |= PATH_NOFOLLOW;
    }
    result = path_find(thread, a[0], a[1], how, &place);
    return result != 0 ? result : check_owner(a[2], a[3]);
}

/* The two times of utimensat, from user memory; NULL: now. */
static int64_t read_times(struct thread *thread, uint64_t address,
                          struct linux_timespec times[2])
{
    struct vm *vm = thread->proc->vm;
    uint64_t bytes = 2 * sizeof(times[0]);
    int64_t result;

    times[0].nsec = UTIME_NOW;
    times[1].nsec = UTIME_NOW;
    if (address == 0) {
        return 0;
    }
    result = syscall_user(thread, vm_user_check(vm, address, bytes, VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, times, address, bytes);
    for (int i = 0; i < 2; i++) {
        int64_t nsec = times[i].nsec;

        if (nsec != UTIME_NOW && nsec != UTIME_OMIT &&
            (nsec < 0 || nsec >= NS_PER_S || times[i].sec > UINT32_MAX ||
             times[i].sec < -(int64_t)UINT32_MAX)) {
            return -EINVAL;
        }
    }
    return 0;
}

static void set_time(int64_t *to, const struct linux_timespec *time)
{
    if (time->nsec == UTIME_NOW) {
        *to = time_of_day_ns();
    } else if (time->nsec != UTIME_OMIT) {
        *to = time->sec * NS_PER_S + time->nsec;
    }
}

int64_t sys_utimensat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    struct proc *proc = thread->proc;
    struct linux_timespec times[2];
    struct layer_file *layer_file;
    const struct file *file;
    int64_t result = read_times(thread, a[2], times);

    if (result != 0) {
        return result;
    }
    if (a[1] == 0) {
        file = files_get(proc->files, a[0]);
        if (file == NULL) {
            return -EBADF;
        }
        place.node = file->node;
    } else {
        result = path_find(thread, a[0], a[1],
                           (a[3] & LINUX_AT_SYMLINK_NOFOLLOW) != 0 ?
                               PATH_NOFOLLOW : 0, &place);
    }
    if (result == 0) {
        result = file_own(proc, &place.node);
    }
    if (result != 0) {
        return result;
    }
    layer_file = layer_slot(proc->files->layer, place.node.index);
    set_time(&layer_file->atime_ns, &times[0]);
    set_time(&layer_file->mtime_ns, &times[1]);
    layer_file->ctime_ns = time_of_day_ns();
    return 0;
}

int64_t sys_umask(struct thread *thread, const uint64_t a[6])
{
    uint32_t old = thread->proc->files->umask;

    thread->proc->files->umask = (uint32_t)a[0] & 0777;
    return old;
}
