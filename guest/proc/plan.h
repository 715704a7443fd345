/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan of the experiment (hw/abi/plan.h), checked once at boot.
 */
#ifndef PROC_PLAN_H
#define PROC_PLAN_H

#include <stdint.h>

#include "hw/abi/plan.h"
#include "include/uapi/disks.h"

/* Reads MB_PLAN_PATH from the RAM disk; halts with MB_HALT_CONFIG and a line
 * on the console if it cannot be used. Arms a timer for the start of every
 * process of this node. */
void plan_init(void);
/* The node that serves /srv, or PLAN_NO_FILE_SERVER; its disk. */
#define PLAN_NO_FILE_SERVER MB_PLAN_NO_SERVER
uint32_t plan_file_server(void);
enum disk_preset plan_disk(void);
uint32_t plan_process_count(void);
/* The node where a process is started, by its number from 1 on. */
uint32_t plan_home(uint32_t pid);
uint32_t plan_migration_count(void);
const struct mb_plan_migration *plan_migration(uint32_t index);

#endif
