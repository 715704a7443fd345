/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The new home of a port that moves.
 *
 * From MB_PORT_STATE and its links on the port is at home here; it tells the
 * other ends, which answer its old home. Its queue follows: what was read first
 * there comes first, so each message is put behind those that have come so, and
 * in front of all that came here by itself.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "ipc/port_image.h"
#include "ipc/port_move.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"

int port_await(uint64_t id, uint32_t pid, uint32_t from)
{
    struct port *port = port_find(id);

    if (port == NULL) {
        port = port_make(id, pid);
    } else if (port->state != PORT_AWAITED) {
        return -EEXIST;
    }
    if (port == NULL) {
        return -ENFILE;
    }
    port->state = PORT_AWAITED;
    port->pid = pid;
    port->target = from;
    return 0;
}

void ports_forget(uint32_t pid)
{
    struct port *next;

    for (struct port *port = port_next(NULL); port != NULL; port = next) {
        next = port_next(port);
        if (port->pid == pid && port->state == PORT_AWAITED) {
            port_forget_queue(port);
            port_free(port);
        }
    }
}

/* -- at home -- */

static void tell(const struct port *port, const struct link *link)
{
    struct mb_msg msg = port_control(MB_PORT_MOVED, link->node, link->peer,
                                     port->id);

    msg.aux = bridge_node();
    msg.arg = port->target;
    port_post(&msg, NULL, 0);
}

static void tell_name(const struct port *port)
{
    struct mb_msg msg = port_control(MB_PORT_MOVED, name_node(&port->name), 0,
                                     port->id);

    msg.aux = bridge_node();
    msg.arg = port->target;
    port_post_name(&msg, &port->name);
}

static void arrived(struct port *port)
{
    if (port->shut) {
        return;                 /* not before its process: ports_open */
    }
    port->state = PORT_HOME;
    for (const struct link *link = port->links; link; link = link->next) {
        if (!link->gone) {
            tell(port, link);
        }
    }
    if (port->has_entry) {
        tell_name(port);
    }
    port_trace_home(port);
    port_wake(port);
    if (port->close_awaited) {
        port_close(port);
    }
}

void ports_open(uint32_t pid)
{
    struct port *port = port_next(NULL);

    for (; port != NULL; port = port_next(port)) {
        if (port->pid == pid && port->state == PORT_AWAITED &&
            port->shut && port->links_owed == 0) {
            port->shut = false;
            arrived(port);
        }
    }
    port_settle();
}

static void await_pending(struct port *port, const struct port_image *image)
{
    struct port **last = &port->pending;

    for (uint32_t i = 0; i < image->pending_count; i++) {
        struct port *pending = port_find(image->pending[i]);

        if (pending == NULL && port_await(image->pending[i], port->pid,
                                          port->target) == 0) {
            pending = port_find(image->pending[i]);
        }
        if (pending != NULL) {
            pending->pid = port->pid;
            *last = pending;
            last = &pending->pending_next;
            port->pending_count++;
        }
    }
}

void port_state(struct letter *letter)
{
    const struct mb_msg *msg = &letter->msg;
    const struct port_image *image = letter->page;
    struct port *port;

    /* one that waits to be accepted may come before who is to accept it */
    if (!port_image_is_sound(letter) ||
        (port_find(msg->index) == NULL &&
         port_await(msg->index, msg->pid, msg->source) != 0)) {
        printk("ipc: port %lx cannot be taken\n", msg->index);
        return;
    }
    port = port_find(msg->index);
    if (port->state != PORT_AWAITED || port->links_owed > 0) {
        return;
    }
    port_decode(port, image);
    port->target = msg->source;
    port->epoch = msg->epoch;
    port->shut = msg->flags & MB_MSG_CRITICAL;
    port->connected_to = image->peer;
    port->links_owed = image->link_count;
    await_pending(port, image);
    if (port->links_owed == 0) {
        arrived(port);
    }
}

void port_state_link(struct letter *letter)
{
    const struct link_image *image = letter->page;
    struct port *port = port_find(letter->msg.index);
    struct link *link;

    if (port == NULL || port->state != PORT_AWAITED ||
        port->links_owed == 0 || !link_image_is_sound(letter)) {
        return;
    }
    link = link_create(port, image->peer, image->node, NULL);
    if (link == NULL) {
        panic("ipc: no memory for a link of port %lx", port->id);
    }
    link_decode(link, image);
    if (image->peer == port->connected_to) {
        port->peer = link;
    }
    if (--port->links_owed == 0) {
        arrived(port);
    }
}

/* -- the queue -- */

static void insert(struct port *port, struct part *message)
{
    struct part **at = port->moved_last != NULL ? &port->moved_last->next
                                                : &port->queue;

    message->next = *at;
    *at = message;
    if (message->next == NULL) {
        port->queue_last = message;
    }
    port->moved_last = message;
}

/* Links that were kept for the queue. */
static void drop_gone(struct port *port)
{
    struct link *next;

    for (struct link *link = port->links; link != NULL; link = next) {
        next = link->next;
        link_progress(link);
    }
}

void port_take_queued(struct letter *letter)
{
    struct port *port = port_find(letter->msg.index);
    struct link *link = port != NULL ? link_find(port, letter->msg.tag) : NULL;
    struct part *part;

    if (link == NULL || (port->state != PORT_HOME && !port->shut)) {
        return;
    }
    part = part_of(letter);
    if (part == NULL) {
        panic("ipc: no memory for the queue of port %lx", port->id);
    }
    part->link = link;
    part->done = (uint32_t)letter->msg.arg;
    if (port->moving == NULL) {
        port->moving = part;
    } else {
        port->moving_last->more = part;
    }
    port->moving_last = part;
    link->queued++;
    port->queued_owed--;
    if (part->flags & MB_PART_LAST) {
        insert(port, port->moving);
        port_trace_readable(port, port->moving);
        port->moving = NULL;
        if (port->queued_owed == 0) {
            port_trace_waited(port, port->moved_last->next);
            port->moved_last = NULL;
            drop_gone(port);
        }
        port_wake(port);
    }
}

/* -- the other ends -- */

static void answer_mark(const struct mb_msg *moved, uint32_t sent, bool gone)
{
    struct mb_msg msg = port_control(MB_PORT_MARK, (uint32_t)moved->arg,
                                     moved->tag, moved->index);

    msg.aux = sent;
    msg.arg = gone;
    port_post(&msg, NULL, 0);
}

/* READ once more: one that was sent to the old home from a former home of this
 * end may come too late to be sent on. */
static void tell_read(const struct link *link)
{
    struct mb_msg msg = port_control(MB_PORT_READ, link->node, link->peer,
                                     link->port->id);

    msg.aux = link->consumed;
    msg.arg = link->port->reads_no_more;
    port_post(&msg, NULL, 0);
}

void port_moved(struct letter *letter)
{
    const struct mb_msg *msg = &letter->msg;
    struct port *port = port_find(msg->index);
    struct link *link = port != NULL ? link_find(port, msg->tag) : NULL;

    if (msg->index == 0) {
        names_moved(letter);
        answer_mark(msg, 0, false);
    } else if (link == NULL) {
        answer_mark(msg, 0, true);
    } else {
        link->node = msg->aux;
        answer_mark(msg, link->sent, false);
        tell_read(link);
    }
}

/* It will not come any more: the process goes on without it. */
void port_awaited_lost(struct port *port, uint32_t node)
{
    if (port->state != PORT_AWAITED || port->target != node) {
        return;
    }
    port->state = PORT_HOME;
    port->links_owed = 0;
    port->error = ECONNRESET;
    if (port->type == 0) {
        port->type = PORT_STREAM;
    }
    port_wake(port);
    if (port->close_awaited) {
        port_close(port);
    }
}
