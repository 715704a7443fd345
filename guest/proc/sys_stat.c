/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that look at files: attributes, links, listings.
 */
#include "fs/file_system.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"

#define TMPFS_MAGIC     0x01021994
#define LISTING_MAX     (32u << 10)
#define ACCESS_X        1u

/* Copies a finished structure out. */
static int64_t give(struct thread *thread, uint64_t to, const void *from,
                    uint64_t bytes)
{
    struct vm *vm = thread->proc->vm;
    int64_t result = syscall_user(thread,
                                  vm_user_check(vm, to, bytes, VM_WRITE));

    if (result == 0) {
        (void)vm_user_write(vm, to, from, bytes);
    }
    return result;
}

/* -- attributes -- */

/* Of the file that (dirfd, path, AT_* flags) names. */
static int64_t stat_path(struct thread *thread, uint64_t dirfd, uint64_t path,
                         uint64_t flags, struct linux_stat *stat)
{
    static struct place place;
    unsigned how = 0;
    int64_t result;

    if ((flags & LINUX_AT_SYMLINK_NOFOLLOW) != 0) {
        how |= PATH_NOFOLLOW;
    }
    if ((flags & LINUX_AT_EMPTY_PATH) != 0) {
        how |= PATH_EMPTY_OK;
    }
    result = path_find(thread, dirfd, path, how, &place);
    return result != 0 ? result :
           file_system_of(place.node)->stat(thread, &place, stat);
}

int64_t sys_newfstatat(struct thread *thread, const uint64_t a[6])
{
    struct linux_stat stat;
    int64_t result;

    if (((uint32_t)a[3] & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH |
                            LINUX_AT_NO_AUTOMOUNT)) != 0) {
        return -EINVAL;
    }
    result = stat_path(thread, a[0], a[1], a[3], &stat);
    return result != 0 ? result : give(thread, a[2], &stat, sizeof(stat));
}

int64_t sys_fstat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    const struct file *file = files_get(thread->proc->files, a[0]);
    struct linux_stat stat;
    int64_t result;

    if (file == NULL) {
        return -EBADF;
    }
    place_of_file(file, &place);
    result = file_system_of(place.node)->stat(thread, &place, &stat);
    return result != 0 ? result : give(thread, a[1], &stat, sizeof(stat));
}

static struct linux_statx_timestamp statx_time(struct linux_timespec time)
{
    return (struct linux_statx_timestamp) {
        .sec = time.sec,
        .nsec = (uint32_t)time.nsec,
    };
}

int64_t sys_statx(struct thread *thread, const uint64_t a[6])
{
    struct linux_stat stat;
    struct linux_statx out = { .mask = LINUX_STATX_BASIC_STATS };
    int64_t result;

    if (((uint32_t)a[2] & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH |
                            LINUX_AT_NO_AUTOMOUNT |
                            LINUX_AT_STATX_SYNC)) != 0) {
        return -EINVAL;
    }
    result = stat_path(thread, a[0], a[1], a[2], &stat);
    if (result != 0) {
        return result;
    }
    out.blksize = (uint32_t)stat.blksize;
    out.nlink = stat.nlink;
    out.mode = (uint16_t)stat.mode;
    out.ino = stat.ino;
    out.size = (uint64_t)stat.size;
    out.blocks = (uint64_t)stat.blocks;
    out.atime = statx_time(stat.atime);
    out.ctime = statx_time(stat.ctime);
    out.mtime = statx_time(stat.mtime);
    out.rdev_major = (uint32_t)(stat.rdev >> 8);
    out.rdev_minor = (uint32_t)(stat.rdev & 0xff);
    out.dev_minor = (uint32_t)stat.dev;
    return give(thread, a[4], &out, sizeof(out));
}

static int64_t check_access(struct thread *thread, uint64_t dirfd,
                            uint64_t path, uint64_t mode, uint64_t flags)
{
    struct linux_stat stat;
    int64_t result;

    if ((uint32_t)mode > 7) {
        return -EINVAL;
    }
    result = stat_path(thread, dirfd, path, flags, &stat);
    if (result == 0 && (mode & ACCESS_X) != 0 &&
        mode_is(stat.mode, LINUX_S_IFREG) && (stat.mode & 0111) == 0) {
        return -EACCES;             /* all that root may not do */
    }
    return result;
}

int64_t sys_faccessat(struct thread *thread, const uint64_t a[6])
{
    return check_access(thread, a[0], a[1], a[2], 0);
}

int64_t sys_faccessat2(struct thread *thread, const uint64_t a[6])
{
    if (((uint32_t)a[3] & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH |
                            LINUX_AT_EACCESS)) != 0) {
        return -EINVAL;
    }
    return check_access(thread, a[0], a[1], a[2], a[3]);
}

static int64_t give_statfs(struct thread *thread, uint64_t to)
{
    const struct linux_statfs out = {
        .type = TMPFS_MAGIC,
        .bsize = PAGE_SIZE,
        .blocks = page_total_count(),
        .bfree = page_free_count(),
        .bavail = page_free_count(),
        .files = LAYER_FILES,
        .ffree = LAYER_FILES,
        .namelen = FS_NAME_MAX,
        .frsize = PAGE_SIZE,
    };

    return give(thread, to, &out, sizeof(out));
}

int64_t sys_statfs(struct thread *thread, const uint64_t a[6])
{
    struct linux_stat stat;
    int64_t result = stat_path(thread, (uint64_t)LINUX_AT_FDCWD, a[0], 0,
                               &stat);

    return result != 0 ? result : give_statfs(thread, a[1]);
}

int64_t sys_fstatfs(struct thread *thread, const uint64_t a[6])
{
    if (files_get(thread->proc->files, a[0]) == NULL) {
        return -EBADF;
    }
    return give_statfs(thread, a[1]);
}

/* -- names -- */

int64_t sys_readlinkat(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    static char text[LINUX_PATH_MAX];
    int64_t size = (int32_t)a[3];
    int64_t result;
    int64_t bytes;

    if (size <= 0) {
        return -EINVAL;
    }
    result = path_find(thread, a[0], a[1], PATH_NOFOLLOW | PATH_EMPTY_OK,
                       &place);
    if (result != 0) {
        return result;
    }
    bytes = file_system_of(place.node)->read_link(
        thread, &place, text, size < (int64_t)sizeof(text) ? (size_t)size :
                                                             sizeof(text));
    if (bytes < 0) {
        return bytes;
    }
    result = give(thread, a[2], text, (uint64_t)bytes);
    return result != 0 ? result : bytes;
}

int64_t sys_getcwd(struct thread *thread, const uint64_t a[6])
{
    static char text[FS_PATH_MAX + 1];
    const char *cwd = thread->proc->files->cwd;
    size_t bytes = strlen(cwd) + 2;
    int64_t result;

    if (node_lookup(thread->proc, cwd).kind == NODE_NONE) {
        return -ENOENT;             /* it has been removed */
    }
    if (a[1] < bytes) {
        return -ERANGE;
    }
    text[0] = '/';
    memcpy(text + 1, cwd, bytes - 1);
    result = give(thread, a[0], text, bytes);
    return result != 0 ? result : (int64_t)bytes;
}

/* `path` is that of the place. */
static int64_t change_directory(struct thread *thread,
                                const struct place *place, const char *path)
{
    struct linux_stat stat;
    int64_t result = file_system_of(place->node)->stat(thread, place, &stat);

    if (result == 0 && !mode_is(stat.mode, LINUX_S_IFDIR)) {
        result = -ENOTDIR;
    }
    if (result == 0) {
        memcpy(thread->proc->files->cwd, path, strlen(path) + 1);
    }
    return result;
}

int64_t sys_chdir(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result = path_find(thread, (uint64_t)LINUX_AT_FDCWD, a[0], 0,
                               &place);

    return result != 0 ? result :
                         change_directory(thread, &place, place.path);
}

int64_t sys_fchdir(struct thread *thread, const uint64_t a[6])
{
    static char path[FS_PATH_MAX];
    static struct place place;
    const struct file *file = files_get(thread->proc->files, a[0]);
    int error;

    if (file == NULL) {
        return -EBADF;
    }
    if (file->kind != FILE_DIRECTORY) {
        return -ENOTDIR;
    }
    error = node_path(thread->proc, file->node, path);
    if (error != 0) {
        return error;
    }
    place_of_file(file, &place);
    return change_directory(thread, &place, path);
}

/* -- listing -- */

int64_t sys_getdents64(struct thread *thread, const uint64_t a[6])
{
    static uint8_t buffer[LISTING_MAX];
    struct file *file = files_get(thread->proc->files, a[0]);
    uint64_t room = (uint32_t)a[2];
    uint64_t offset;
    int64_t result;
    int64_t bytes;

    if (file == NULL) {
        return -EBADF;
    }
    if (file->kind != FILE_DIRECTORY) {
        return -ENOTDIR;
    }
    offset = file->offset;
    bytes = file_system_of(file->node)->list(
        thread, file, buffer, room < sizeof(buffer) ? room : sizeof(buffer),
        &offset);
    if (bytes < 0) {
        return bytes;
    }
    result = give(thread, a[1], buffer, (uint64_t)bytes);
    if (result != 0) {
        return result;
    }
    file->offset = offset;
    return bytes;
}
