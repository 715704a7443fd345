/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrations that the experiment file asks for.
 */
#ifndef MIGRATE_PLAN_H
#define MIGRATE_PLAN_H

#include <stdint.h>

/* Arms a timer for the first migration of the plan. Each one that is due is
 * handed to `due` with its index in the plan. */
void migrate_plan_start(void (*due)(uint32_t plan_index));

#endif
