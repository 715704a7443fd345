/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrations that the experiment file asks for.
 */
#ifndef MIGRATE_PLAN_H
#define MIGRATE_PLAN_H

#include <stdbool.h>

#include "proc/proc.h"

/* Arms a timer for the first migration of the plan. */
void migrate_plan_start(void);

/* Asks for the next migration of the plan that is due for a process, if there
 * is one. Call when the process is here and may have missed some: it has just
 * arrived for good, or a move of it has come to nothing. */
void migrate_plan_follow(struct proc *proc);
/* Whether a migration of it is due and waits for its turn. */
bool migrate_plan_waits(const struct proc *proc);

#endif
