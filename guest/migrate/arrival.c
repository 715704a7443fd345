/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrivals up to the resume: slots, the image, refusal.
 */
#include "migrate/arrival_internal.h"

#include <stddef.h>

#include "fs/socket.h"
#include "include/uapi/techniques.h"
#include "ipc/port_move.h"
#include "ipc/transport.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "migrate/algorithm.h"
#include "migrate/collection.h"
#include "migrate/departure.h"
#include "migrate/epochs.h"
#include "migrate/handshake.h"
#include "migrate/image.h"
#include "migrate/move_kind.h"
#include "migrate/objects.h"
#include "migrate/plan.h"
#include "mm/page.h"
#include "proc/board.h"
#include "proc/plan.h"

static struct arrival slots[ARRIVALS];
static struct arrival *free_slots;
static struct arrival *in_use;

void arrival_init(void)
{
    arrival_resume_init();
    for (unsigned i = 0; i < ARRIVALS; i++) {
        slots[i].next = free_slots;
        free_slots = &slots[i];
    }
    arrival_images_init();
}

static struct arrival *find(uint32_t pid)
{
    struct arrival *a = in_use;

    while (a && a->move.pid != pid) {
        a = a->next;
    }
    return a;
}

struct arrival *arrival_find(uint32_t pid)
{
    struct arrival *a = find(pid);

    return a && a->proc ? a : NULL;
}

/* The arrival that a message is about: same process, epoch and sender. */
struct arrival *arrival_match(const struct mb_msg *msg)
{
    struct arrival *a = find(msg->pid);
    uint32_t sender = a && (msg->flags & MB_MSG_STORE) ? plan_file_server()
                      : a ? a->move.source : 0;

    return a && a->move.epoch == msg->epoch && sender == msg->source ? a
                                                                     : NULL;
}

void arrival_send(const struct move *move, enum mb_msg_type type, uint64_t arg)
{
    struct parcel parcel = {
        .msg = {
            .type = type,
            .target = (uint16_t)move->source,
            .pid = move->pid,
            .epoch = move->epoch,
            .arg = arg,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

void arrival_set_drained(struct arrival *a)
{
    a->drained = true;
    arrival_review(a);
}

void arrival_free(struct arrival *a)
{
    struct arrival **link = &in_use;

    arrival_set_drained(a);
    timer_cancel(&a->settle);
    collection_destroy(a->collection);
    a->collection = NULL;
    arrival_put_image(a);
    while (*link != a) {
        link = &(*link)->next;
    }
    *link = a->next;
    /* Empty again for the next one. */
    *a = (struct arrival){ .next = free_slots };
    free_slots = a;
}

void arrival_reject(struct arrival *a, int error)
{
    struct proc *proc = a->proc;

    a->proc = NULL;
    if (proc) {
        proc_destroy(proc);
    }
    ports_forget(a->move.pid);
    arrival_send(&a->move, MB_MSG_REJECT, (uint64_t)error);
    arrival_free(a);
}

static struct move move_of(const struct mb_msg *msg)
{
    return (struct move){
        .pid = msg->pid,
        .epoch = msg->epoch,
        .source = msg->source,
        .target = msg->target,
        .kind = msg->aux,
        .plan_index = (uint32_t)msg->tag,
    };
}

/* Why its image cannot be collected, as an errno; 0: it can. */
static int no_room(const struct mb_msg *msg)
{
    if (msg->arg > IMAGE_MAX) {
        return EINVAL;
    }
    return msg->arg > MB_PAYLOAD_MAX && !arrival_has_image() ? EBUSY : 0;
}

/* Why a process cannot come, as an errno; 0: it can. */
static int obstacle(const struct mb_msg *msg)
{
    if (msg->pid == 0 ||
        (msg->aux >= ALGORITHM_COUNT && !move_kind_is_known(msg->aux))) {
        return EINVAL;
    }
    if (proc_find(msg->pid) || find(msg->pid)) {
        return EEXIST;
    }
    return free_slots ? no_room(msg) : EBUSY;
}

static void take_image(struct arrival *a)
{
    if (a->image_bytes > MB_PAYLOAD_MAX) {
        arrival_take_image(a);
    }
}

static struct arrival *open_slot(const struct mb_msg *msg)
{
    struct arrival *a = free_slots;

    free_slots = a->next;
    a->state = ARRIVAL_IMAGE;
    a->next = in_use;
    a->move = move_of(msg);
    a->algorithm = algorithms[(uint16_t)msg->aux];
    a->image_bytes = (uint32_t)msg->arg;
    a->settle.expired = arrival_settle_expired;
    in_use = a;
    arrival_review(a);
    epochs_note(msg->pid, msg->epoch);
    take_image(a);
    return a;
}

/* It was asked for, and here is the state. */
static struct arrival *take_granted(const struct mb_msg *msg)
{
    struct arrival *a = arrival_match(msg);

    if (a == NULL || !a->granted) {
        return NULL;
    }
    a->granted = false;
    return a;
}

/* The process is frozen, and its state is to come; NULL: there is no room. */
static struct arrival *end_rounds(struct arrival *a, const struct mb_msg *msg)
{
    int error = no_room(msg);

    if (error) {
        arrival_reject(a, error);
        return NULL;
    }
    a->image_bytes = (uint32_t)msg->arg;
    take_image(a);
    a->state = ARRIVAL_IMAGE;
    return a;
}

struct arrival *arrival_begin(const struct mb_msg *msg)
{
    struct arrival *a = arrival_match(msg);
    struct move move = move_of(msg);
    int error;

    if (a && a->state == ARRIVAL_ROUNDS) {
        return end_rounds(a, msg);
    }
    if (!epochs_is_new(msg->pid, msg->epoch)) {
        return take_granted(msg);
    }
    error = obstacle(msg);
    if (error) {
        epochs_note(msg->pid, msg->epoch);
        ports_forget(msg->pid); /* they may be ahead of it */
        arrival_send(&move, MB_MSG_REJECT, (uint64_t)error);
        return NULL;
    }
    return open_slot(msg);
}

static void decode(struct arrival *a, const void *bytes)
{
    int error = arrival_unpack(a, bytes);

    if (error) {
        a->proc = NULL;
        arrival_reject(a, -error);
        return;
    }
    arrival_put_image(a);
    error = sockets_await(a->proc, a->move.source);
    if (error) {
        arrival_reject(a, -error);
        return;
    }
    objects_await_map(a->proc, true);
    error = a->collection ? arrival_install_collected(a) : 0;
    if (error) {
        arrival_reject(a, -error);
        return;
    }
    a->state = ARRIVAL_CRITICAL;
    board_hold(a->proc, MB_WAIT_ARRIVAL, a->move.source);
}

/* An image that fits into a message is decoded where it lies. */
static void collect(struct arrival *a, const struct mb_msg *msg,
                    const void *page, uint32_t length)
{
    if (msg->index != a->image_got || msg->arg != a->image_bytes ||
        length == 0 || length > a->image_bytes - a->image_got) {
        arrival_reject(a, EINVAL);
        return;
    }
    a->image_got += length;
    if (a->image == NULL) {
        if (a->image_got != a->image_bytes) {
            arrival_reject(a, EINVAL);
            return;
        }
        decode(a, page);
        return;
    }
    memcpy(a->image + msg->index, page, length);
    if (a->image_got == a->image_bytes) {
        decode(a, a->image);
    }
}

void arrival_state(const struct mb_msg *msg, const void *page, uint32_t length,
                   struct instant now)
{
    struct arrival *a = msg->index == 0 ? arrival_begin(msg) : arrival_match(msg);

    if (a == NULL || a->state != ARRIVAL_IMAGE) {
        return;
    }
    collect(a, msg, page, length);
    if ((msg->flags & MB_MSG_RESUME) && a->state == ARRIVAL_CRITICAL) {
        arrival_resume(a, now);
    } else if ((msg->flags & MB_MSG_LAST) && a->state == ARRIVAL_CRITICAL) {
        handshake_complete(a);
    }
}

void arrival_forget(struct proc *proc)
{
    struct arrival *a = arrival_find(proc->pid);

    if (a == NULL) {
        return;
    }
    arrival_settled(a);
    a->proc = NULL;
    a->resume_seen = true;
    a->state = ARRIVAL_ENDED;
    if (!a->drained) {
        mark_settled(&a->move, proc);
        if (!a->left) {
            arrival_send(&a->move, MB_MSG_GONE, 0);
        }
        if (a->stored && !a->store_drained) {
            arrival_send_store(a, MB_MSG_GONE);
        }
    }
    arrival_review(a);
    arrival_progress(a);
}

void arrival_progress(struct arrival *a)
{
    struct proc *proc = a->proc;

    if (!a->drained || !a->resume_seen) {
        return;
    }
    arrival_free(a);
    while (vm_prepare()) {
    }
    if (proc) {
        migrate_plan_follow(proc);
        departure_consider(proc);
    }
}

void arrival_drained(const struct mb_msg *msg)
{
    struct arrival *a = arrival_match(msg);

    if (a && a->state == ARRIVAL_ROUNDS) {
        arrival_free(a);        /* it does not come */
        return;
    }
    if (a && (a->state == ARRIVAL_RUNNING || a->state == ARRIVAL_ENDED)) {
        if (msg->flags & MB_MSG_STORE) {
            arrival_store_drained(a);
        } else {
            arrival_left(a, msg->arg);
        }
    }
}

void arrivals_lost(uint32_t node)
{
    for (uint32_t i = 0; i < ARRIVALS; i++) {
        struct arrival *a = &slots[i];

        if (node == plan_file_server()) {
            arrival_store_lost(a);
        }
        if (a->state != ARRIVAL_FREE && a->move.source == node) {
            arrival_noted(a->move.pid, a->move.epoch);  /* waits no longer */
            arrival_source_lost(a);
        }
    }
}
