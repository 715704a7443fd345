/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration: what the rest of the kernel sees of it.
 */
#ifndef MIGRATE_MIGRATE_H
#define MIGRATE_MIGRATE_H

#include <stdint.h>

#include "proc/proc.h"

/* Registers the hooks and the receiver; arms a timer per migration of the
 * plan for the processes (each node does so for all; the one that runs the
 * process then acts). */
void migrate_init(void);

/*
 * Asks for a move. It starts at the next return to user mode, or at once if
 * the process sleeps; a process with pages still at its former host waits
 * until that has been drained. `plan_index` is the index in the plan, or
 * UINT32_MAX. `kind` is mb_move_kind of hw/abi/message.h, `pager` enum pager.
 * -EINVAL: node, kind or pager; -EBUSY: one is wanted already.
 */
int migrate_request(struct proc *proc, uint32_t target, uint32_t kind,
                    uint32_t pager, uint32_t plan_index);

#endif
