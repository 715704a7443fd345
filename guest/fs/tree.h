/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of a process as a file system: what its parts have in common.
 */
#ifndef FS_TREE_H
#define FS_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/file_system.h"

/* Makes a node one of the process's own layer. -EPERM: it cannot be. */
int64_t tree_own(struct proc *proc, struct node *node);
/* Sets the size of a file of the layer. 0, -errno, SYSCALL_RESTART. */
int64_t tree_resize(struct thread *thread, struct node node, uint64_t size);

/* tree_name.c */
int64_t tree_make_directory(struct thread *thread, const struct place *place,
                            uint32_t mode);
int64_t tree_make_link(struct thread *thread, const struct place *place,
                       const char *target);
int64_t tree_remove(struct thread *thread, const struct place *place,
                    bool directory);
int64_t tree_rename(struct thread *thread, struct place *from,
                    const struct place *to, uint32_t flags);

/* tree_list.c */
int64_t tree_list(struct thread *thread, const struct file *file, uint8_t *to,
                  uint64_t bytes, uint64_t *offset);

#endif
