/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program finds on its stack when it starts.
 */
#ifndef PROC_EXEC_STACK_H
#define PROC_EXEC_STACK_H

#include <stdint.h>

#include "mm/vm.h"
#include "proc/elf.h"
#include "proc/exec.h"

/* Writes strings, auxiliary vector, environment and arguments below `top`;
 * *sp is where the program starts. `random` is the state of the process's
 * generator. -E2BIG, -ENOMEM. */
int exec_stack_build(struct vm *vm, uint64_t top, const char *path,
                     const struct elf_image *image,
                     const struct exec_args *args, uint64_t random[2],
                     uint64_t *sp);

#endif
