/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures up to the freeze: slots, buffers, and when a move may begin.
 */
#include "migrate/departure_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/arrival.h"

/* A process that has arrived and not run yet gets this many instructions
 * before it moves on. */
#define NUDGE_INSNS         1024u

static uint64_t nudge_ns;
static struct departure slots[DEPARTURES];
static struct departure *free_slots;
static struct departure *in_use;
static struct departure_buffer buffers[LEAVING_MAX];
static struct departure_buffer *free_buffers;

void departure_init(void)
{
    nudge_ns = clock_insns_ns(NUDGE_INSNS);
    export_init();
    for (unsigned i = 0; i < DEPARTURES; i++) {
        slots[i].next = free_slots;
        free_slots = &slots[i];
    }
    for (unsigned i = 0; i < LEAVING_MAX; i++) {
        buffers[i].next = free_buffers;
        free_buffers = &buffers[i];
    }
    transport_on_room(departure_pump_all);
}

struct departure *departure_find(uint32_t pid, uint32_t epoch)
{
    struct departure *d;

    for (d = in_use; d; d = d->next) {
        if (d->move.pid == pid && d->move.epoch == epoch &&
            (d->state == DEPARTURE_SENT || d->state == DEPARTURE_FLUSHING)) {
            return d;
        }
    }
    return NULL;
}

void departure_pump_all(void)
{
    for (struct departure *d = in_use; d; d = d->next) {
        push_pump(d);
    }
    transport_flush();
}

struct departure *departure_next(uint32_t *next, uint32_t node,
                                 uint32_t states)
{
    while (*next < DEPARTURES) {
        struct departure *d = &slots[(*next)++];

        if ((node == DEPARTURE_ANY_TARGET || d->move.target == node) &&
            (states & 1u << d->state)) {
            return d;
        }
    }
    return NULL;
}

/* -- wanting to move -- */

/* A timer that only makes the process trap. */
static void nudged(struct timer *timer)
{
    (void)timer;
}

int departure_want(struct proc *proc, const struct move *move)
{
    struct departure *d = free_slots;

    if (proc->move || d == NULL) {
        return -EBUSY;
    }
    free_slots = d->next;
    *d = (struct departure){
        .state = DEPARTURE_WANTED,
        .next = in_use,
        .proc = proc,
        .move = *move,
        .nudge = { .expired = nudged },
    };
    in_use = d;
    proc->move = d;
    return 0;
}

/* A buffer has become free: whoever wanted to move may be able to now. Slots,
 * not the list: a move that begins may change that. */
static void consider_all(void)
{
    for (unsigned i = 0; i < DEPARTURES && free_buffers; i++) {
        if (slots[i].state == DEPARTURE_WANTED) {
            departure_consider(slots[i].proc);
        }
    }
}

void departure_take_buffer(struct departure *d)
{
    d->buffer = free_buffers;
    free_buffers = d->buffer->next;
}

void departure_put_buffer(struct departure *d)
{
    if (d->buffer) {
        d->buffer->next = free_buffers;
        free_buffers = d->buffer;
        d->buffer = NULL;
        consider_all();
    }
}

void departure_free(struct departure *d)
{
    struct departure **link = &in_use;

    kassert(d->in_flight == 0);
    kassert(!d->expecting);
    kassert(d->export.directory == NULL);
    timer_cancel(&d->nudge);
    while (*link != d) {
        link = &(*link)->next;
    }
    *link = d->next;
    d->state = DEPARTURE_FREE;
    d->next = free_slots;
    free_slots = d;
    departure_put_buffer(d);
}

void departure_forget(struct proc *proc)
{
    struct departure *d = proc->move;

    if (d && d->state == DEPARTURE_WANTED) {
        proc->move = NULL;
        departure_free(d);
    }
}

/* Whether some thread has not been in user mode since it came, or since a
 * page came that it waited for: its resume would never be seen. */
static bool has_unseen_resume(const struct proc *proc)
{
    for (const struct thread *t = proc->threads; t; t = t->sibling) {
        if (t->on_resumed) {
            return true;
        }
    }
    return false;
}

static bool may_begin(const struct departure *d)
{
    return d->state == DEPARTURE_WANTED && !d->proc->exiting &&
           free_buffers && arrival_find(d->proc->pid) == NULL;
}

void departure_consider(struct proc *proc)
{
    struct departure *d = proc->move;
    const struct thread *current = sched_current();

    if (d == NULL || !may_begin(d) || has_unseen_resume(proc)) {
        return;
    }
    if (current && current->proc == proc &&
        current->state == THREAD_RUNNABLE) {
        return;
    }
    departure_begin(d, NULL);
}

void departure_hook(struct proc *proc)
{
    struct departure *d = proc->move;
    struct thread *current = sched_current();

    if (!may_begin(d)) {
        return;
    }
    if (!has_unseen_resume(proc)) {
        departure_begin(d, current);
    } else if (current->on_resumed) {
        timer_arm(&d->nudge, time_now_ns() + nudge_ns);
    }
}
