/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the path that a program passes to a node.
 */
#ifndef FS_PATH_H
#define FS_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/node.h"
#include "fs/pathname.h"
#include "proc/proc.h"

/* Where a path leads. The node is NODE_NONE if the name is free in a directory
 * that exists. */
struct place {
    struct node node;
    bool slash;                 /* the path ended with one: a directory */
    char path[FS_PATH_MAX];
};

#define PATH_NOFOLLOW       1u  /* not through a link at the very end */
#define PATH_EMPTY_OK       2u  /* "" means dirfd itself */

/*
 * Resolves the path in user memory at `address`, relative to descriptor dirfd
 * or LINUX_AT_FDCWD. 0, -errno, or SYSCALL_RESTART. `place` belongs to the
 * caller; nothing is kept.
 */
int64_t path_resolve(struct thread *thread, uint64_t dirfd, uint64_t address,
                     unsigned flags, struct place *place);
/* The same, and -ENOENT for a free name. */
int64_t path_find(struct thread *thread, uint64_t dirfd, uint64_t address,
                  unsigned flags, struct place *place);
/* A path in kernel memory, from the root of the tree. */
int path_walk(struct proc *proc, const char *base, const char *path,
              unsigned flags, struct place *place);

#endif
