/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the file service, see wire.h.
 */
#include "srv/wire.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "ipc/peer.h"
#include "ipc/transport.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/timer.h"
#include "srv/pool.h"

struct local {
    struct local *next;
    struct wire_message message;
};

static struct pool pool = POOL_OF(struct local);
static struct local *first;
static struct local **end = &first;
static struct timer deliver;
static void (*on_receive)(const struct mb_msg *msg, void *page,
                          uint32_t length);

static void send_local(const struct wire_message *message)
{
    struct local *local = pool_get(&pool);

    if (local == NULL) {
        panic("files: no memory for a message");
    }
    local->message = *message;
    local->message.msg.source = (uint16_t)bridge_node();
    *end = local;
    end = &local->next;
    if (!deliver.armed) {
        timer_arm(&deliver, time_now_ns());
    }
}

/* What is sent meanwhile is for the next time. */
static void deliver_local(struct timer *timer)
{
    struct local *local = first;

    (void)timer;
    first = NULL;
    end = &first;
    while (local != NULL) {
        struct local *next = local->next;
        struct wire_message message = local->message;

        pool_put(&pool, local);
        on_receive(&message.msg, message.page, message.length);
        page_put(message.page);
        if (message.left != NULL) {
            message.left(message.owner);
        }
        local = next;
    }
}

void wire_send(const struct wire_message *message)
{
    uint32_t target = message->msg.target;

    if (target == bridge_node()) {
        send_local(message);
    } else if (!bridge_linked(target) || peer_is_lost(target)) {
        page_put(message->page);
    } else {
        const struct parcel parcel = {
            .msg = message->msg,
            .payload = message->length > 0 ? message->page : NULL,
            .length = message->length,
            .lane = LANE_URGENT,
            .page = message->page,
            .left = message->left,
            .owner = message->owner,
        };

        (void)transport_post(&parcel);
        transport_flush();
    }
}

void wire_init(void (*receive)(const struct mb_msg *msg, void *page,
                               uint32_t length))
{
    on_receive = receive;
    deliver.expired = deliver_local;
}

bool wire_receive(const struct mb_msg *msg, void *page, uint32_t length,
                  bool may_keep)
{
    void *copy = page;

    if (length == 0) {
        on_receive(msg, NULL, 0);
        return false;
    }
    if (!may_keep) {
        copy = page_alloc_raw();
        if (copy == NULL) {
            panic("files: no memory for a message");
        }
        memcpy(copy, page, length);
    }
    /* what is in the receive buffer behind the payload is undefined */
    memset((uint8_t *)copy + length, 0, PAGE_SIZE - length);
    on_receive(msg, copy, length);
    if (copy == page && page_refs(page) == 1) {
        return false;               /* nobody keeps it */
    }
    page_put(copy);
    return copy == page;
}
