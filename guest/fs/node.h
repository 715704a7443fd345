/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a path stands for: one small value that says where to find it, and what
 * can be asked of it wherever that is.
 */
#ifndef FS_NODE_H
#define FS_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/uapi/linux-abi.h"

struct proc;

enum node_kind {
    NODE_NONE,                      /* nothing has that name */
    NODE_LOWER,                     /* index: entry of the RAM disk */
    NODE_UPPER,                     /* index: slot of the process's layer */
    NODE_PROC,                      /* index: of a file in /proc */
    NODE_STREAM,                    /* index: 1 or 2; has no name */
    NODE_PORT,                      /* a socket. pid, index: halves of the
                                     * port's number */
    NODE_SERVED,                    /* of /srv; index: file, 0: only a name */
    NODE_KINDS
};

struct node {
    enum node_kind kind;
    uint32_t index;
    union {
        uint32_t pid;               /* of NODE_PROC, 0: of no process */
        uint32_t number;            /* of NODE_SERVED: of the open file */
    };
};

/* An entry of a directory. The name has no NUL and stays valid until the next
 * call of anything in fs. */
struct node_child {
    const char *name;
    uint32_t name_bytes;
    uint32_t mode;
    uint64_t ino;
};

/* `proc` is the process that asks, to whose view a node belongs. */
struct node node_lookup(struct proc *proc, const char *path);
uint32_t node_mode(struct proc *proc, struct node node);
void node_stat(struct proc *proc, struct node node, struct linux_stat *stat);
/* The text of a symbolic link, without a NUL: its length or -EINVAL. */
int node_link(struct proc *proc, struct node node, char *to, size_t size);
/* The path, FS_PATH_MAX bytes. -ENOENT: it has none (any more). */
int node_path(struct proc *proc, struct node node, char *to);
/* `cookie` is 0 at first and then where the last call left it. */
bool node_next_child(struct proc *proc, struct node directory,
                     uint64_t *cookie, struct node_child *child);

static inline bool mode_is(uint32_t mode, uint32_t type)
{
    return (mode & LINUX_S_IFMT) == type;
}

#endif
