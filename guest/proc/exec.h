/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making a process run a program.
 */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include <stdint.h>

#include "proc/proc.h"

/* Arguments and environment: each `count` strings one behind the other, each
 * with its NUL, in kernel memory. */
struct exec_args {
    const char *argv;
    const char *envp;
    uint32_t argc;
    uint32_t envc;
};

/*
 * Replaces what the process runs, if anything, by the program `path` of the
 * RAM disk: a new address space, one thread at the program's entry, default
 * signal actions where there were handlers. A new process is left frozen, see
 * sched_make_runnable. -ENOENT, -EACCES (not executable), -ENOEXEC, -E2BIG,
 * -ENOMEM; the process is then as it was.
 */
int exec_load(struct proc *proc, const char *path,
              const struct exec_args *args);

#endif
