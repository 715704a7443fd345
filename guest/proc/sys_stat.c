/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that look at files: attributes, links, listings.
 */
#include "fs/open_file.h"
#include "fs/path.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"

#define TMPFS_MAGIC     0x01021994
#define LISTING_MAX     (32u << 10)
/* offsets in a directory: ".", "..", then the children's cookies */
#define COOKIE_FIRST    2u
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
    if (result == 0) {
        node_stat(thread->proc, place.node, stat);
    }
    return result;
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
    const struct file *file = files_get(thread->proc->files, a[0]);
    struct linux_stat stat;

    if (file == NULL) {
        return -EBADF;
    }
    node_stat(thread->proc, file->node, &stat);
    return give(thread, a[1], &stat, sizeof(stat));
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
    int bytes;

    if (size <= 0) {
        return -EINVAL;
    }
    result = path_find(thread, a[0], a[1], PATH_NOFOLLOW | PATH_EMPTY_OK,
                       &place);
    if (result != 0) {
        return result;
    }
    bytes = node_link(thread->proc, place.node, text,
                      size < (int64_t)sizeof(text) ? (size_t)size :
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

static int64_t change_directory(struct proc *proc, struct node node)
{
    static char path[FS_PATH_MAX];
    int error;

    if (!mode_is(node_mode(proc, node), LINUX_S_IFDIR)) {
        return -ENOTDIR;
    }
    error = node_path(proc, node, path);
    if (error == 0) {
        memcpy(proc->files->cwd, path, strlen(path) + 1);
    }
    return error;
}

int64_t sys_chdir(struct thread *thread, const uint64_t a[6])
{
    static struct place place;
    int64_t result = path_find(thread, (uint64_t)LINUX_AT_FDCWD, a[0], 0,
                               &place);

    return result != 0 ? result :
                         change_directory(thread->proc, place.node);
}

int64_t sys_fchdir(struct thread *thread, const uint64_t a[6])
{
    const struct file *file = files_get(thread->proc->files, a[0]);

    if (file == NULL) {
        return -EBADF;
    }
    return change_directory(thread->proc, file->node);
}

/* -- listing -- */

struct listing {
    uint8_t *at;
    uint64_t left;
};

/* False: does not fit. */
static bool put_entry(struct listing *listing, const struct node_child *child,
                      uint64_t next_offset)
{
    uint64_t bytes = (LINUX_DIRENT_NAME + child->name_bytes + 1 + 7) & ~7ull;
    const struct linux_dirent64 head = {
        .ino = child->ino,
        .off = (int64_t)next_offset,
        .reclen = (uint16_t)bytes,
        .type = (uint8_t)((child->mode & LINUX_S_IFMT) >> 12),
    };

    if (bytes > listing->left) {
        return false;
    }
    memset(listing->at, 0, bytes);
    memcpy(listing->at, &head, sizeof(head));
    memcpy(listing->at + sizeof(head), child->name, child->name_bytes);
    listing->at += bytes;
    listing->left -= bytes;
    return true;
}

/* "." and "..", which no file system has as children. */
static struct node_child dot_entry(struct proc *proc, struct node node,
                                   uint64_t offset)
{
    static char path[FS_PATH_MAX];
    struct linux_stat stat;
    char *slash;

    if (offset == 1 && node_path(proc, node, path) == 0) {
        slash = strrchr(path, '/');
        path[slash != NULL ? slash - path : 0] = '\0';
        node = node_lookup(proc, path);
    }
    node_stat(proc, node, &stat);
    return (struct node_child) {
        .name = "..",
        .name_bytes = (uint32_t)offset + 1,
        .mode = LINUX_S_IFDIR,
        .ino = stat.ino,
    };
}

/* The entry at *offset, which then names the next one; false: no more. */
static bool next_entry(struct proc *proc, struct node node, uint64_t *offset,
                       struct node_child *child)
{
    uint64_t cookie;

    if (*offset < COOKIE_FIRST) {
        *child = dot_entry(proc, node, *offset);
        (*offset)++;
        return true;
    }
    cookie = *offset - COOKIE_FIRST;
    if (!node_next_child(proc, node, &cookie, child)) {
        return false;
    }
    *offset = cookie + COOKIE_FIRST;
    return true;
}

int64_t sys_getdents64(struct thread *thread, const uint64_t a[6])
{
    static uint8_t buffer[LISTING_MAX];
    struct file *file = files_get(thread->proc->files, a[0]);
    struct listing listing = { .at = buffer, .left = sizeof(buffer) };
    struct node_child child;
    uint64_t offset, next;
    int64_t result;

    if (file == NULL) {
        return -EBADF;
    }
    if (file->kind != FILE_DIRECTORY) {
        return -ENOTDIR;
    }
    if ((uint32_t)a[2] < listing.left) {
        listing.left = (uint32_t)a[2];
    }
    offset = file->offset;
    next = offset;
    while (next_entry(thread->proc, file->node, &next, &child)) {
        if (!put_entry(&listing, &child, next)) {
            if (listing.at == buffer) {
                return -EINVAL;
            }
            break;
        }
        offset = next;
    }
    result = give(thread, a[1], buffer, (uint64_t)(listing.at - buffer));
    if (result != 0) {
        return result;
    }
    file->offset = offset;
    return listing.at - buffer;
}
