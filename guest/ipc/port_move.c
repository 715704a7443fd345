/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The old home of a port that moves.
 *
 * The port goes at one point in the order of its messages: MB_PORT_STATE. From
 * then on the new home has it; what still comes here is sent on. The new home
 * tells the other ends, and each answers here with MB_PORT_MARK: how many parts
 * it has sent here in all. When so many have come from each, and have been sent
 * on, there is nothing to be done here any more, and nothing is left.
 */
#include "ipc/port_move.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "ipc/port_image.h"
#include "ipc/transport.h"
#include "lib/printk.h"
#include "mm/page.h"

static void (*on_left)(uint32_t pid, uint32_t epoch);

void ports_on_left(void (*left)(uint32_t pid, uint32_t epoch))
{
    on_left = left;
}

bool ports_are_leaving(uint32_t pid)
{
    for (const struct port *port = port_next(NULL); port != NULL;
         port = port_next(port)) {
        if (port->pid == pid && (port->leaves ||
                                 port->state == PORT_LEAVING)) {
            return true;
        }
    }
    return false;
}

/* -- what is done when all has come -- */

static bool is_over(const struct port *port)
{
    if (port->in_flight > 0 || (port->has_entry && !port->name_marked)) {
        return false;
    }
    for (const struct link *link = port->links; link; link = link->next) {
        if (!link->marked || (!link->gone && link->arrived != link->mark)) {
            return false;
        }
    }
    return true;
}

void port_leaving_progress(struct port *port)
{
    uint32_t pid = port->pid;
    uint32_t epoch = port->epoch;

    if (is_over(port)) {
        port_free(port);
        on_left(pid, epoch);
    }
}

/* -- leaving -- */

static struct mb_msg on_the_way(const struct port *port, struct mb_msg msg)
{
    msg.source = (uint16_t)bridge_node();
    msg.target = (uint16_t)port->target;
    msg.pid = port->pid;
    msg.epoch = port->epoch;
    return msg;
}

void port_post_state(const struct port *port, uint16_t flags)
{
    static struct port_image image;
    struct mb_msg msg = port_control(MB_PORT_STATE, port->target, port->id, 0);

    port_encode(port, &image);
    msg = on_the_way(port, msg);
    msg.flags = flags;
    port_post(&msg, &image, sizeof(image));
    for (const struct link *link = port->links; link; link = link->next) {
        struct link_image link_image;

        link_encode(link, &link_image);
        msg.object = MB_PORT_STATE_LINK;
        msg.tag = link->peer;
        port_post(&msg, &link_image, sizeof(link_image));
    }
}

struct mb_msg port_moved_part(const struct port *port, const struct part *part,
                              const struct link *link, uint32_t flags,
                              uint64_t arg)
{
    const struct mb_msg msg = {
        .type = MB_MSG_PART,
        .object = part->flags | flags,
        .index = port->id,
        .tag = link->peer,
        .aux = part->seq,
        .arg = arg,
    };

    return on_the_way(port, msg);
}

/* Hands a part over; it is not here any more. */
static void post_part(struct port *port, struct part *part, uint32_t flags,
                      uint64_t arg)
{
    struct mb_msg msg = port_moved_part(port, part, part->link, flags, arg);

    port_post_part(&msg, part->page, part->bytes, port);
    part->page = NULL;
}

static void post_queue(struct port *port)
{
    while (port->queue != NULL) {
        struct part *message = port->queue;

        port->queue = message->next;
        for (struct part *part = message; part != NULL; part = part->more) {
            port_trace_accepted(port, part);
            part->link->queued--;
            post_part(port, part, MB_PART_QUEUED, part->done);
        }
        part_free(message);
    }
}

static void post_incomplete(struct port *port, struct link *link)
{
    for (struct part *part = link->partial; part != NULL; part = part->more) {
        post_part(port, part, 0, part->arg);
    }
    part_free(link->partial);
    link->partial = NULL;
    while (link->early != NULL) {
        struct part *part = link->early;

        link->early = part->next;
        part->link = link;
        port_trace_accepted(port, part);
        post_part(port, part, 0, part->arg);
        part_free(part);
    }
}

static void leave(struct port *port)
{
    port->leaves = false;
    port->state = PORT_LEAVING;
    for (struct link *link = port->links; link != NULL; link = link->next) {
        link->marked = link->gone;
    }
    port->in_flight++;          /* not over before all of it is posted */
    if (port->shut) {
        port_forget_posted(port);
        port_release(port);
    } else {
        port_post_state(port, 0);
        transport_flush();      /* a long queue does not keep the port here */
        post_queue(port);
        for (struct link *link = port->links; link; link = link->next) {
            post_incomplete(port, link);
        }
    }
    port->in_flight--;
    port_leaving_progress(port);
}

void port_move_progress(struct port *port)
{
    if (port_is_asking(port)) {
        return;
    }
    if (port->leaves) {
        leave(port);
    } else if (port->asks_last) {
        port->asks_last = false;
        on_left(port->pid, port->epoch);
    }
}

void ports_depart(uint32_t pid, uint32_t epoch, uint32_t target)
{
    struct port *next;

    for (struct port *port = port_next(NULL); port != NULL; port = next) {
        next = port_next(port);
        if (port->pid == pid && port->state == PORT_HOME) {
            port->leaves = true;
            port->epoch = epoch;
            port->target = target;
            port_move_progress(port);
        }
    }
    port_settle();
}

void ports_abandon(uint32_t pid)
{
    struct port *next;

    ports_reopen(pid);
    for (struct port *port = port_next(NULL); port != NULL; port = next) {
        next = port_next(port);
        if (port->pid == pid && port->state == PORT_HOME) {
            port_close(port);
            next = port_next(NULL);
        }
    }
    port_settle();
}

/* -- what still comes -- */

static void mark(struct port *port, const struct mb_msg *msg)
{
    struct link *link = link_find(port, msg->tag);

    if (msg->tag == 0) {
        port->name_marked = true;
    } else if (link != NULL) {
        link->marked = true;
        link->gone |= msg->arg != 0;
        link->mark = msg->aux;
    }
}

static void pass_part(struct port *port, struct letter *letter)
{
    struct link *link = link_find(port, letter->msg.tag);
    struct mb_msg msg = on_the_way(port, letter->msg);

    if (link != NULL) {
        link->arrived++;
    }
    if (letter->length > 0 && letter->page == NULL) {
        /* no memory to take it from the queue of the bridge */
        printk("ipc: no memory for a message to port %lx\n", port->id);
        msg = on_the_way(port, port_control(MB_PORT_LOST, 0, port->id,
                                            letter->msg.tag));
        port_post(&msg, NULL, 0);
        return;
    }
    port_trace_sent_on(port, &msg);
    port_post_part(&msg, letter->page, letter->length, port);
    letter->page = NULL;
}

void port_pass(struct port *port, struct letter *letter)
{
    struct mb_msg msg = on_the_way(port, letter->msg);

    if (letter->msg.type == MB_MSG_PART) {
        pass_part(port, letter);
    } else if (letter->msg.object == MB_PORT_MARK) {
        mark(port, &letter->msg);
    } else {
        port_post(&msg, letter->page, letter->length);
    }
    port_leaving_progress(port);
}

/* -- a node is lost -- */

/* With its process, if it was the new home. */
static void lose_target(struct port *port)
{
    for (struct link *link = port->links; link != NULL; link = link->next) {
        struct mb_msg msg = port_control(MB_PORT_LOST, link->node, link->peer,
                                         port->id);

        port_post(&msg, NULL, 0);
        link->marked = true;
        link->gone = true;
    }
    port->name_marked = true;
}

void port_leaving_lost(struct port *port, uint32_t node)
{
    if (port->target == node) {
        lose_target(port);
    }
    for (struct link *link = port->links; link != NULL; link = link->next) {
        if (link->node == node) {
            link->marked = true;
            link->gone = true;
        }
    }
    if (port->has_entry && name_node(&port->name) == node) {
        port->name_marked = true;
    }
    port_leaving_progress(port);
}
