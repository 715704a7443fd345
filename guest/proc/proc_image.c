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
#define PROC_ALARM      2u
#define THREAD_FP_USED  1u
#define THREAD_WOKEN    2u

/* The set of those that the program has set, then these in order. */
static void encode_actions(const struct proc *proc, struct codec *c)
{
    uint64_t set = proc->actions_set;

    put_u64(c, set);
    for (unsigned i = 0; set != 0; i++, set >>= 1) {
        if (set & 1) {
            put_bytes(c, &proc->actions[i], sizeof(proc->actions[i]));
        }
    }
}

/* Most programs use few of the floating-point registers. */
static void encode_fp(const struct fp_state *fp, struct codec *c)
{
    uint64_t values[32];
    uint32_t set = 0, count = 0;

    for (uint32_t i = 0, bit = 1; i < 32; i++, bit <<= 1) {
        if (fp->f[i] != 0) {
            set |= bit;
            values[count++] = fp->f[i];
        }
    }
    put_u32(c, set);
    put_u32(c, (uint32_t)fp->fcsr);
    put_bytes(c, values, count * sizeof(values[0]));
}

/* Those of a new thread are zero. */
static void decode_fp(struct fp_state *fp, struct codec *c)
{
    uint32_t set = get_u32(c);

    fp->fcsr = get_u32(c);
    for (uint64_t *f = fp->f; set != 0; f++, set >>= 1) {
        if (set & 1) {
            *f = get_u64(c);
        }
    }
}

static void encode_thread(struct thread *thread, struct codec *c)
{
    sched_save_fp(thread);
    put_u32(c, thread->tid);
    put_u32(c, (thread->fp_used ? THREAD_FP_USED : 0) |
                   (thread->restart.woken ? THREAD_WOKEN : 0));
    put_bytes(c, thread->frame.x, sizeof(thread->frame.x));
    if (thread->fp_used) {
        encode_fp(&thread->fp, c);
    }
    put_u32(c, thread->wait);
    put_u32(c, thread->restart.nr);
    put_u64(c, thread->wait_key);
    put_u64(c, thread->restart.deadline_ns);
    put_u64(c, thread->clear_child_tid);
    put_u64(c, thread->robust_list);
    put_u64(c, thread->sigmask);
    put_u64(c, thread->sigpending);
}

/* The stay that ends here goes as it is; it becomes nanoseconds at the target,
 * when the process runs. */
static void encode_time(struct cpu_time *time, struct codec *c)
{
    cpu_time_fold(time);
    put_u64(c, time->ns);
    put_u64(c, time->fraction);
    put_u64(c, time->cycles);
    put_u32(c, clock_num());
    put_u32(c, clock_den());
}

static void decode_time(struct cpu_time *time, struct codec *c)
{
    time->ns = get_u64(c);
    time->fraction = get_u64(c);
    time->last.cycles = get_u64(c);
    time->last.num = get_u32(c);
    time->last.den = get_u32(c);
    if (c->error == 0 && time->last.den == 0) {
        c->error = -EINVAL;
    }
}

void proc_encode(struct proc *proc, struct codec *c)
{
    uint32_t count = 0;

    put_u32(c, proc->pid);
    put_u32(c, proc->epoch);
    put_u32(c, proc->parent);
    put_string(c, proc->name);
    put_u64(c, proc->user_instructions);
    encode_time(&proc->user_time, c);
    put_u64(c, proc->syscalls);
    put_u64(c, proc->faults);
    put_bytes(c, proc->output_offset, sizeof(proc->output_offset));
    put_bytes(c, proc->random, sizeof(proc->random));
    put_u32(c, (proc->exiting ? PROC_EXITING : 0) |
                   (proc->alarm_ns != 0 ? PROC_ALARM : 0));
    put_u32(c, proc->exit_status);
    put_u32(c, proc->plan_next);
    if (proc->alarm_ns != 0) {
        put_u64(c, proc->alarm_ns);
        put_u64(c, proc->alarm_interval_ns);
    }
    encode_actions(proc, c);
    for (struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        count++;
    }
    put_u32(c, count);
    for (struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        encode_thread(t, c);
    }
}

static void decode_actions(struct proc *proc, struct codec *c)
{
    uint64_t set = get_u64(c);

    proc->actions_set = set;
    for (unsigned i = 0; set != 0; i++, set >>= 1) {
        if (set & 1) {
            get_bytes(c, &proc->actions[i], sizeof(proc->actions[i]));
        }
    }
}

static int decode_thread(struct proc *proc, struct codec *c)
{
    struct thread *thread = thread_create(proc, get_u32(c));
    uint32_t flags = get_u32(c);
    uint32_t wait;

    if (thread == NULL) {
        return -ENOMEM;
    }
    get_bytes(c, thread->frame.x, sizeof(thread->frame.x));
    if (flags & THREAD_FP_USED) {
        thread->fp_used = true;
        decode_fp(&thread->fp, c);
    }
    wait = get_count(c, WAIT_SIGNAL);
    thread->wait = (enum wait_reason)wait;
    thread->restart.nr = get_u32(c);
    thread->restart.woken = flags & THREAD_WOKEN;
    thread->wait_key = get_u64(c);
    thread->restart.deadline_ns = get_u64(c);
    thread->clear_child_tid = get_u64(c);
    thread->robust_list = get_u64(c);
    thread->sigmask = get_u64(c);
    thread->sigpending = get_u64(c);
    return c->error;
}

int proc_decode(struct proc *proc, struct codec *c)
{
    uint32_t count, flags;
    int error = 0;

    kassert(proc->threads == NULL);
    if (get_u32(c) != proc->pid) {
        return -EINVAL;
    }
    proc->epoch = get_u32(c);
    proc->parent = get_u32(c);
    get_string(c, proc->name, sizeof(proc->name));
    proc->user_instructions = get_u64(c);
    decode_time(&proc->user_time, c);
    proc->syscalls = get_u64(c);
    proc->faults = get_u64(c);
    get_bytes(c, proc->output_offset, sizeof(proc->output_offset));
    get_bytes(c, proc->random, sizeof(proc->random));
    flags = get_count(c, PROC_EXITING | PROC_ALARM);
    proc->exiting = (flags & PROC_EXITING) != 0;
    proc->exit_status = get_u32(c);
    proc->plan_next = get_u32(c);
    if ((flags & PROC_ALARM) != 0) {
        proc->alarm_ns = get_u64(c);
        proc->alarm_interval_ns = get_u64(c);
    }
    decode_actions(proc, c);
    count = get_count(c, THREADS_MAX);
    for (uint32_t i = 0; i < count && error == 0; i++) {
        error = decode_thread(proc, c);
    }
    return error != 0 ? error : c->error;
}
