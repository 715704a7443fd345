/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc: the processes of this node, as text.
 */
#ifndef FS_PROCFS_H
#define FS_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/node.h"
#include "fs/procfs_text.h"
#include "proc/proc.h"

/* `path` is what follows "proc/" or, for the directory itself, "". */
struct node procfs_lookup(struct proc *proc, const char *path);
uint32_t procfs_mode(struct node node);
uint64_t procfs_ino(struct node node);
int procfs_link(struct proc *proc, struct node node, char *to, size_t size);
int procfs_path(struct node node, char *to);
bool procfs_next_child(struct proc *proc, struct node directory,
                       uint64_t *cookie, struct node_child *child);
/* Whether node is one of /proc/PID/fd; then *target is what is open there. */
bool procfs_open_file(struct proc *proc, struct node node,
                      struct node *target);
/* What makes the text of a file; NULL: it has none. */
text_fn *procfs_text(struct node node);
bool procfs_is_goto(struct node node);
/* Reads a decimal number and moves *text behind it; UINT32_MAX: there is none
 * or it is too large. */
uint32_t procfs_take_number(const char **text);

#endif
