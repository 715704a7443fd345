/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages at the target: critical, asked for, or pushed.
 *
 * Invariant: for every page that some thread waits for, one request is under
 * way, or the source had already sent the page when the request got there. So
 * the threads that wait are the table of requests; no other exists.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/techniques.h"
#include "ipc/transport.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "migrate/algorithm.h"
#include "migrate/arrival_internal.h"
#include "migrate/handshake.h"
#include "migrate/objects.h"
#include "migrate/prefetch.h"
#include "mm/page.h"
#include "proc/board.h"
#include "proc/signal.h"

#define NODE_SHIFT      48      /* a tag is unique in the cluster */

static uint64_t last_tag;

static uint64_t next_tag(void)
{
    return (uint64_t)bridge_node() << NODE_SHIFT | ++last_tag;
}

static bool waits_for(const struct thread *thread, enum wait_reason reason,
                      uint64_t key)
{
    return thread->state == THREAD_SLEEPING && thread->wait == reason &&
           thread->wait_key == key;
}

static bool is_requested(const struct thread *thread)
{
    const struct thread *t = thread->proc->threads;

    for (; t; t = t->sibling) {
        if (t != thread && waits_for(t, WAIT_PAGE, thread->wait_key)) {
            return true;
        }
    }
    return false;
}

bool paging_waits(const struct arrival *a)
{
    for (const struct thread *t = a->proc->threads; t; t = t->sibling) {
        if (t->state == THREAD_SLEEPING && t->wait == WAIT_PAGE) {
            return true;
        }
    }
    return false;
}

void paging_request(const struct arrival *a, uint64_t tag, uint32_t object,
                    uint64_t index)
{
    struct parcel parcel = {
        .msg = {
            .type = MB_MSG_REQUEST,
            .flags = a->stored ? MB_MSG_STORE : 0,
            .target = (uint16_t)arrival_pager(a),
            .pid = a->move.pid,
            .epoch = a->move.epoch,
            .object = object,
            .index = index,
            .tag = tag,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

static uint32_t object_of(const struct thread *thread)
{
    return (uint32_t)(thread->fault_key >> WAIT_OBJECT_SHIFT);
}

static uint64_t index_of(const struct thread *thread)
{
    return thread->fault_key & PAGING_INDEX_MASK;
}

/*
 * A fault may be taken on the way back to user mode, where a signal's handler
 * needs the stack. It ends an earlier fault of the thread as the return would
 * have.
 */
static void end_earlier_fault(const struct arrival *a,
                              const struct thread *thread)
{
    if (thread->on_resumed != NULL && thread->fault_tag != 0) {
        mark_fault(&a->move, thread->fault_tag, MB_FAULT_RESUMED,
                   object_of(thread), index_of(thread),
                   instant_left(&thread->frame));
    }
}

void paging_fault(struct thread *thread, struct pages *pages, uint64_t index)
{
    struct arrival *a = arrival_find(thread->proc->pid);

    if (a == NULL) {
        printk("migrate: process %u: page %x:%lx is nowhere\n",
               thread->proc->pid, pages->object, index);
        proc_fatal(thread, SIGKILL);
        return;
    }
    end_earlier_fault(a, thread);
    thread->fault_tag = next_tag();
    thread->fault_key = thread->wait_key;
    if (thread->wait == WAIT_PAGE && !is_requested(thread)) {
        paging_request(a, thread->fault_tag, pages->object, index);
    }
    mark_fault(&a->move, thread->fault_tag,
               MB_FAULT_REQUESTED |
               (thread->wait == WAIT_MAP ? MB_FAULT_AWAITS_MAP : 0),
               pages->object, index, instant_now());
    mark_fault(&a->move, thread->fault_tag, MB_FAULT_TRAP, pages->object,
               index, instant_left(&thread->frame));
    board_node(thread, arrival_pager(a));
    arrival_review(a);
    if (thread->wait == WAIT_PAGE && pages->object == MB_OBJECT_SPACE &&
        a->algorithm->missed) {
        a->algorithm->missed(a, index);
    }
}

/* thread->on_resumed of a thread whose page or map has come. */
static void resumed(struct thread *thread)
{
    struct move move = {
        .pid = thread->proc->pid,
        .epoch = thread->proc->epoch,
    };
    struct arrival *a = arrival_find(thread->proc->pid);

    if (!marks_has_run(&thread->frame)) {
        thread->on_resumed = resumed;
        return;
    }
    if (a != NULL) {
        arrival_has_run(a, thread);     /* it may have waited before it ran */
    }
    mark_fault(&move, thread->fault_tag, MB_FAULT_RESUMED, object_of(thread),
               index_of(thread), instant_entered(&thread->frame));
    thread->fault_tag = 0;
}

void paging_end_wait(struct arrival *a, struct thread *thread,
                     struct instant now)
{
    mark_fault(&a->move, thread->fault_tag, MB_FAULT_RECEIVED,
               object_of(thread), index_of(thread), now);
    thread->on_resumed = resumed;
}

/* The page is there, or it is known that it is not needed any more. */
static void page_arrived(struct arrival *a, struct pages *pages,
                         uint64_t index, struct instant now)
{
    uint64_t key = (uint64_t)pages->object << WAIT_OBJECT_SHIFT | index;

    for (struct thread *t = a->proc->threads; t; t = t->sibling) {
        if (waits_for(t, WAIT_PAGE, key)) {
            paging_end_wait(a, t, now);
        }
    }
    if (pages->object == MB_OBJECT_SPACE && a->algorithm->came) {
        a->algorithm->came(a, index);
    }
    proc_page_arrived(a->proc, pages, index);
}

/* -- putting pages in place -- */

/* The contents of a partial page, in their place; the rest is zero. */
static void *spread(const void *bytes, uint32_t offset, uint32_t length)
{
    uint8_t *page = page_alloc_ready();

    if (page) {
        memcpy(page + offset, bytes, length);
    }
    return page;
}

/* A whole page is used as it was received: *kept says so. */
static int install(struct arrival *a, const struct mb_msg *msg, void *page,
                   uint32_t length, bool may_keep, bool *kept)
{
    struct pages *pages = object_find(a->proc, msg->object);
    bool whole = length == PAGE_SIZE;
    int error;

    *kept = false;
    if (pages == NULL) {
        return -ENOENT;
    }
    if (length > PAGE_SIZE || msg->aux > PAGE_SIZE - length) {
        return -EINVAL;
    }
    if (!whole) {
        page = spread(page, msg->aux, length);
    }
    if (page == NULL || (whole && !may_keep)) {
        return -ENOMEM;
    }
    error = pages->ops->install(pages, msg->index, page,
                                !(msg->flags & MB_MSG_CLEAN));
    if (error && !whole) {
        page_put(page);
    }
    *kept = error == 0 && whole;
    return error;
}

/* With nothing that was made beforehand, the buffer's replacement included. */
static int install_late(struct arrival *a, const struct mb_msg *msg,
                        void *page, uint32_t length, bool *kept)
{
    bool may_keep = bridge_renew_spare();
    int error;

    vm_hide_ready();
    error = install(a, msg, page, length, may_keep, kept);
    vm_show_ready();
    return error;
}

/* The copy of the page that came in a round, if there is one, is older. */
static void forget_collected(struct arrival *a, const struct mb_msg *msg)
{
    struct pages *pages = object_find(a->proc, msg->object);

    if (pages) {
        pages->ops->drop(pages, msg->index);
    }
}

static bool critical_page(struct arrival *a, const struct mb_msg *msg,
                          void *page, uint32_t length, bool may_keep,
                          struct instant now)
{
    bool kept;
    int error;

    if (a->collected) {
        forget_collected(a, msg);
    }
    error = a->move.without & WITHOUT_PREALLOCATED
                ? install_late(a, msg, page, length, &kept)
                : install(a, msg, page, length, may_keep, &kept);
    if (error) {
        arrival_reject(a, -error);
    } else if (msg->flags & MB_MSG_RESUME) {
        arrival_resume(a, now);
    } else if (msg->flags & MB_MSG_LAST) {
        handshake_complete(a);
    }
    return kept;
}

/* A page for a place that was unmapped, or mapped anew, is not needed. */
static bool later_page(struct arrival *a, const struct mb_msg *msg, void *page,
                       uint32_t length, bool may_keep, struct instant now)
{
    struct pages *pages = object_find(a->proc, msg->object);
    bool kept;
    int error = install(a, msg, page, length, may_keep, &kept);

    if (error == -ENOENT || error == -EEXIST) {
        mark_duplicate(msg->pid, msg->epoch, msg->object, msg->index);
    } else if (error) {
        arrival_fail(a, error);
        return false;
    }
    if (error == 0 && (msg->flags & MB_MSG_PREFETCHED)) {
        prefetch_came(a->proc, pages, msg->index);
    }
    if (pages) {
        page_arrived(a, pages, msg->index, now);
    }
    arrival_review(a);
    return kept;
}

bool arrival_is_committed(const struct arrival *a)
{
    return a->state == ARRIVAL_NOTING || a->state == ARRIVAL_RUNNING;
}

bool arrival_page(const struct mb_msg *msg, void *page, uint32_t length,
                  bool may_keep, struct instant now)
{
    struct arrival *a = arrival_match(msg);

    if (a && a->state == ARRIVAL_ROUNDS && (msg->flags & MB_MSG_AHEAD)) {
        return arrival_collect(a, msg, page, length, may_keep);
    }
    if (a && a->state == ARRIVAL_CRITICAL && (msg->flags & MB_MSG_CRITICAL)) {
        return critical_page(a, msg, page, length, may_keep, now);
    }
    if (a && arrival_is_committed(a) && !(msg->flags & MB_MSG_CRITICAL)) {
        return later_page(a, msg, page, length, may_keep, now);
    }
    if (a == NULL || a->state != ARRIVAL_ENDED) {
        mark_duplicate(msg->pid, msg->epoch, msg->object, msg->index);
    }
    return false;
}
