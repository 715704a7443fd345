/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of a process as a file system: the RAM disk under the private layer
 * that takes all changes, and /proc. Opening, attributes and sizes are here,
 * names in tree_name.c, listings in tree_list.c.
 */
#include "fs/tree.h"

#include "fs/layer.h"
#include "fs/regular.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/syscall.h"
#include "proc/syscalls.h"

#define PERMISSIONS     07777u
#define NS_PER_S        1000000000ll

/* -- own copies -- */

int64_t tree_own(struct proc *proc, struct node *node)
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

int64_t tree_resize(struct thread *thread, struct node node, uint64_t size)
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

/* -- open -- */

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
    if (mode_is(mode, LINUX_S_IFSOCK)) {
        return -ENXIO;
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
    result = tree_own(proc, &place->node);
    if (result == 0 && truncates) {
        result = tree_resize(thread, place->node, 0);
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

static int64_t tree_open(struct thread *thread, struct place *place,
                         uint64_t flags, uint32_t mode)
{
    struct proc *proc = thread->proc;
    int64_t result;

    if (place->node.kind == NODE_NONE) {
        result = create(proc, place, flags, mode);
    } else {
        result = check_existing(proc, place, flags);
        if (result == 0) {
            result = prepare_existing(thread, place, flags);
        }
    }
    if (result != 0) {
        return result;
    }
    flags &= ~(uint64_t)(LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_NOCTTY |
                         LINUX_O_TRUNC);
    return files_install(proc->files, file_kind_of(proc, place->node),
                         place->node, (uint32_t)flags | LINUX_O_LARGEFILE);
}

/* -- attributes -- */

static int64_t tree_stat(struct thread *thread, const struct place *place,
                         struct linux_stat *stat)
{
    node_stat(thread->proc, place->node, stat);
    return 0;
}

static int64_t tree_read_link(struct thread *thread,
                              const struct place *place, char *text,
                              size_t bytes)
{
    return node_link(thread->proc, place->node, text, bytes);
}

static int64_t tree_set_mode(struct thread *thread, const struct place *place,
                             uint32_t mode)
{
    struct proc *proc = thread->proc;
    struct node node = place->node;
    struct layer_file *file;
    int64_t result = tree_own(proc, &node);

    if (result == 0) {
        file = layer_slot(proc->files->layer, node.index);
        file->mode = (file->mode & LINUX_S_IFMT) | (mode & PERMISSIONS);
        file->ctime_ns = time_of_day_ns();
    }
    return result;
}

static void set_time(int64_t *to, const struct linux_timespec *time)
{
    if (time->nsec == UTIME_NOW) {
        *to = time_of_day_ns();
    } else if (time->nsec != UTIME_OMIT) {
        *to = time->sec * NS_PER_S + time->nsec;
    }
}

static int64_t tree_set_times(struct thread *thread, const struct place *place,
                              const struct linux_timespec times[2])
{
    struct proc *proc = thread->proc;
    struct node node = place->node;
    struct layer_file *file;
    int64_t result = tree_own(proc, &node);

    if (result == 0) {
        file = layer_slot(proc->files->layer, node.index);
        set_time(&file->atime_ns, &times[0]);
        set_time(&file->mtime_ns, &times[1]);
        file->ctime_ns = time_of_day_ns();
    }
    return result;
}

static int64_t tree_set_size(struct thread *thread, const struct place *place,
                             uint64_t size)
{
    struct node node = place->node;
    uint32_t mode = node_mode(thread->proc, node);
    int64_t result;

    if (mode_is(mode, LINUX_S_IFDIR)) {
        return -EISDIR;
    }
    if (!mode_is(mode, LINUX_S_IFREG)) {
        return -EINVAL;
    }
    result = tree_own(thread->proc, &node);
    return result != 0 ? result : tree_resize(thread, node, size);
}

const struct file_system tree_file_system = {
    .open = tree_open,
    .stat = tree_stat,
    .read_link = tree_read_link,
    .make_directory = tree_make_directory,
    .make_link = tree_make_link,
    .remove = tree_remove,
    .rename = tree_rename,
    .set_mode = tree_set_mode,
    .set_times = tree_set_times,
    .set_size = tree_set_size,
    .list = tree_list,
};

const struct file_system *file_system_of(struct node node)
{
    return node.kind == NODE_SERVED ? &served_file_system : &tree_file_system;
}
