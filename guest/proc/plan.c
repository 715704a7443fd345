/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan of the experiment.
 *
 * Invariant: everything that a getter hands out has passed check().
 */
#include "proc/plan.h"

#include <stdbool.h>
#include <stddef.h>

#include "arch/cpu.h"
#include "drivers/migbridge.h"
#include "fs/file.h"
#include "hw/abi/regs.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/pagers.h"
#include "include/uapi/techniques.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/random.h"
#include "lib/string.h"
#include "proc/exec.h"

#define STATUS_NOT_EXECUTABLE   (126u << 8)     /* as a shell says it */
#define STATUS_NOT_FOUND        (127u << 8)

static const struct mb_plan *plan;
static const struct mb_plan_process *processes;
static const struct mb_plan_migration *migrations;
static const char *strings;

static struct timer starts[MB_PLAN_PROCESSES];

/* -- checks -- */

/* Whether `count` strings begin at an offset. */
static bool has_strings(uint32_t offset, uint32_t count)
{
    for (; count > 0; count--) {
        uint32_t room;

        if (offset >= plan->string_bytes) {
            return false;
        }
        room = plan->string_bytes - offset;
        offset += (uint32_t)strnlen(strings + offset, room) + 1;
        if (offset > plan->string_bytes) {
            return false;
        }
    }
    return true;
}

static bool is_sound_process(const struct mb_plan_process *process)
{
    return process->node < plan->node_count &&
           process->argc <= MB_PLAN_ARGS &&
           process->envc <= MB_PLAN_ARGS - process->argc &&
           has_strings(process->path, 1) && has_strings(process->input, 1) &&
           has_strings(process->argv, process->argc) &&
           has_strings(process->envp, process->envc);
}

static bool is_sound_migration(const struct mb_plan_migration *migration)
{
    return migration->process < plan->process_count &&
           migration->target < plan->node_count &&
           migration->algorithm < ALGORITHM_COUNT &&
           migration->pager < PAGER_COUNT &&
           migration->without <= WITHOUT_ALL;
}

static bool is_sound_header(uint64_t bytes)
{
    return bytes >= sizeof(*plan) && plan->magic == MB_PLAN_MAGIC &&
           plan->version == MB_PLAN_VERSION &&
           plan->node_count == bridge_node_count() &&
           (plan->file_server < plan->node_count ||
            plan->file_server == MB_PLAN_NO_SERVER) &&
           plan->disk < DISK_PRESETS &&
           plan->process_count <= MB_PLAN_PROCESSES &&
           plan->migration_count <= MB_PLAN_MIGRATIONS &&
           plan->string_bytes <= MB_PLAN_STRINGS &&
           bytes == sizeof(*plan) +
                    plan->process_count * sizeof(*processes) +
                    plan->migration_count * sizeof(*migrations) +
                    plan->string_bytes;
}

/* What is wrong with the plan; NULL: nothing. */
static const char *check(const void *file, uint64_t bytes)
{
    plan = file;
    if (!is_sound_header(bytes)) {
        return "header";
    }
    processes = (const struct mb_plan_process *)(plan + 1);
    migrations =
        (const struct mb_plan_migration *)(processes + plan->process_count);
    strings = (const char *)(migrations + plan->migration_count);
    for (uint32_t i = 0; i < plan->process_count; i++) {
        if (!is_sound_process(&processes[i])) {
            return "process";
        }
    }
    for (uint32_t i = 0; i < plan->migration_count; i++) {
        if (!is_sound_migration(&migrations[i])) {
            return "migration";
        }
    }
    return NULL;
}

/* -- starting processes -- */

static int load(struct proc *proc, const struct mb_plan_process *process)
{
    const struct exec_args args = {
        .argv = strings + process->argv,
        .envp = strings + process->envp,
        .argc = process->argc,
        .envc = process->envc,
    };

    random_seed(proc->random, plan->seed, proc->pid);
    proc->files = files_create(strings + process->input);
    if (proc->files == NULL) {
        return -ENOMEM;
    }
    return exec_load(proc, strings + process->path, &args);
}

static void start(struct timer *timer)
{
    uint32_t index = (uint32_t)(timer - starts);
    const struct mb_plan_process *process = &processes[index];
    struct proc *proc = proc_create(index + 1, strings + process->path);
    int error;

    kassert(proc != NULL);              /* a plan cannot name too many */
    bridge_trace(MB_TRACE_PROC_START, proc->pid, 0, index, 0, 0, 0);
    error = load(proc, process);
    if (error != 0) {
        printk("%s: cannot be run, error %d\n", strings + process->path,
               -error);
        proc_exit(proc, error == -ENOENT ? STATUS_NOT_FOUND
                                         : STATUS_NOT_EXECUTABLE);
        return;
    }
    sched_make_runnable(proc->threads);
    proc_hooks.started(proc);
}

static void __attribute__((noreturn)) refuse(const char *reason)
{
    printk("%s: not usable: %s\n", MB_PLAN_PATH, reason);
    bridge_halt(MB_HALT_CONFIG);
    cpu_stop();
}

void plan_init(void)
{
    uint64_t bytes;
    uint32_t mode;
    const void *file = fs_ramdisk_find(MB_PLAN_PATH, &bytes, &mode);
    const char *reason = file != NULL ? check(file, bytes) : "no such file";

    if (reason != NULL) {
        refuse(reason);
    }
    for (uint32_t i = 0; i < plan->process_count; i++) {
        if (processes[i].node == bridge_node()) {
            starts[i].expired = start;
            timer_arm(&starts[i], processes[i].start_ns);
        }
    }
}

uint32_t plan_file_server(void)
{
    return plan->file_server;
}

enum disk_preset plan_disk(void)
{
    return (enum disk_preset)plan->disk;
}

uint32_t plan_process_count(void)
{
    return plan->process_count;
}

uint32_t plan_home(uint32_t pid)
{
    kassert(pid > 0 && pid <= plan->process_count);
    return processes[pid - 1].node;
}

uint32_t plan_migration_count(void)
{
    return plan->migration_count;
}

const struct mb_plan_migration *plan_migration(uint32_t index)
{
    kassert(index < plan->migration_count);
    return &migrations[index];
}
