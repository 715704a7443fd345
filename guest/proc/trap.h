/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps from user mode. user_trap itself is declared in arch/entry.h.
 */
#ifndef PROC_TRAP_H
#define PROC_TRAP_H

/* Measures what a trap costs; before the first user_enter. */
void trap_init(void);

#endif
