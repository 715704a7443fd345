/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration's outside: requests, messages, hooks.
 * Protocol and state machines: docs/migration.md.
 */
#include "migrate/migrate.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "fs/file.h"
#include "include/uapi/pagers.h"
#include "ipc/peer.h"
#include "ipc/port.h"
#include "ipc/port_move.h"
#include "ipc/transport.h"
#include "lib/errno.h"
#include "migrate/arrival.h"
#include "migrate/departure.h"
#include "migrate/depot.h"
#include "migrate/handshake.h"
#include "migrate/home.h"
#include "migrate/move_kind.h"
#include "migrate/plan.h"
#include "migrate/prefetch.h"
#include "migrate/references.h"
#include "proc/plan.h"
#include "srv/srv.h"

/* -- requests -- */

/* The process has left, or is just leaving: its new host decides. */
static void forward(const struct departure *d, const struct move *move)
{
    struct parcel parcel = {
        .msg = departure_message(d, MB_MSG_GOTO),
        .lane = LANE_URGENT,
    };

    parcel.msg.index = move->target;
    parcel.msg.aux = move->kind;
    parcel.msg.arg = move->pager;
    transport_post(&parcel);
    transport_flush();
}

static bool is_reachable(uint32_t node)
{
    return bridge_linked(node) && !peer_is_lost(node);
}

int migrate_request(struct proc *proc, uint32_t target, uint32_t kind,
                    uint32_t pager, uint32_t plan_index)
{
    const struct departure *d = proc->move;
    struct move move = {
        .pid = proc->pid,
        .source = bridge_node(),
        .target = target,
        .kind = kind,
        .plan_index = plan_index,
        .pager = pager,
    };
    int error;

    if (target >= bridge_node_count() || !move_kind_is_known(kind) ||
        pager >= PAGER_COUNT) {
        mark_abort(&move, EINVAL);
        return -EINVAL;
    }
    if (d && departure_has_left(d) && is_reachable(d->move.target)) {
        forward(d, &move);
        return 0;
    }
    if (target == bridge_node()) {
        mark_abort(&move, EALREADY);
        return 0;
    }
    error = is_reachable(target) ? -departure_obstacle(&move) : -EHOSTUNREACH;
    if (error == 0) {
        error = departure_want(proc, &move);
    }
    if (error) {
        mark_abort(&move, -error);
        return error;
    }
    arrival_flush(proc);
    departure_consider(proc);
    return 0;
}

/* /proc/PID/goto */
static int go(struct proc *proc, uint32_t node, char *how)
{
    uint32_t kind, pager;
    int error = move_kind_parse(how, &kind, &pager);

    return error != 0 ? error
                      : migrate_request(proc, node, kind, pager, PLAN_NONE);
}

/* -- messages -- */

struct message {
    const struct mb_msg *msg;
    void *page;
    uint32_t length;
    bool may_keep;
    struct instant now;
};

/* The departure that a message from its target is about. */
static struct departure *departure_of(const struct mb_msg *msg)
{
    struct departure *d = departure_find(msg->pid, msg->epoch);

    return d && d->move.target == msg->source ? d : NULL;
}

static bool receive_state(const struct message *m)
{
    arrival_state(m->msg, m->page, m->length, m->now);
    return false;
}

/* To be kept by the file server, or from it. */
static bool is_to_keep(const struct mb_msg *msg)
{
    return (msg->flags & MB_MSG_STORE) != 0 &&
           (msg->flags & (MB_MSG_DEMANDED | MB_MSG_PUSHED)) == 0;
}

static bool receive_page(const struct message *m)
{
    if (is_to_keep(m->msg)) {
        return depot_page(m->msg, m->page, m->length, m->may_keep);
    }
    return arrival_page(m->msg, m->page, m->length, m->may_keep, m->now);
}

static bool receive_map(const struct message *m)
{
    arrival_map(m->msg, m->page, m->length, m->now);
    return false;
}

static bool receive_request(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (m->msg->flags & MB_MSG_STORE) {
        depot_requested(m->msg, m->now);
    } else if (d) {
        departure_requested(d, m->msg, m->now);
    }
    return false;
}

static bool receive_resumed(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (d) {
        departure_resumed(d);
    }
    return false;
}

static bool receive_prefetch(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (d) {
        departure_prefetch(d, m->msg);
    }
    return false;
}

static bool receive_reject(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (d) {
        departure_rejected(d, (int)m->msg->arg);
    }
    return false;
}

static bool receive_drained(const struct message *m)
{
    arrival_drained(m->msg);
    return false;
}

static bool receive_gone(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (m->msg->flags & MB_MSG_STORE) {
        depot_gone(m->msg);
    } else if (d) {
        departure_gone(d);
    }
    return false;
}

static bool receive_flush(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (m->msg->flags & MB_MSG_STORE) {
        depot_flush(m->msg);
    } else if (d) {
        departure_flush(d);
    }
    return false;
}

static bool receive_round(const struct message *m)
{
    arrival_round(m->msg, m->page, m->length);
    return false;
}

static bool receive_collected(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (d) {
        departure_collected(d, m->msg->index);
    }
    return false;
}

static bool receive_ask(const struct message *m)
{
    handshake_asked(m->msg);
    return false;
}

static bool receive_grant(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (d) {
        handshake_granted(d);
    }
    return false;
}

static bool receive_ready(const struct message *m)
{
    struct departure *d = departure_of(m->msg);

    if (d) {
        handshake_ready(d);
    }
    return false;
}

static bool receive_go(const struct message *m)
{
    handshake_ordered(m->msg, m->now);
    return false;
}

static bool receive_home(const struct message *m)
{
    home_told(m->msg);
    return false;
}

static bool receive_noted(const struct message *m)
{
    home_answered(m->msg);
    return false;
}

static bool receive_keep(const struct message *m)
{
    if (m->msg->flags & MB_MSG_STORE) {
        depot_keep(m->msg);
    }
    return false;
}

static bool receive_kept(const struct message *m)
{
    struct departure *d = departure_find(m->msg->pid, m->msg->epoch);

    if (d && m->msg->source == plan_file_server()) {
        departure_kept(d, (int)m->msg->aux);
    }
    return false;
}

static bool receive_goto(const struct message *m)
{
    struct proc *proc = proc_find(m->msg->pid);

    if (proc && proc->epoch == m->msg->epoch) {
        (void)migrate_request(proc, (uint32_t)m->msg->index, m->msg->aux,
                              (uint32_t)m->msg->arg, PLAN_NONE);
    }
    return false;
}

static bool receive_file(const struct message *m)
{
    return srv_receive(m->msg, m->page, m->length, m->may_keep);
}

static bool (*const receivers[MB_MSG_TYPES])(const struct message *m) = {
    [MB_MSG_STATE] = receive_state,
    [MB_MSG_PAGE] = receive_page,
    [MB_MSG_MAP] = receive_map,
    [MB_MSG_REQUEST] = receive_request,
    [MB_MSG_RESUMED] = receive_resumed,
    [MB_MSG_REJECT] = receive_reject,
    [MB_MSG_DRAINED] = receive_drained,
    [MB_MSG_GONE] = receive_gone,
    [MB_MSG_GOTO] = receive_goto,
    [MB_MSG_FLUSH] = receive_flush,
    [MB_MSG_FILE] = receive_file,
    [MB_MSG_ASK] = receive_ask,
    [MB_MSG_GRANT] = receive_grant,
    [MB_MSG_READY] = receive_ready,
    [MB_MSG_GO] = receive_go,
    [MB_MSG_ROUND] = receive_round,
    [MB_MSG_COLLECTED] = receive_collected,
    [MB_MSG_HOME] = receive_home,
    [MB_MSG_NOTED] = receive_noted,
    [MB_MSG_KEEP] = receive_keep,
    [MB_MSG_KEPT] = receive_kept,
    [MB_MSG_PREFETCH] = receive_prefetch,
};

static bool receive(const struct mb_rx_completion *completion, void *page,
                    bool may_keep)
{
    struct message m = {
        .msg = &completion->msg,
        .page = page,
        .length = completion->length,
        .may_keep = may_keep,
        .now = instant_now(),
    };

    if (m.msg->type == MB_MSG_PART || m.msg->type == MB_MSG_PORT) {
        return port_message(completion, page, may_keep);
    }
    if (m.msg->type >= MB_MSG_TYPES || receivers[m.msg->type] == NULL) {
        return false;
    }
    return receivers[m.msg->type](&m);
}

/* Departures that were told to stop are told of their messages' end before it
 * is decided what becomes of them: some may never have left. */
static void lost(uint32_t node)
{
    departures_stop(node);
    transport_abandon(node);
    homes_lost(node);
    departures_lost(node);
    arrivals_lost(node);
    depots_lost(node);
    ports_lost(node);
    srv_lost(node);
}

static void exiting(struct proc *proc)
{
    departure_forget(proc);
    prefetch_end(proc);
    arrival_forget(proc);
}

void migrate_init(void)
{
    peer_init(lost);
    transport_init(&transport_bridge, bridge_node_count(), receive);
    departure_init();
    ports_init();
    ports_on_left(departure_ports_left);
    arrival_init();
    home_init(arrival_noted);
    depots_init();
    fs_set_goto(go);
    srv_on_flushed(departures_review);
    bridge_on_served(departures_review);
    proc_hooks = (struct proc_hooks){
        .started = migrate_plan_follow,
        .move = departure_hook,
        .remote_fault = paging_fault,
        .exiting = exiting,
    };
    references_init();
    migrate_plan_start();
}
