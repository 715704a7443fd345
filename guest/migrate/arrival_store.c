/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target and the file server (depot.h): from when it knows that the source
 * has nothing more, or from the beginning, the target asks the file server for
 * what is missing.
 *
 * A request may reach the source when it has nothing more, and is dropped
 * there; so what threads wait for is asked for again. The file server drops
 * requests for pages that it has sent.
 */
#include <stddef.h>

#include "include/uapi/algorithms.h"
#include "ipc/peer.h"
#include "ipc/transport.h"
#include "lib/errno.h"
#include "migrate/arrival_internal.h"
#include "migrate/plan.h"
#include "proc/plan.h"

uint32_t arrival_pager(const struct arrival *a)
{
    return a->stored ? plan_file_server() : a->move.source;
}

void arrival_send_store(const struct arrival *a, enum mb_msg_type type)
{
    const struct parcel parcel = {
        .msg = {
            .type = type,
            .flags = MB_MSG_STORE,
            .target = (uint16_t)plan_file_server(),
            .pid = a->move.pid,
            .epoch = a->move.epoch,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

/* Nobody has anything of it any more. If a page is missing all the same, it is
 * lost: the process must not wait for it. May free the arrival. */
static void drained(struct arrival *a)
{
    bool fails = a->state == ARRIVAL_RUNNING &&
                 algorithm_stores(a->move.algorithm) &&
                 arrival_awaits_pages(a->proc);

    if (a->state == ARRIVAL_RUNNING && !a->drained) {
        mark_settled(&a->move, a->proc);
    }
    arrival_set_drained(a);
    if (fails) {
        arrival_fail(a, EIO);
    } else {
        arrival_progress(a);
    }
}

/* For all pages that threads wait for. */
static void ask_again(const struct arrival *a)
{
    for (const struct thread *t = a->proc->threads; t; t = t->sibling) {
        if (t->state == THREAD_SLEEPING && t->wait == WAIT_PAGE) {
            paging_request(a, t->fault_tag,
                           (uint32_t)(t->wait_key >> WAIT_OBJECT_SHIFT),
                           t->wait_key & ((1ull << WAIT_OBJECT_SHIFT) - 1));
        }
    }
}

/* From now on the file server is asked. */
static void turn_to_store(struct arrival *a)
{
    a->stored = true;
    a->kept = true;
    if (a->proc == NULL) {
        arrival_send_store(a, MB_MSG_GONE);
        return;
    }
    ask_again(a);
    if (a->proc->move != NULL || migrate_plan_waits(a->proc)) {
        arrival_flush(a->proc);
    }
}

void arrival_left(struct arrival *a, uint64_t stored_count)
{
    if (a->left) {
        return;
    }
    a->left = true;
    if (stored_count == 0 || a->store_drained) {
        drained(a);
    } else if (!a->stored && peer_is_lost(plan_file_server())) {
        a->stored = true;
        a->store_drained = true;
        drained(a);
    } else {
        if (!a->stored) {
            turn_to_store(a);
        }
        arrival_review(a);
    }
}

void arrival_store_drained(struct arrival *a)
{
    a->store_drained = true;
    if (a->left) {
        drained(a);
    } else {
        arrival_review(a);
    }
}

void arrival_store_lost(struct arrival *a)
{
    if (a->stored && !a->store_drained) {
        arrival_store_drained(a);
    }
}
