/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of system calls by number, made from the list in syscalls.h.
 */
#include "proc/syscalls.h"

const struct syscall syscall_table[SYSCALLS_MAX] = {
#define X(number, name) [number] = { #name, sys_##name },
    SYSCALL_LIST(X)
#undef X
};
