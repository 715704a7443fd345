/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map at the target: from now on it is known which pages are elsewhere.
 */
#include <stddef.h>

#include "include/uapi/algorithms.h"
#include "lib/errno.h"
#include "migrate/arrival_internal.h"
#include "migrate/handshake.h"
#include "migrate/map.h"
#include "migrate/objects.h"

static int mark_runs(struct proc *proc, const struct mb_page_run *runs,
                     uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pages *pages = object_find(proc, runs[i].object);
        int error;

        /* An object that is newer than the process's arrival has no pages at
         * the source, whatever its number was used for there. */
        if (pages == NULL || !pages->map_awaited) {
            continue;
        }
        error = pages->ops->mark_remote(pages, runs[i].index, runs[i].count);
        if (error) {
            return error;
        }
    }
    return 0;
}

/* Before the resume nobody waits for it. */
static void map_complete(struct arrival *a, struct instant now)
{
    objects_await_map(a->proc, false);
    if (!arrival_is_committed(a)) {
        a->kept = true;
        a->stored = algorithm_stores(a->move.algorithm);
        return;
    }
    for (struct thread *t = a->proc->threads; t; t = t->sibling) {
        if (t->state == THREAD_SLEEPING && t->wait == WAIT_MAP) {
            paging_end_wait(a, t, now);
        }
    }
    for (uint32_t object = 0; object < object_end(a->proc); object++) {
        struct pages *pages = object_find(a->proc, object);

        if (pages) {
            proc_page_arrived(a->proc, pages, PAGING_INDEX_MASK);
        }
    }
}

static void map_failed(struct arrival *a, int error)
{
    if (arrival_is_committed(a)) {
        arrival_fail(a, error);
    } else {
        arrival_reject(a, -error);
    }
}

void arrival_map(const struct mb_msg *msg, const void *page, uint32_t length,
                 struct instant now)
{
    struct arrival *a = arrival_match(msg);
    const struct mb_page_run *runs = page;
    bool before = msg->flags & MB_MSG_CRITICAL;
    int error;

    if (a == NULL ||
        !(before ? a->state == ARRIVAL_CRITICAL : arrival_is_committed(a))) {
        return;
    }
    error = map_is_valid(runs, length, OBJECTS)
            ? mark_runs(a->proc, runs, length / sizeof(*runs)) : -EINVAL;
    if (error) {
        map_failed(a, error);
        return;
    }
    if (msg->aux == 0) {
        map_complete(a, now);
    }
    if (msg->flags & MB_MSG_RESUME) {
        arrival_resume(a, now);
    } else if (msg->flags & MB_MSG_LAST) {
        handshake_complete(a);
    }
}
