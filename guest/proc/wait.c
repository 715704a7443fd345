/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for pages that are at another node.
 */
#include "proc/sched.h"

static uint64_t key_of(const struct pages *pages, uint64_t index)
{
    return (uint64_t)pages->object << WAIT_OBJECT_SHIFT | index;
}

void proc_wait_page(struct thread *thread, struct pages *pages, uint64_t index)
{
    bool remote = pages->ops->is_remote(pages, index);

    sched_sleep(thread, remote ? WAIT_PAGE : WAIT_MAP, key_of(pages, index),
                TIMER_NONE);
    proc_hooks.remote_fault(thread, pages, index);
}

/* A thread that waits for the map may find its page has come by itself. */
static bool has_come(const struct thread *thread, const struct pages *pages,
                     uint64_t index)
{
    uint64_t key = key_of(pages, index);

    switch (thread->wait) {
    case WAIT_PAGE:
        return thread->wait_key == key;
    case WAIT_MAP:
        return thread->wait_key == key ||
               (!pages->map_awaited &&
                thread->wait_key >> WAIT_OBJECT_SHIFT == pages->object);
    default:
        return false;
    }
}

void proc_page_arrived(struct proc *proc, struct pages *pages, uint64_t index)
{
    for (struct thread *thread = proc->threads; thread != NULL;
         thread = thread->sibling) {
        if (has_come(thread, pages, index)) {
            sched_end_sleep(thread, true);
        }
    }
}
