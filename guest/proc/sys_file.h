/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps that several system calls on files have in common.
 */
#ifndef PROC_SYS_FILE_H
#define PROC_SYS_FILE_H

#include <stdint.h>

#include "fs/node.h"
#include "proc/proc.h"

/* Makes a node one of the process's own layer. -EPERM: it cannot be. */
int64_t file_own(struct proc *proc, struct node *node);
/* Sets the size of a file of the layer. 0, -errno, SYSCALL_RESTART. */
int64_t file_resize(struct thread *thread, struct node node, uint64_t size);

#endif
