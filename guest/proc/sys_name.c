/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that change names and attributes of files: what their arguments
 * mean. The rest is the file system's business.
 */
#include "fs/file_system.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/syscalls.h"

#define NS_PER_S        1000000000ll
#define NO_ID           UINT32_MAX      /* chown: leave it as it is */

/* -- create -- */

int64_t sys_mkdirat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result = path_resolve(thread, a[0], a[1], PATH_NOFOLLOW, &place);
    uint32_t mode = (uint32_t)a[2] & 01777 & ~thread->proc->files->umask;

    return result != 0 ? result :
           file_system_of(place.node)->make_directory(thread, &place, mode);
}

int64_t sys_symlinkat(struct thread *thread, const uint64_t a[6])
{
    static char target[FS_PATH_MAX];
    static struct place place;
    int bytes = vm_user_string(thread->proc->vm, target, a[0],
                               sizeof(target));
    int64_t result;

    if (bytes < 0) {
        return syscall_user(thread, bytes);
    }
    if (bytes == 0) {
        return -ENOENT;
    }
    result = path_resolve(thread, a[1], a[2], PATH_NOFOLLOW, &place);
    return result != 0 ? result :
           file_system_of(place.node)->make_link(thread, &place, target);
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
    int64_t result;

    if (((uint32_t)a[2] & ~LINUX_AT_REMOVEDIR) != 0) {
        return -EINVAL;
    }
    result = path_find(thread, a[0], a[1], PATH_NOFOLLOW, &place);
    if (result != 0) {
        return result;
    }
    if (place.path[0] == '\0') {
        return (uint32_t)a[2] == 0 ? -EISDIR : -EBUSY;
    }
    return file_system_of(place.node)->remove(thread, &place,
                                              (uint32_t)a[2] != 0);
}

int64_t sys_renameat2(struct thread *thread, const uint64_t a[6])
{
    static struct place from, to;
    const struct file_system *fs;
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
    fs = file_system_of(from.node);
    return fs != file_system_of(to.node) ? -EXDEV :
           fs->rename(thread, &from, &to, flags);
}

/* -- attributes -- */

int64_t sys_fchmod(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    const struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    place_of_file(file, &place);
    return file_system_of(place.node)->set_mode(thread, &place,
                                                (uint32_t)a[1]);
}

int64_t sys_fchmodat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result = path_find(thread, a[0], a[1], 0, &place);

    return result != 0 ? result :
           file_system_of(place.node)->set_mode(thread, &place,
                                                (uint32_t)a[2]);
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

int64_t sys_utimensat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    struct linux_timespec times[2];
    const struct file *file;
    int64_t result = read_times(thread, a[2], times);

    if (result != 0) {
        return result;
    }
    if (a[1] == 0) {
        file = files_get(thread->proc->files, a[0]);
        if (file == NULL) {
            return -EBADF;
        }
        place_of_file(file, &place);
    } else {
        result = path_find(thread, a[0], a[1],
                           (a[3] & LINUX_AT_SYMLINK_NOFOLLOW) != 0 ?
                               PATH_NOFOLLOW : 0, &place);
    }
    return result != 0 ? result :
           file_system_of(place.node)->set_times(thread, &place, times);
}

int64_t sys_umask(struct thread *thread, const uint64_t a[6])
{
    uint32_t old = thread->proc->files->umask;

    thread->proc->files->umask = (uint32_t)a[0] & 0777;
    return old;
}
