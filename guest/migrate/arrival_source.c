/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the target needs of the source: whether it is waited for (ipc/peer.h),
 * and that it lets go of what it keeps.
 */
#include <stddef.h>

#include "ipc/peer.h"
#include "migrate/arrival_internal.h"

/* A source that keeps pages may be silent as long as it is not asked. */
static bool expects(const struct arrival *a)
{
    return !a->drained && (!a->kept || a->flushing || a->proc == NULL ||
                           a->state != ARRIVAL_RUNNING || paging_waits(a));
}

void arrival_review(struct arrival *a)
{
    bool expecting = expects(a);

    if (a->expecting == expecting) {
        return;
    }
    a->expecting = expecting;
    if (expecting) {
        peer_expect(a->move.source);
    } else {
        peer_settle(a->move.source);
    }
}

void arrival_flush(struct proc *proc)
{
    struct arrival *a = arrival_find(proc->pid);

    if (a && a->kept && !a->flushing && !a->drained &&
        a->state == ARRIVAL_RUNNING) {
        a->flushing = true;
        arrival_send(&a->move, MB_MSG_FLUSH, 0);
        arrival_review(a);
    }
}
