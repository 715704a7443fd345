/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contents of the files in /proc, in Linux's formats; numbers that mean
 * nothing here are zero.
 */
#include "fs/procfs_text.h"

#include <stdarg.h>

#include "arch/clock.h"
#include "drivers/migbridge.h"
#include "fs/file.h"
#include "hw/abi/plan.h"
#include "include/uapi/linux-abi.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"

#define NS_PER_S        1000000000ull
#define NS_PER_TICK     (NS_PER_S / LINUX_TICKS_PER_SECOND)
#define KIB             1024u
#define HZ_PER_MHZ      1000000u

static void put_char(char c, void *context)
{
    struct text *text = context;

    if (text->used < text->size) {
        text->start[text->used++] = c;
    }
}

static void __attribute__((format(printf, 2, 3)))
print(struct text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_to(put_char, text, format, args);
    va_end(args);
}

/* -- the plan: command lines -- */

static const struct mb_plan *find_plan(void)
{
    uint64_t bytes;
    uint32_t mode;

    return fs_ramdisk_find(MB_PLAN_PATH, &bytes, &mode);
}

/* The process's entry in the plan, which was checked at boot. */
static const struct mb_plan_process *find_entry(const struct proc *proc,
                                                const char **strings)
{
    const struct mb_plan *plan = find_plan();
    const struct mb_plan_process *processes;

    if (plan == NULL || proc->pid - 1 >= plan->process_count) {
        return NULL;
    }
    processes = (const struct mb_plan_process *)(plan + 1);
    *strings = (const char *)processes +
               plan->process_count * sizeof(struct mb_plan_process) +
               plan->migration_count * sizeof(struct mb_plan_migration);
    return &processes[proc->pid - 1];
}

/* The file that the program's code is mapped from. */
const char *text_program(const struct proc *proc)
{
    for (uint32_t i = 0; i < proc->vm->area_count; i++) {
        const struct area *area = &proc->vm->areas[i];

        if ((area->prot & VM_EXEC) != 0 && area->backing != NULL) {
            return area->backing->ops->name(area->backing);
        }
    }
    return NULL;
}

void text_cmdline(struct text *text, struct proc *proc)
{
    const char *strings;
    const struct mb_plan_process *entry = find_entry(proc, &strings);
    const char *arg;

    if (entry == NULL) {
        return;
    }
    arg = strings + entry->argv;
    for (uint32_t i = 0; i < entry->argc; i++) {
        print(text, "%s", arg);
        put_char('\0', text);
        arg += strlen(arg) + 1;
    }
}

/* -- a process -- */

static char state_letter(const struct proc *proc)
{
    switch (proc->threads->state) {
    case THREAD_RUNNABLE:
        return 'R';
    case THREAD_SLEEPING:
        return 'S';
    default:
        return 'D';
    }
}

static uint32_t count_threads(const struct proc *proc)
{
    uint32_t count = 0;

    for (const struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        count++;
    }
    return count;
}

static uint64_t space_bytes(const struct vm *vm)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < vm->area_count; i++) {
        bytes += vm->areas[i].end - vm->areas[i].start;
    }
    return bytes;
}

void text_comm(struct text *text, struct proc *proc)
{
    print(text, "%s\n", proc->name);
}

void text_stat(struct text *text, struct proc *proc)
{
    const struct thread *leader = proc->threads;
    uint64_t ticks = proc_user_ns(proc) / NS_PER_TICK;

    /* pid .. tpgid */
    print(text, "%u (%s) %c %u %u %u 0 -1 ", proc->pid, proc->name,
          state_letter(proc), proc->parent, proc->pid, proc->pid);
    /* flags .. starttime */
    print(text, "0 %lu 0 0 0 %lu 0 0 0 20 0 %u 0 0 ", proc->faults,
          ticks, count_threads(proc));
    /* vsize .. kstkeip */
    print(text, "%lu %lu %lu 0 0 0 %lu %lu ", space_bytes(proc->vm),
          proc->vm->page_count, LINUX_RLIM_INFINITY,
          leader->frame.x[REG_SP], FRAME_PC(&leader->frame));
    /* signal .. exit_code */
    print(text, "%lu %lu 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
          leader->sigpending, leader->sigmask);
}

void text_statm(struct text *text, struct proc *proc)
{
    print(text, "%lu %lu 0 0 0 %lu 0\n",
          space_bytes(proc->vm) / PAGE_SIZE, proc->vm->page_count,
          space_bytes(proc->vm) / PAGE_SIZE);
}

void text_status(struct text *text, struct proc *proc)
{
    print(text, "Name:\t%s\nUmask:\t0022\nState:\t%c\n", proc->name,
          state_letter(proc));
    print(text, "Tgid:\t%u\nNgid:\t0\nPid:\t%u\nPPid:\t%u\nTracerPid:\t0\n",
          proc->pid, proc->pid, proc->parent);
    print(text, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t%u\n",
          FILES_MAX);
    print(text, "VmSize:\t%8lu kB\nVmRSS:\t%8lu kB\n",
          space_bytes(proc->vm) / KIB,
          proc->vm->page_count * (PAGE_SIZE / KIB));
    print(text, "Threads:\t%u\nSigPnd:\t%016lx\nSigBlk:\t%016lx\n",
          count_threads(proc), proc->threads->sigpending,
          proc->threads->sigmask);
    print(text, "Node:\t%u\nEpoch:\t%u\n", bridge_node(), proc->epoch);
}

static const char *area_name(const struct area *area)
{
    if (area->stack) {
        return "[stack]";
    }
    return area->heap ? "[heap]" : "";
}

void text_maps(struct text *text, struct proc *proc)
{
    for (uint32_t i = 0; i < proc->vm->area_count; i++) {
        const struct area *area = &proc->vm->areas[i];

        print(text, "%08lx-%08lx %c%c%cp %08lx 00:00 0 ", area->start,
              area->end, area->prot & VM_READ ? 'r' : '-',
              area->prot & VM_WRITE ? 'w' : '-',
              area->prot & VM_EXEC ? 'x' : '-', area->offset);
        if (area->backing != NULL) {
            print(text, "/%s\n", area->backing->ops->name(area->backing));
        } else {
            print(text, "%s\n", area_name(area));
        }
    }
}

/* -- the node -- */

void text_meminfo(struct text *text, struct proc *proc)
{
    uint64_t total = page_total_count() * (PAGE_SIZE / KIB);
    uint64_t free = page_free_count() * (PAGE_SIZE / KIB);

    (void)proc;
    print(text, "MemTotal:    %10lu kB\nMemFree:     %10lu kB\n", total, free);
    print(text, "MemAvailable:%10lu kB\nBuffers:              0 kB\n", free);
    print(text, "Cached:               0 kB\nSwapTotal:            0 kB\n"
                "SwapFree:             0 kB\n");
}

void text_uptime(struct text *text, struct proc *proc)
{
    uint64_t hundredths = time_now_ns() / (NS_PER_S / 100);

    (void)proc;
    print(text, "%lu.%02lu 0.00\n", hundredths / 100, hundredths % 100);
}

void text_loadavg(struct text *text, struct proc *proc)
{
    uint32_t all = 0;
    uint32_t running = 0;

    for (proc = proc_next(NULL); proc != NULL; proc = proc_next(proc)) {
        all++;
        running += state_letter(proc) == 'R';
    }
    print(text, "0.00 0.00 0.00 %u/%u %u\n", running, all, all);
}

void text_cpuinfo(struct text *text, struct proc *proc)
{
    uint64_t hz = clock_hz();

    (void)proc;
    print(text, "processor\t: 0\nhart\t\t: 0\nisa\t\t: rv64imafdc\n"
                "mmu\t\t: sv39\ncpu MHz\t\t: %lu.%06lu\n\n",
          hz / HZ_PER_MHZ, hz % HZ_PER_MHZ);
}

void text_version(struct text *text, struct proc *proc)
{
    (void)proc;
    print(text, "%s version %s (%s)\n", UNAME_SYSNAME, UNAME_RELEASE,
          UNAME_VERSION);
}

void text_mounts(struct text *text, struct proc *proc)
{
    (void)proc;
    print(text, "tmpfs / tmpfs rw 0 0\nproc /proc proc rw 0 0\n");
}

void text_node_stat(struct text *text, struct proc *proc)
{
    uint64_t ticks = time_now_ns() / NS_PER_TICK;

    (void)proc;
    print(text, "cpu  %lu 0 0 0 0 0 0 0 0 0\ncpu0 %lu 0 0 0 0 0 0 0 0 0\n",
          ticks, ticks);
    print(text, "intr 0\nctxt 0\nbtime %lu\nprocesses 0\n"
                "procs_running 1\nprocs_blocked 0\n",
          (uint64_t)EPOCH_S);
}
