/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that go to the file server (depot.h), as the source sees it.
 *
 * A page that has been posted is the file server's to give away; a request for
 * it is forwarded. But until the file server has said that it has all of them
 * they stay here as well: if it is lost, or has no room, the process runs on
 * here, or gets them from here.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "include/uapi/techniques.h"
#include "ipc/peer.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "migrate/algorithm.h"
#include "migrate/departure_internal.h"
#include "migrate/handshake.h"
#include "proc/plan.h"

/* Well before a peer is given up (ipc/peer.h). */
#define SIGN_OF_LIFE_NS (PEER_SILENCE_S * 1000000000ull / 4)

int departure_obstacle(const struct move *move)
{
    uint32_t server = plan_file_server();

    if (!algorithm_stores(move->algorithm)) {
        return 0;
    }
    if (server == PLAN_NO_FILE_SERVER) {
        return ENODEV;
    }
    return server == bridge_node() ||
           (bridge_linked(server) && !peer_is_lost(server)) ? 0 : EHOSTUNREACH;
}

/* As long as the source has to do with the file server it has nothing to say to
 * the target, which would give it up. */
static void say_something(struct timer *timer)
{
    struct departure *d = (struct departure *)
        ((char *)timer - offsetof(struct departure, deposit.timer));
    const struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_KEEP),
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
    timer_arm(timer, time_now_ns() + SIGN_OF_LIFE_NS);
}

static void expect(struct departure *d)
{
    if (!d->deposit.expecting && plan_file_server() != bridge_node()) {
        d->deposit.expecting = true;
        peer_expect(plan_file_server());
    }
}

void deposit_settle(struct departure *d)
{
    timer_cancel(&d->deposit.timer);
    if (d->deposit.expecting) {
        d->deposit.expecting = false;
        peer_settle(plan_file_server());
    }
}

/* On the critical path, as the pages it is about. */
static struct mb_msg message(const struct departure *d, enum mb_msg_type type)
{
    struct mb_msg msg = departure_message(d, type);

    msg.target = (uint16_t)plan_file_server();
    msg.flags = MB_MSG_STORE | (d->deposit.first ? MB_MSG_CRITICAL : 0);
    return msg;
}

static void start(struct departure *d)
{
    d->deposit.step = DEPOSIT_SENDING;
    d->push.deposit = true;
    push_start(d, false);
}

void departure_deposit_all(struct departure *d)
{
    d->deposit.first = true;
    d->map_critical = true;
}

void departure_deposit_rest(struct departure *d)
{
    d->push.deposit = true;
    d->deposit.step = DEPOSIT_SENDING;
    d->deposit.timer.expired = say_something;
    timer_arm(&d->deposit.timer, time_now_ns() + SIGN_OF_LIFE_NS);
    departure_send_map(d);
}

/* -- all of them before the state -- */

static void go_on(struct departure *d)
{
    d->deposit.step = DEPOSIT_KEPT;
    departure_post_all(d);
    transport_flush();
}

void deposit_begin(struct departure *d)
{
    start(d);
    if (!d->push.active && d->deposit.sent == 0) {
        go_on(d);               /* nothing is modified */
    }
}

/* -- is all there? -- */

static void asked(void *departure, bool sent)
{
    struct departure *d = departure;

    (void)sent;
    d->in_flight--;
    departure_progress(d);
}

static void ask(struct departure *d)
{
    struct parcel parcel = {
        .msg = message(d, MB_MSG_KEEP),
        .lane = LANE_URGENT,
        .done = asked,
        .owner = d,
    };

    parcel.msg.arg = d->deposit.sent;
    d->deposit.step = DEPOSIT_ASKED;
    d->in_flight++;
    expect(d);
    transport_post(&parcel);
    transport_flush();
}

bool deposit_progress(struct departure *d)
{
    if (d->deposit.useless) {
        /* behind all that it has been sent */
        const struct parcel parcel = {
            .msg = message(d, MB_MSG_GONE),
            .lane = LANE_URGENT,
        };

        d->deposit.useless = false;
        transport_post(&parcel);
        transport_flush();
    }
    if (d->deposit.step == DEPOSIT_SENDING && d->deposit.sent == 0) {
        deposit_settle(d);
        d->deposit.step = DEPOSIT_KEPT;
    } else if (d->deposit.step == DEPOSIT_SENDING) {
        ask(d);
    }
    return d->deposit.step == DEPOSIT_ASKED ||
           d->deposit.step == DEPOSIT_LOST;
}

void deposit_cancel(struct departure *d)
{
    deposit_settle(d);
    d->deposit.useless = d->deposit.step != DEPOSIT_NONE && d->deposit.sent > 0;
    d->deposit.step = DEPOSIT_NONE;
    d->deposit.sent = 0;
    d->push.deposit = false;
}

/* -- without the file server -- */

/* Before the state the process stays; else its pages, which are all here but
 * for those that were asked for, go to the target. */
static void do_without(struct departure *d, int error)
{
    bool first = d->deposit.first;

    deposit_settle(d);
    d->deposit.step = DEPOSIT_NONE;
    d->deposit.sent = 0;
    d->push.deposit = false;
    printk("migrate: process %u epoch %u: the file server cannot keep its "
           "pages (%d), %s\n", d->move.pid, d->move.epoch, error,
           first ? "it stays" : "they go to its new host");
    if (first) {
        departure_rejected(d, error);
    } else if (!d->unreachable) {
        d->sent_before = (struct cursor){ 0, 0 };
        push_start(d, false);
        transport_flush();
        departure_progress(d);
    }
}

void departure_kept(struct departure *d, int error)
{
    if (d->deposit.step != DEPOSIT_ASKED) {
        return;
    }
    if (error != 0) {
        do_without(d, error);
        return;
    }
    deposit_settle(d);
    d->deposit.step = DEPOSIT_KEPT;
    if (d->deposit.first) {
        go_on(d);
    }
    departure_progress(d);
}

void deposit_stop(struct departure *d)
{
    if (d->deposit.step == DEPOSIT_SENDING ||
        d->deposit.step == DEPOSIT_ASKED) {
        d->deposit.step = DEPOSIT_LOST;
        d->push.active = false;
    }
}

void deposit_lost(struct departure *d)
{
    if (d->deposit.step == DEPOSIT_LOST) {
        do_without(d, EHOSTUNREACH);
    }
}

/* -- requests -- */

bool deposit_forward(struct departure *d, const struct mb_msg *request)
{
    struct parcel parcel = {
        .msg = message(d, MB_MSG_REQUEST),
        .lane = LANE_URGENT,
    };
    struct page_ref ref;

    if (d->deposit.sent == 0 || d->deposit.step == DEPOSIT_LOST ||
        !objects_page(d->proc, request->object, request->index, &ref) ||
        departure_is_owed(d, &ref)) {
        return false;
    }
    parcel.msg.object = request->object;
    parcel.msg.index = request->index;
    parcel.msg.tag = request->tag;
    parcel.msg.arg = 1 + (uint64_t)d->move.target;
    transport_post(&parcel);
    transport_flush();
    return true;
}
