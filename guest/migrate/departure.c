/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures up to the freeze: slots, buffers, and when a move may begin.
 */
#include "migrate/departure_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "include/uapi/techniques.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/algorithm.h"
#include "migrate/arrival.h"

/* A process that has arrived and not run yet gets this many instructions
 * before it moves on. */
#define NUDGE_INSNS         1024u

static uint64_t nudge_ns;
static struct departure slots[DEPARTURES];
static struct departure *free_slots;
static struct departure *in_use;

void departure_init(void)
{
    nudge_ns = clock_insns_ns(NUDGE_INSNS);
    export_init();
    for (unsigned i = 0; i < DEPARTURES; i++) {
        slots[i].next = free_slots;
        free_slots = &slots[i];
    }
    departure_buffers_init();
    transport_on_room(departure_pump_all);
}

bool departure_has_left(const struct departure *d)
{
    return d->state != DEPARTURE_WANTED && d->state != DEPARTURE_ROUNDS;
}

struct departure *departure_find(uint32_t pid, uint32_t epoch)
{
    struct departure *d;

    for (d = in_use; d; d = d->next) {
        if (d->move.pid == pid && d->move.epoch == epoch &&
            (d->state == DEPARTURE_ROUNDS || d->state == DEPARTURE_SENT ||
             d->state == DEPARTURE_FLUSHING)) {
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
    d->state = DEPARTURE_WANTED;
    d->next = in_use;
    d->proc = proc;
    d->move = *move;
    d->algorithm = algorithms[move->algorithm];
    d->last = move->without & WITHOUT_IMPLICIT_RESUME ? MB_MSG_LAST
                                                      : MB_MSG_RESUME;
    d->nudge.expired = nudged;
    in_use = d;
    proc->move = d;
    return 0;
}

/* A buffer has become free: whoever wanted to move may be able to now. Slots,
 * not the list: a move that begins may change that. */
void departure_consider_all(void)
{
    for (unsigned i = 0; i < DEPARTURES && departure_free_buffers; i++) {
        if (slots[i].state == DEPARTURE_WANTED) {
            departure_consider(slots[i].proc);
        }
    }
}

void departure_free(struct departure *d)
{
    struct departure **link = &in_use;

    kassert(d->in_flight == 0);
    kassert(!d->expecting && !d->deposit.expecting);
    kassert(d->export.directory == NULL);
    timer_cancel(&d->nudge);
    while (*link != d) {
        link = &(*link)->next;
    }
    *link = d->next;
    departure_put_buffer(d);
    /* Empty again for the next move, which is in a hurry. */
    *d = (struct departure){ .next = free_slots };
    free_slots = d;
}

void departure_forget(struct proc *proc)
{
    struct departure *d = proc->move;

    if (d && d->state == DEPARTURE_WANTED) {
        proc->move = NULL;
        departure_free(d);
    } else if (d && d->state == DEPARTURE_ROUNDS) {
        rounds_cancel(d);
        departure_take_back(d);
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
    if (d->state == DEPARTURE_ROUNDS) {
        return d->rounds_over && !d->proc->exiting;
    }
    return d->state == DEPARTURE_WANTED && !d->proc->exiting &&
           departure_free_buffers && arrival_find(d->proc->pid) == NULL;
}

/* The first round, or the freeze. */
static void begin(struct departure *d, struct thread *running)
{
    if (d->proc->vm->watched) {
        vm_unwatch(d->proc->vm);
    }
    if (d->algorithm->again && !d->rounds_over) {
        rounds_begin(d);
    } else {
        departure_begin(d, running);
    }
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
    begin(d, NULL);
}

void departure_hook(struct proc *proc)
{
    struct departure *d = proc->move;
    struct thread *current = sched_current();

    if (!may_begin(d)) {
        return;
    }
    if (!has_unseen_resume(proc)) {
        begin(d, current);
    } else if (current->on_resumed) {
        timer_arm(&d->nudge, time_now_ns() + nudge_ns);
    }
}
