/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures up to the moment when everything that the target needs has been
 * posted. What the target answers is in departure_end.c, pages in push.c.
 */
#include "migrate/departure_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/algorithm.h"
#include "migrate/arrival.h"
#include "migrate/epochs.h"
#include "migrate/image.h"
#include "mm/page.h"
#include "proc/board.h"

/* A process that has arrived and not run yet gets this many instructions
 * before it moves on. */
#define NUDGE_INSNS         1024u

struct departure_buffer {
    uint8_t image[IMAGE_MAX] __attribute__((aligned(PAGE_SIZE)));
    struct mb_page_run runs[MAP_RUNS] __attribute__((aligned(PAGE_SIZE)));
    struct departure_buffer *next;
};

static uint64_t nudge_ns;
static struct departure slots[DEPARTURES];
static struct departure *free_slots;
static struct departure *in_use;
static struct departure_buffer buffers[LEAVING_MAX];
static struct departure_buffer *free_buffers;

void departure_init(void)
{
    nudge_ns = clock_insns_ns(NUDGE_INSNS);
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

        if (d->move.target == node && (states & 1u << d->state)) {
            return d;
        }
    }
    return NULL;
}

struct mb_page_run *departure_map_page(struct departure *d)
{
    return d->buffer->runs;
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

/* -- freezing and sending -- */

static const struct thread *main_thread(const struct proc *proc,
                                        const struct thread *running)
{
    if (running) {
        return running;
    }
    for (const struct thread *t = proc->threads; t; t = t->sibling) {
        if (t->state == THREAD_RUNNABLE) {
            return t;
        }
    }
    return proc->threads;
}

static void freeze(struct proc *proc)
{
    for (struct thread *t = proc->threads; t; t = t->sibling) {
        sched_save_fp(t);
        sched_freeze(t);
    }
}

void departure_add_critical(struct departure *d, uint64_t index,
                            uint64_t offset, uint16_t role)
{
    struct page_ref ref;

    if (d->critical_count == CRITICAL_MAX ||
        !objects_page(d->proc, MB_OBJECT_SPACE, index, &ref) ||
        departure_is_critical(d, &ref)) {
        return;
    }
    d->critical[d->critical_count++] = (struct critical){
        .index = index,
        .offset = (uint16_t)offset,
        .role = role,
    };
}

void departure_add_all(struct departure *d)
{
    struct cursor cursor = { 0 };
    struct page_ref ref;

    while (objects_next(d->proc, &cursor, &ref)) {
        d->push.left++;
    }
    d->pages = d->push.left;
    d->all_critical = true;
}

bool departure_is_critical(const struct departure *d,
                           const struct page_ref *ref)
{
    for (uint32_t i = 0; i < d->critical_count; i++) {
        if (ref->object == MB_OBJECT_SPACE &&
            ref->index == d->critical[i].index) {
            return true;
        }
    }
    return false;
}

struct mb_msg departure_message(const struct departure *d,
                                enum mb_msg_type type)
{
    return (struct mb_msg){
        .type = type,
        .target = (uint16_t)d->move.target,
        .pid = d->move.pid,
        .epoch = d->move.epoch,
    };
}

/* The last critical message tells the target to go; it is part of the state
 * only if the process has no page. */
static void post_state(struct departure *d, uint32_t bytes)
{
    bool pages_follow = d->critical_count > 0 || d->push.left > 0;

    for (uint32_t at = 0; at < bytes; at += MB_PAYLOAD_MAX) {
        uint32_t left = bytes - at;
        bool last = left <= MB_PAYLOAD_MAX;
        struct parcel parcel = {
            .msg = departure_message(d, MB_MSG_STATE),
            .payload = d->buffer->image + at,
            .length = last ? left : MB_PAYLOAD_MAX,
            .lane = LANE_URGENT,
            .owner = d,
        };

        parcel.msg.flags = MB_MSG_CRITICAL |
                           (last && !pages_follow ? MB_MSG_RESUME : 0);
        parcel.done = departure_done(parcel.msg.flags);
        parcel.msg.aux = d->move.algorithm;
        parcel.msg.index = at;
        parcel.msg.tag = d->move.plan_index;
        parcel.msg.arg = bytes;
        d->in_flight++;
        d->resume_posted |= parcel.msg.flags & MB_MSG_RESUME;
        transport_post(&parcel);
    }
}

static void post_critical(struct departure *d)
{
    for (uint32_t i = 0; i < d->critical_count; i++) {
        const struct critical *critical = &d->critical[i];
        struct posting how = {
            .lane = LANE_URGENT,
            .flags = MB_MSG_CRITICAL | critical->role,
        };
        struct page_ref ref;

        if (i == d->critical_count - 1) {
            how.flags |= MB_MSG_RESUME;
        }
        objects_page(d->proc, MB_OBJECT_SPACE, critical->index, &ref);
        departure_post_page(d, &ref, critical->offset, &how);
    }
}

static void take_buffer(struct departure *d)
{
    d->buffer = free_buffers;
    free_buffers = d->buffer->next;
}

/*
 * `running` is the thread that is just on its way back to user mode, NULL if
 * the process does not run now. Everything up to the doorbell is on the
 * critical path.
 */
static void begin(struct departure *d, struct thread *running)
{
    const struct algorithm_ops *algorithm = algorithms[d->move.algorithm];
    struct instant frozen = running ? instant_left(&running->frame)
                                    : instant_now();
    const struct thread *thread = main_thread(d->proc, running);
    struct instant selected, sent;
    int64_t bytes;

    take_buffer(d);
    freeze(d->proc);
    d->state = DEPARTURE_SENT;
    d->proc->epoch++;
    d->move.epoch = d->proc->epoch;
    algorithm->select(d, thread);
    selected = instant_now();

    bytes = image_encode(d->proc, d->buffer->image, sizeof(d->buffer->image));
    if (bytes < 0) {
        departure_rejected(d, bytes == -ENOSPC ? E2BIG : (int)-bytes);
        return;
    }
    post_state(d, (uint32_t)bytes);
    post_critical(d);
    if (d->all_critical) {
        push_start(d, true);
    }
    transport_flush();
    sent = instant_now();

    mark_phase(&d->move, MB_MARK_FROZEN, frozen);
    mark_phase(&d->move, MB_MARK_SELECTED, selected);
    mark_phase(&d->move, MB_MARK_SENT, sent);
    epochs_note(d->move.pid, d->move.epoch);
    if (algorithm->follow) {
        algorithm->follow(d);
    }
    transport_flush();
    board_hold(d->proc, MB_WAIT_MOVE, d->move.target);
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
