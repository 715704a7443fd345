/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan: what the experiment file asks of the guests, as the file
 * MB_PLAN_PATH in the RAM disk of every node. The same bytes on all nodes:
 * each kernel does what its node is named for.
 *
 *   struct mb_plan
 *   struct mb_plan_process   [process_count]     pid = index + 1
 *   struct mb_plan_migration [migration_count]   in the order of at_ns
 *   char strings[string_bytes]                   each NUL-terminated
 *
 * A string is named by its offset in `strings`. argv is argc strings one
 * behind the other, envp likewise.
 */
#ifndef HW_ABI_PLAN_H
#define HW_ABI_PLAN_H

#include <stdint.h>

#define MB_PLAN_PATH        "/etc/godwit/plan"
#define MB_PLAN_MAGIC       0x4e414c50u /* "PLAN" */
#define MB_PLAN_VERSION     4u

#define MB_PLAN_PROCESSES   256u
#define MB_PLAN_MIGRATIONS  4096u
#define MB_PLAN_STRINGS     (1u << 20)
#define MB_PLAN_ARGS        1024u       /* argc + envc of one process */

#define MB_PLAN_NO_SERVER   UINT32_MAX

struct mb_plan {
    uint32_t magic;
    uint32_t version;
    uint32_t process_count;
    uint32_t migration_count;
    uint32_t string_bytes;
    uint32_t node_count;
    uint64_t seed;              /* for AT_RANDOM and getrandom */
    uint32_t file_server;       /* node, MB_PLAN_NO_SERVER: there is no /srv */
    uint32_t disk;              /* of it: enum disk_preset, uapi/disks.h */
};
_Static_assert(sizeof(struct mb_plan) == 40, "ABI");

struct mb_plan_process {
    uint64_t start_ns;
    uint32_t node;              /* where it starts */
    uint32_t path;              /* string: the program in the RAM disk */
    uint32_t input;             /* string: standard input; "" is /dev/null */
    uint32_t argc;
    uint32_t argv;              /* string: the first of argc */
    uint32_t envc;
    uint32_t envp;              /* string: the first of envc */
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_plan_process) == 40, "ABI");

struct mb_plan_migration {
    uint64_t at_ns;
    uint32_t id;                /* N of [migration N] */
    uint32_t process;           /* index */
    uint32_t target;            /* node */
    uint32_t algorithm;         /* enum algorithm, uapi/algorithms.h */
    uint32_t pager;             /* enum pager, uapi/pagers.h */
    uint32_t without;           /* enum technique_set, uapi/techniques.h */
};
_Static_assert(sizeof(struct mb_plan_migration) == 32, "ABI");

#endif
