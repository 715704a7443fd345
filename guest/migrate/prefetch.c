/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batches of pages that are asked for ahead of their use: at the target asked
 * for and counted, at the source put before the rest of the push.
 *
 * A batch is a matter of order only. Whatever becomes of it, each page is pushed
 * once, and one that a thread waits for is asked for as ever.
 */
#include "migrate/prefetch.h"

#include "ipc/transport.h"
#include "migrate/departure_internal.h"

/* -- at the target -- */

void prefetch_ask(const struct arrival *a, const struct stream *streams,
                  uint32_t count)
{
    const struct move *move = &a->move;
    uint32_t batch = ++a->proc->prefetch.batches;

    a->proc->prefetch.epoch = move->epoch;
    for (uint32_t i = 0; i < count; i++) {
        struct parcel parcel = {
            .msg = {
                .type = MB_MSG_PREFETCH,
                .target = (uint16_t)move->source,
                .pid = move->pid,
                .epoch = move->epoch,
                .index = streams[i].index,
                .aux = batch,
                .arg = MB_PREFETCH_ARG(streams[i].count, streams[i].stride),
            },
            .lane = LANE_URGENT,
        };

        transport_post(&parcel);
    }
    transport_flush();
}

void prefetch_came(struct proc *proc, struct pages *pages, uint64_t index)
{
    if (pages->ops->mark_unused) {
        pages->ops->mark_unused(pages, index);
        proc->prefetch.pages++;
    }
}

void prefetch_end(struct proc *proc)
{
    struct prefetch_count count = {
        .batches = proc->prefetch.batches,
        .pages = proc->prefetch.pages,
    };

    if (count.batches == 0) {
        return;
    }
    count.hits = count.pages;
    if (count.pages > 0) {
        count.hits -= vm_unused_count(proc->vm);
    }
    mark_prefetch(proc->pid, proc->prefetch.epoch, &count);
    proc->prefetch.batches = 0;
    proc->prefetch.pages = 0;
}

/* -- at the source -- */

void departure_prefetch(struct departure *d, const struct mb_msg *msg)
{
    struct push *push = &d->push;

    departure_resumed(d);       /* it would not ask, if it did not run */
    if (d->state != DEPARTURE_FLUSHING) {
        return;
    }
    if (msg->aux != push->batch) {
        push->batch = msg->aux;
        push->ahead_count = 0;
    }
    if (push->ahead_count < STREAMS &&
        MB_PREFETCH_COUNT(msg->arg) <= ZONE_MOST) {
        push->ahead[push->ahead_count++] = (struct stream){
            .index = msg->index,
            .stride = MB_PREFETCH_STRIDE(msg->arg),
            .count = MB_PREFETCH_COUNT(msg->arg),
        };
    }
    departure_progress(d);
}

/* What has been sent is not there any more. */
static bool next_of(struct departure *d, struct stream *stream,
                    struct page_ref *ref)
{
    while (stream->count > 0) {
        if (objects_page(d->proc, MB_OBJECT_SPACE, stream->index, ref) &&
            departure_is_owed(d, ref)) {
            return true;
        }
        stream->index += (uint64_t)(int64_t)stream->stride;
        stream->count--;
    }
    return false;
}

bool departure_next_asked(struct departure *d, struct page_ref *ref)
{
    struct push *push = &d->push;

    for (uint32_t i = 0; i < push->ahead_count; i++) {
        push->ahead_turn = (push->ahead_turn + 1) % push->ahead_count;
        if (next_of(d, &push->ahead[push->ahead_turn], ref)) {
            return true;
        }
    }
    return false;
}
