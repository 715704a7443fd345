/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and connections of a port.
 *
 * A port asks one thing at a time: its name's node for a name, then the port
 * that has the name for a link. The answers are taken here, whether a thread
 * still waits for them or not; a thread that does finds the outcome when its
 * call is run again. A port that asks does not leave its node.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "ipc/peer.h"
#include "ipc/port_internal.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/timer.h"

#define ASKED_MOST  64u         /* times that a port was gone when asked */

static bool is_reachable(uint32_t node)
{
    return node == bridge_node() ||
           (bridge_linked(node) && !peer_is_lost(node));
}

/* -- asking -- */

static void expect(struct query *query, uint32_t node)
{
    query->node = node;
    if (node != bridge_node()) {
        peer_expect(node);
    }
}

static void settle(const struct query *query)
{
    if (query->node != bridge_node()) {
        peer_settle(query->node);
    }
}

static void finish(struct port *port, int error)
{
    port->query.state = QUERY_DONE;
    port->query.error = error;
    port_wake(port);
    port_move_progress(port);
}

static void ask_name(struct port *port)
{
    struct query *query = &port->query;
    uint32_t node = name_node(&query->name);
    struct mb_msg msg = port_control(query->binds ? MB_PORT_NAME
                                                  : MB_PORT_LOOKUP,
                                     node, 0, port->id);

    if (!is_reachable(node)) {
        finish(port, query->binds ? EHOSTUNREACH : ECONNREFUSED);
        return;
    }
    query->state = query->binds ? QUERY_NAME : QUERY_LOOKUP;
    expect(query, node);
    port_post_name(&msg, &query->name);
}

/*
 * The outcome of the query for this purpose: 0, -errno or PORT_WAIT. It is
 * started if the port asks for nothing.
 */
static int query(struct port *port, bool binds, const struct port_name *name)
{
    struct query *query = &port->query;

    if (query->state == QUERY_DONE &&
        (query->binds != binds || !name_equal(&query->name, name))) {
        query->state = QUERY_NONE;  /* of a call that was given up */
    }
    if (query->state == QUERY_NONE) {
        query->binds = binds;
        query->name = *name;
        query->asked = 0;
        query->refused_ns = 0;
        ask_name(port);
        port_settle();
    }
    if (query->state != QUERY_DONE) {
        return PORT_WAIT;
    }
    query->state = QUERY_NONE;
    return -query->error;
}

/* -- answers -- */

/* The port that waits for this answer of this node, or NULL. */
static struct port *asker(const struct letter *letter, enum query_state state)
{
    struct port *port = port_find(letter->msg.index);

    return port != NULL && port->state == PORT_HOME &&
           port->query.state == state ? port : NULL;
}

void port_named(struct letter *letter)
{
    struct port *port = asker(letter, QUERY_NAME);

    if (port == NULL) {
        return;
    }
    settle(&port->query);
    if (letter->msg.aux == 0) {
        port->name = port->query.name;
        port->has_entry = true;
    }
    finish(port, (int)letter->msg.aux);
}

void port_found(struct letter *letter)
{
    struct port *port = asker(letter, QUERY_LOOKUP);
    struct mb_msg msg;

    if (port == NULL) {
        return;
    }
    settle(&port->query);
    if (letter->msg.tag == 0 || !is_reachable(letter->msg.aux)) {
        finish(port, ECONNREFUSED);
        return;
    }
    port->query.state = QUERY_LINK;
    expect(&port->query, letter->msg.aux);
    msg = port_control(MB_PORT_LINK, letter->msg.aux, letter->msg.tag,
                       port->id);
    msg.aux = port->type;
    msg.arg = MB_PORT_LINK_ARG(bridge_node(), port->query.refused_ns);
    port_post_name(&msg, &port->name);
}

void port_linked(struct letter *letter)
{
    const struct mb_msg *msg = &letter->msg;
    struct port *port = asker(letter, QUERY_LINK);
    struct port_name name;
    struct link *link;

    if (port == NULL) {
        if (msg->aux == 0) {
            port_refuse((uint32_t)msg->arg, msg->tag, msg->index);
        }
        return;
    }
    settle(&port->query);
    if (msg->aux == ESRCH && port->query.asked++ < ASKED_MOST) {
        if (port->query.refused_ns == 0) {
            port->query.refused_ns = msg->tag;
        }
        ask_name(port);         /* it has moved meanwhile */
        return;
    }
    if (msg->aux != 0) {
        finish(port, msg->aux == ESRCH ? ECONNREFUSED : (int)msg->aux);
        return;
    }
    name_of(letter, &name);
    link = link_find(port, msg->tag);
    if (link == NULL) {
        link = link_create(port, msg->tag, (uint32_t)msg->arg, &name);
    }
    if (link == NULL) {
        port_refuse((uint32_t)msg->arg, msg->tag, port->id);
    } else if (port->type != PORT_DATAGRAM) {
        port->peer = link;
    }
    finish(port, link != NULL ? 0 : ENOBUFS);
}

void query_lost(struct port *port, uint32_t node)
{
    enum query_state state = port->query.state;

    if (port->query.node == node &&
        (state == QUERY_NAME || state == QUERY_LOOKUP ||
         state == QUERY_LINK)) {
        settle(&port->query);
        finish(port, ECONNREFUSED);
    }
}

/* -- being asked -- */

/* The end of the new link: a new port for a connection, or the port itself. */
static int accept_link(struct port *port, const struct mb_msg *msg,
                       const struct port_name *name, struct port **end)
{
    struct port **last = &port->pending;

    if (port->state == PORT_CLOSED || (enum port_type)msg->aux != port->type) {
        return port->state == PORT_CLOSED ? ECONNREFUSED : EPROTOTYPE;
    }
    if (port->type == PORT_DATAGRAM) {
        *end = port;
        return link_find(port, msg->tag) != NULL ||
               link_create(port, msg->tag, MB_PORT_LINK_NODE(msg->arg),
                           name) != NULL ? 0 : ENOBUFS;
    }
    if (!port->listens) {
        return ECONNREFUSED;
    }
    if (port->pending_count > port->backlog) {
        return EAGAIN;
    }
    *end = port_create(port->type, port->pid);
    if (*end == NULL) {
        return ENOBUFS;
    }
    (*end)->peer = link_create(*end, msg->tag, MB_PORT_LINK_NODE(msg->arg),
                               name);
    if ((*end)->peer == NULL) {
        port_free(*end);
        return ENOBUFS;
    }
    (*end)->name = port->name;
    while (*last != NULL) {
        last = &(*last)->pending_next;
    }
    *last = *end;
    port->pending_count++;
    port_wake(port);
    return 0;
}

void port_answer_link(struct letter *letter)
{
    const struct mb_msg *msg = &letter->msg;
    struct port *port = port_find(msg->index);
    struct mb_msg answer = port_control(MB_PORT_LINKED,
                                        MB_PORT_LINK_NODE(msg->arg), msg->tag,
                                        0);
    struct port *end = NULL;
    struct port_name name;

    name_of(letter, &name);
    if (port == NULL || port->state == PORT_AWAITED) {
        answer.aux = ESRCH;
    } else {
        answer.aux = (uint32_t)accept_link(port, msg, &name, &end);
    }
    answer.tag = end != NULL ? end->id :
                 answer.aux == ESRCH ? time_now_ns() : 0;
    answer.arg = bridge_node();
    if (answer.aux == 0) {
        port_trace_refused(port, msg);
        port_post_name(&answer, &port->name);
    } else {
        port_post(&answer, NULL, 0);
    }
}

/* -- calls -- */

int port_bind(struct port *port, const struct port_name *name)
{
    if (port->name.bytes > 0 && port->query.state == QUERY_NONE) {
        return -EINVAL;
    }
    return query(port, true, name);
}

void port_name_any(const struct port *port, struct port_name *name)
{
    static const char digits[] = "0123456789abcdef";

    *name = (struct port_name){ .bytes = 1 };
    for (int shift = 60; shift >= 0; shift -= 4) {
        name->text[name->bytes++] = digits[port->id >> shift & 0xf];
    }
}

/* The link with the name, not looking at those whose other end is gone. */
static struct link *link_to(const struct port *port,
                            const struct port_name *name)
{
    struct link *link = port->links;

    while (link != NULL && (link->gone || !name_equal(&link->name, name))) {
        link = link->next;
    }
    return link;
}

int port_reach(struct port *port, const struct port_name *name,
               struct link **link)
{
    int answer;

    *link = link_to(port, name);
    if (*link != NULL) {
        return 0;
    }
    answer = query(port, false, name);
    if (answer == 0) {
        *link = link_to(port, name);
        answer = *link != NULL ? 0 : -ECONNREFUSED;
    }
    return answer;
}

int port_connect(struct port *port, const struct port_name *name)
{
    struct link *link;
    int answer;

    if (port->listens) {
        return -EINVAL;
    }
    if (port->type != PORT_DATAGRAM) {
        return port->peer != NULL && port->query.state == QUERY_NONE ?
                   -EISCONN : query(port, false, name);
    }
    answer = port_reach(port, name, &link);
    if (answer == 0) {
        struct link *before = port->peer;

        port->peer = link;
        if (before != NULL) {
            link_progress(before);
        }
    }
    return answer;
}

void port_disconnect(struct port *port)
{
    struct link *link = port->peer;

    port->peer = NULL;
    if (link != NULL) {
        link_progress(link);
    }
}

bool port_peer_name(const struct port *port, struct port_name *name)
{
    if (port->peer != NULL) {
        *name = port->peer->name;
    }
    return port->peer != NULL;
}

int port_listen(struct port *port, uint32_t backlog)
{
    if (port->type == PORT_DATAGRAM) {
        return -EOPNOTSUPP;
    }
    if (port->name.bytes == 0 || port->peer != NULL) {
        return -EINVAL;
    }
    port->listens = true;
    port->backlog = backlog < PORT_BACKLOG_MOST ? backlog : PORT_BACKLOG_MOST;
    return 0;
}

int port_accept(struct port *port, uint32_t pid, struct port **accepted)
{
    struct port *first = port->pending;

    if (port->type == PORT_DATAGRAM) {
        return -EOPNOTSUPP;
    }
    if (!port->listens) {
        return -EINVAL;
    }
    if (first == NULL) {
        return -EAGAIN;
    }
    port->pending = first->pending_next;
    first->pending_next = NULL;
    port->pending_count--;
    first->pid = pid;
    *accepted = first;
    return 0;
}
