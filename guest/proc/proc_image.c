/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process and its threads in an image. What is usually absent costs nothing:
 * floating-point state that was never used, actions that are the default.
 */
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "proc/proc.h"

#define PROC_EXITING    1u
#define THREAD_FP_USED  1u
#define THREAD_WOKEN    2u
#define THREAD_PARTIAL  4u              /* restart.partial comes last */

struct proc_record {
    uint32_t pid;
    uint32_t epoch;
    uint32_t parent;
    uint32_t flags;                 /* PROC_* */
    char name[PROC_NAME];
    uint64_t user_instructions;
    uint64_t time_ns;
    uint64_t time_fraction;
    uint64_t time_cycles;           /* of the stay that ends here */
    uint32_t clock_num;             /* this node's */
    uint32_t clock_den;
    uint64_t syscalls;
    uint64_t faults;
    uint64_t output_offset[3];
    uint64_t random[2];
    uint64_t alarm_ns;
    uint64_t alarm_interval_ns;
    uint32_t exit_status;
    uint32_t plan_next;
    uint64_t actions_set;
    uint32_t thread_count;
    uint32_t file_calls;
};
_Static_assert(sizeof(struct proc_record) == 168, "docs/migration.md");

struct thread_record {
    uint32_t tid;
    uint32_t flags;                 /* THREAD_* */
    uint64_t x[32];
    uint32_t wait;
    uint32_t restart_nr;
    uint32_t file_call;             /* restart.call */
    uint32_t file_begun;
    uint64_t file_offset;
    uint64_t file_done;
    uint64_t wait_key;
    uint64_t deadline_ns;
    uint64_t clear_child_tid;
    uint64_t robust_list;
    uint64_t sigmask;
    uint64_t sigpending;
    uint32_t fcsr;
    uint32_t fp_set;                /* registers that follow */
};
_Static_assert(sizeof(struct thread_record) == 352, "docs/migration.md");

/* In rising order. */
static void encode_actions(const struct proc *proc, struct codec *c)
{
    uint64_t set = proc->actions_set;

    for (unsigned i = 0; set != 0; i++, set >>= 1) {
        if (set & 1) {
            put_bytes(c, &proc->actions[i], sizeof(proc->actions[i]));
        }
    }
}

static void decode_actions(struct proc *proc, struct codec *c)
{
    uint64_t set = proc->actions_set;

    for (unsigned i = 0; set != 0; i++, set >>= 1) {
        if (set & 1) {
            get_bytes(c, &proc->actions[i], sizeof(proc->actions[i]));
        }
    }
}

/* Those that are not zero: most programs use few of the floating-point
 * registers. */
static uint32_t encode_fp(const struct fp_state *fp, struct codec *c)
{
    uint32_t set = 0;

    for (uint32_t i = 0; i < 32; i += 4) {
        if ((fp->f[i] | fp->f[i + 1] | fp->f[i + 2] | fp->f[i + 3]) == 0) {
            continue;
        }
        for (uint32_t k = i; k < i + 4; k++) {
            if (fp->f[k] != 0) {
                set |= 1u << k;
                put_u64(c, fp->f[k]);
            }
        }
    }
    return set;
}

/* Those of a new thread are zero. */
static void decode_fp(struct fp_state *fp, uint32_t set, struct codec *c)
{
    for (uint64_t *f = fp->f; set != 0; f++, set >>= 1) {
        if (set & 1) {
            *f = get_u64(c);
        }
    }
}

static void encode_thread(struct thread *thread, struct codec *c)
{
    struct thread_record *record = put_record(c, sizeof(*record));

    sched_save_fp(thread);
    record->tid = thread->tid;
    record->flags = (thread->fp_used ? THREAD_FP_USED : 0) |
                    (thread->restart.woken ? THREAD_WOKEN : 0) |
                    (thread->restart.partial > 0 ? THREAD_PARTIAL : 0);
    memcpy(record->x, thread->frame.x, sizeof(record->x));
    record->wait = thread->wait;
    record->restart_nr = thread->restart.nr;
    record->file_call = thread->restart.call;
    record->file_begun = thread->restart.begun;
    record->file_offset = thread->restart.offset;
    record->file_done = thread->restart.done;
    record->wait_key = thread->wait_key;
    record->deadline_ns = thread->restart.deadline_ns;
    record->clear_child_tid = thread->clear_child_tid;
    record->robust_list = thread->robust_list;
    record->sigmask = thread->sigmask;
    record->sigpending = thread->sigpending;
    record->fcsr = (uint32_t)thread->fp.fcsr;
    record->fp_set = thread->fp_used ? encode_fp(&thread->fp, c) : 0;
    if (thread->restart.partial > 0) {
        put_u64(c, thread->restart.partial);
    }
}

/* The stay that ends here goes as it is; it becomes nanoseconds at the target,
 * when the process runs. */
static void encode_time(struct cpu_time *time, struct proc_record *record)
{
    cpu_time_fold(time);
    record->time_ns = time->ns;
    record->time_fraction = time->fraction;
    record->time_cycles = time->cycles;
    record->clock_num = clock_num();
    record->clock_den = clock_den();
}

void proc_encode(struct proc *proc, struct codec *c)
{
    struct proc_record *record = put_record(c, sizeof(*record));

    record->pid = proc->pid;
    record->epoch = proc->epoch;
    record->parent = proc->parent;
    record->flags = proc->exiting ? PROC_EXITING : 0;
    memcpy(record->name, proc->name, sizeof(record->name));
    record->user_instructions = proc->user_instructions;
    encode_time(&proc->user_time, record);
    record->syscalls = proc->syscalls;
    record->faults = proc->faults;
    memcpy(record->output_offset, proc->output_offset,
           sizeof(record->output_offset));
    memcpy(record->random, proc->random, sizeof(record->random));
    record->alarm_ns = proc->alarm_ns;
    record->alarm_interval_ns = proc->alarm_interval_ns;
    record->exit_status = proc->exit_status;
    record->plan_next = proc->plan_next;
    record->actions_set = proc->actions_set;
    record->thread_count = 0;
    record->file_calls = proc->file_calls;
    encode_actions(proc, c);
    for (struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        encode_thread(t, c);
        record->thread_count++;
    }
}

static int decode_thread(struct proc *proc, struct codec *c)
{
    const struct thread_record *record = get_record(c, sizeof(*record));
    struct thread *thread = thread_create(proc, record->tid);

    if (thread == NULL) {
        return -ENOMEM;
    }
    if (record->wait >= WAIT_REASONS) {
        return -EINVAL;
    }
    memcpy(thread->frame.x, record->x, sizeof(record->x));
    thread->wait = (enum wait_reason)record->wait;
    thread->restart.nr = record->restart_nr;
    thread->restart.call = record->file_call;
    thread->restart.begun = record->file_begun != 0;
    thread->restart.offset = record->file_offset;
    thread->restart.done = record->file_done;
    thread->restart.woken = record->flags & THREAD_WOKEN;
    thread->restart.deadline_ns = record->deadline_ns;
    thread->wait_key = record->wait_key;
    thread->clear_child_tid = record->clear_child_tid;
    thread->robust_list = record->robust_list;
    thread->sigmask = record->sigmask;
    thread->sigpending = record->sigpending;
    if (record->flags & THREAD_FP_USED) {
        thread->fp_used = true;
        thread->fp.fcsr = record->fcsr;
        decode_fp(&thread->fp, record->fp_set, c);
    }
    if (record->flags & THREAD_PARTIAL) {
        thread->restart.partial = get_u64(c);
    }
    return c->error;
}

static bool is_sound(const struct proc_record *record, uint32_t pid)
{
    return record->pid == pid && record->flags <= PROC_EXITING &&
           record->name[PROC_NAME - 1] == '\0' && record->clock_den != 0 &&
           record->thread_count <= THREADS_MAX;
}

static void decode_time(struct cpu_time *time, const struct proc_record *record)
{
    time->ns = record->time_ns;
    time->fraction = record->time_fraction;
    time->last.cycles = record->time_cycles;
    time->last.num = record->clock_num;
    time->last.den = record->clock_den;
}

int proc_decode(struct proc *proc, struct codec *c)
{
    const struct proc_record *record = get_record(c, sizeof(*record));
    int error = 0;

    kassert(proc->threads == NULL);
    if (!is_sound(record, proc->pid)) {
        return -EINVAL;
    }
    proc->epoch = record->epoch;
    proc->parent = record->parent;
    proc->file_calls = record->file_calls;
    memcpy(proc->name, record->name, sizeof(proc->name));
    proc->user_instructions = record->user_instructions;
    decode_time(&proc->user_time, record);
    proc->syscalls = record->syscalls;
    proc->faults = record->faults;
    memcpy(proc->output_offset, record->output_offset,
           sizeof(proc->output_offset));
    memcpy(proc->random, record->random, sizeof(proc->random));
    proc->exiting = record->flags & PROC_EXITING;
    proc->exit_status = record->exit_status;
    proc->plan_next = record->plan_next;
    proc->alarm_ns = record->alarm_ns;
    proc->alarm_interval_ns = record->alarm_interval_ns;
    proc->actions_set = record->actions_set;
    decode_actions(proc, c);
    for (uint32_t i = 0; i < record->thread_count && error == 0; i++) {
        error = decode_thread(proc, c);
    }
    return error != 0 ? error : c->error;
}
