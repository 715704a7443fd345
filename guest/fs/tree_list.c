/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listings of directories in the tree of a process.
 */
#include "fs/tree.h"
#include "lib/errno.h"
#include "lib/string.h"

/* offsets in a directory: ".", "..", then the children's cookies */
#define COOKIE_FIRST    2u

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

int64_t tree_list(struct thread *thread, const struct file *file, uint8_t *to,
                  uint64_t bytes, uint64_t *offset)
{
    struct listing listing = { .at = to, .left = bytes };
    struct node_child child;
    uint64_t next = *offset;

    while (next_entry(thread->proc, file->node, &next, &child)) {
        if (!put_entry(&listing, &child, next)) {
            return listing.at == to ? -EINVAL : listing.at - to;
        }
        *offset = next;
    }
    return listing.at - to;
}
