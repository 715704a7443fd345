/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names in the tree of a process. All changes happen in its layer.
 */
#include "fs/layer.h"
#include "fs/tree.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/syscalls.h"

/* /proc, which nobody changes. */
static bool is_proc_path(const char *path)
{
    return strcmp(path, "proc") == 0 || pathname_is_below(path, "proc");
}

/* -- create -- */

/* A new name for a directory or link; *slot is where it is. */
static int64_t make_node(struct thread *thread, const struct place *place,
                         uint32_t mode, uint32_t *slot)
{
    if (place->node.kind != NODE_NONE) {
        return -EEXIST;
    }
    if (place->slash && !mode_is(mode, LINUX_S_IFDIR)) {
        return -ENOENT;
    }
    if (is_proc_path(place->path)) {
        return -EPERM;
    }
    return layer_create_file(thread->proc->files->layer, place->path, mode,
                             time_of_day_ns(), slot);
}

int64_t tree_make_directory(struct thread *thread, const struct place *place,
                            uint32_t mode)
{
    uint32_t slot;

    return make_node(thread, place, LINUX_S_IFDIR | mode, &slot);
}

int64_t tree_make_link(struct thread *thread, const struct place *place,
                       const char *target)
{
    struct layer_file *file;
    uint32_t slot;
    int64_t result = make_node(thread, place, LINUX_S_IFLNK | 0777, &slot);

    if (result == 0) {
        file = layer_slot(thread->proc->files->layer, slot);
        memcpy(file->target, target, strlen(target) + 1);
    }
    return result;
}

/* -- remove and rename -- */

int64_t tree_remove(struct thread *thread, const struct place *place,
                    bool directory)
{
    struct proc *proc = thread->proc;
    uint32_t mode = node_mode(proc, place->node);

    if (directory != mode_is(mode, LINUX_S_IFDIR)) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    if (is_proc_path(place->path)) {
        return -EPERM;
    }
    if (directory && !layer_is_empty(proc->files->layer, place->path)) {
        return -ENOTEMPTY;
    }
    return layer_remove(proc->files->layer, place->path);
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

int64_t tree_rename(struct thread *thread, struct place *from,
                    const struct place *to, uint32_t flags)
{
    struct proc *proc = thread->proc;
    int64_t result;

    if (is_proc_path(from->path) || is_proc_path(to->path)) {
        return -EXDEV;
    }
    result = check_replace(proc, from, to, flags);
    if (result != 0 || strcmp(from->path, to->path) == 0) {
        return result;
    }
    if (from->node.kind == NODE_LOWER) {
        if (mode_is(node_mode(proc, from->node), LINUX_S_IFDIR)) {
            return -EXDEV;          /* as overlay file systems do */
        }
        result = tree_own(proc, &from->node);
        if (result != 0) {
            return result;
        }
    }
    return layer_rename(proc->files->layer, from->path, to->path);
}
