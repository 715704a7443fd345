/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of a node to itself, see loopback.h.
 *
 * The receiver gets the page itself and not a copy. So it may keep it only if
 * nobody else has it, as it may keep a receive buffer.
 */
#include "ipc/loopback.h"

#include <stddef.h>

#include "mm/page.h"
#include "proc/timer.h"

static struct {
    struct parcel *first;           /* oldest first */
    struct parcel **end;
    struct timer timer;
    bool (*deliver)(const struct mb_rx_completion *message, void *page,
                    bool may_keep);
    void (*finish)(struct parcel *parcel, bool sent);
} loopback;

static void deliver_one(struct parcel *parcel)
{
    struct mb_rx_completion message = {
        .msg = parcel->msg,
        .arrival_ns = time_now_ns(),
        .length = parcel->length,
    };
    bool may_keep = parcel->page != NULL && parcel->payload == parcel->page &&
                    page_refs(parcel->page) == 1;

    message.msg.source = message.msg.target;
    if (loopback.deliver(&message, (void *)parcel->payload, may_keep)) {
        parcel->page = NULL;        /* the reference is the receiver's now */
    }
    if (parcel->left != NULL) {
        parcel->left(parcel->owner);
    }
    loopback.finish(parcel, true);
}

/* What is posted meanwhile is for the next time. */
static void expired(struct timer *timer)
{
    struct parcel *parcel = loopback.first;

    (void)timer;
    loopback.first = NULL;
    loopback.end = &loopback.first;
    while (parcel != NULL) {
        struct parcel *next = parcel->next;

        deliver_one(parcel);
        parcel = next;
    }
}

void loopback_post(struct parcel *parcel)
{
    *loopback.end = parcel;
    loopback.end = &parcel->next;
    if (!loopback.timer.armed) {
        timer_arm(&loopback.timer, time_now_ns());
    }
}

void loopback_init(bool (*deliver)(const struct mb_rx_completion *message,
                                   void *page, bool may_keep),
                   void (*finish)(struct parcel *parcel, bool sent))
{
    loopback.deliver = deliver;
    loopback.finish = finish;
    loopback.end = &loopback.first;
    loopback.timer.expired = expired;
}
