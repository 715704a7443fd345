/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be asked of a node, see node.h: RAM disk, layer, /proc and streams
 * behind one door.
 */
#include "fs/node.h"

#include "fs/layer.h"
#include "fs/open_file.h"
#include "fs/pathname.h"
#include "fs/procfs.h"
#include "fs/ramdisk.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/proc.h"
#include "proc/syscalls.h"
#include "srv/srv.h"

#define NS_PER_S        1000000000ll
/* device numbers of the three kinds of file system */
#define DEV_TREE        0x10u
#define DEV_PROC        0x11u
#define DEV_STREAM      0x12u
#define DEV_PORT        0x100u      /* and more: a node each */
#define INO_STREAM      0x300000u

static const struct layer_file *upper_of(struct proc *proc, struct node node)
{
    return layer_slot(proc->files->layer, node.index);
}

struct node node_lookup(struct proc *proc, const char *path)
{
    if (srv_serves(path)) {
        return (struct node) { .kind = NODE_SERVED };
    }
    if (strncmp(path, "proc", 4) == 0 &&
        (path[4] == '\0' || path[4] == '/')) {
        return procfs_lookup(proc, path[4] == '/' ? path + 5 : "");
    }
    return layer_lookup(proc->files->layer, path);
}

uint32_t node_mode(struct proc *proc, struct node node)
{
    switch (node.kind) {
    case NODE_LOWER:
        return ramdisk_entry(node.index)->mode;
    case NODE_UPPER:
        return upper_of(proc, node)->mode;
    case NODE_PROC:
        return procfs_mode(node);
    case NODE_PORT:
        return LINUX_S_IFSOCK | 0777;
    case NODE_SERVED:
        return LINUX_S_IFDIR | 0755;    /* until the server says more */
    default:
        return LINUX_S_IFIFO | 0600;
    }
}

static struct linux_timespec to_timespec(int64_t ns)
{
    struct linux_timespec time = { ns / NS_PER_S, ns % NS_PER_S };

    if (time.nsec < 0) {
        time.sec--;
        time.nsec += NS_PER_S;
    }
    return time;
}

static void stat_lower(struct node node, struct linux_stat *stat)
{
    const struct cpio_entry *entry = ramdisk_entry(node.index);

    stat->dev = DEV_TREE;
    stat->ino = layer_lower_ino(node.index);
    stat->rdev = entry->device;
    stat->size = (int64_t)entry->bytes;
    stat->mtime.sec = entry->mtime;
    stat->atime = stat->mtime;
    stat->ctime = stat->mtime;
}

static void stat_upper(const struct layer_file *file, struct linux_stat *stat)
{
    stat->dev = DEV_TREE;
    stat->ino = file->ino;
    stat->nlink = file->named ? 1 : 0;
    stat->size = file->kind == LAYER_LINK ? (int64_t)strlen(file->target) :
                                            (int64_t)file->content.size;
    stat->atime = to_timespec(file->atime_ns);
    stat->mtime = to_timespec(file->mtime_ns);
    stat->ctime = to_timespec(file->ctime_ns);
}

void node_stat(struct proc *proc, struct node node, struct linux_stat *stat)
{
    memset(stat, 0, sizeof(*stat));
    stat->mode = node_mode(proc, node);
    stat->nlink = 1;
    stat->mtime.sec = EPOCH_S;
    stat->atime = stat->mtime;
    stat->ctime = stat->mtime;
    stat->blksize = PAGE_SIZE;
    switch (node.kind) {
    case NODE_LOWER:
        stat_lower(node, stat);
        break;
    case NODE_UPPER:
        stat_upper(upper_of(proc, node), stat);
        break;
    case NODE_PROC:
        stat->dev = DEV_PROC;
        stat->ino = procfs_ino(node);
        break;
    case NODE_PORT:
        stat->dev = DEV_PORT + node.pid;
        stat->ino = node.index;
        break;
    default:
        stat->dev = DEV_STREAM;
        stat->ino = INO_STREAM + node.index;
        break;
    }
    stat->blocks = (stat->size + 511) / 512;
}

int node_link(struct proc *proc, struct node node, char *to, size_t size)
{
    const void *text;
    size_t bytes;

    if (node.kind == NODE_STREAM || node.kind == NODE_PORT ||
        !mode_is(node_mode(proc, node), LINUX_S_IFLNK)) {
        return -EINVAL;
    }
    if (node.kind == NODE_PROC) {
        return procfs_link(proc, node, to, size);
    }
    if (node.kind == NODE_LOWER) {
        text = ramdisk_entry(node.index)->data;
        bytes = ramdisk_entry(node.index)->bytes;
    } else {
        text = upper_of(proc, node)->target;
        bytes = strlen(text);
    }
    bytes = bytes < size ? bytes : size;
    memcpy(to, text, bytes);
    return (int)bytes;
}

int node_path(struct proc *proc, struct node node, char *to)
{
    const struct cpio_entry *entry;
    const struct layer_file *file;

    switch (node.kind) {
    case NODE_LOWER:
        entry = ramdisk_entry(node.index);
        memcpy(to, entry->path, entry->path_bytes);
        to[entry->path_bytes] = '\0';
        return 0;
    case NODE_UPPER:
        file = upper_of(proc, node);
        if (!file->named) {
            return -ENOENT;
        }
        memcpy(to, file->path, strlen(file->path) + 1);
        return 0;
    case NODE_PROC:
        return procfs_path(node, to);
    case NODE_SERVED:
        srv_path(node.index, to);
        return 0;
    default:
        return -ENOENT;
    }
}

bool node_next_child(struct proc *proc, struct node directory,
                     uint64_t *cookie, struct node_child *child)
{
    static char path[FS_PATH_MAX];

    if (directory.kind == NODE_PROC) {
        return procfs_next_child(proc, directory, cookie, child);
    }
    if (node_path(proc, directory, path) != 0) {
        return false;               /* removed while it was open */
    }
    return layer_next_child(proc->files->layer, path, cookie, child);
}
