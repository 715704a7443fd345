/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contents of the files in /proc.
 */
#ifndef FS_PROCFS_TEXT_H
#define FS_PROCFS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proc/proc.h"

/* Text that grows up to a bound; what does not fit is left out. */
struct text {
    char *start;
    size_t size;
    size_t used;
};

typedef void text_fn(struct text *text, struct proc *proc);

/* Of a process. */
text_fn text_stat, text_statm, text_status, text_comm, text_cmdline, text_maps,
        text_mounts;
/* Of the node; proc is not used. */
text_fn text_meminfo, text_uptime, text_loadavg, text_cpuinfo, text_version,
        text_node_stat;

/* The path of the program that a process runs, or NULL. */
const char *text_program(const struct proc *proc);

#endif
