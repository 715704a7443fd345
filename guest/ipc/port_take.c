/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking what comes: parts in the order of their numbers, messages when they
 * are complete.
 *
 * Invariant: link->arrived counts the parts that are in order and those that
 * are early; a part is taken once, whichever way it came.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "fs/uio.h"
#include "ipc/port_internal.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"

static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* -- the queue of messages -- */

static uint32_t count_parts(const struct part *message)
{
    uint32_t count = 0;

    for (; message != NULL; message = message->more) {
        count++;
    }
    return count;
}

void port_append(struct port *port, struct part *message)
{
    message->next = NULL;
    if (port->queue == NULL) {
        port->queue = message;
    } else {
        port->queue_last->next = message;
    }
    port->queue_last = message;
    message->link->queued += count_parts(message);
}

/* The first message is done with. */
static void drop_first(struct port *port)
{
    struct part *message = port->queue;
    struct link *link = message->link;
    uint32_t count = count_parts(message);

    port->queue = message->next;
    if (port->moved_last == message) {
        port->moved_last = NULL;
    }
    part_free(message);
    link->queued -= count;
    link_consume(link, count);
}

static void read_first(struct port *port)
{
    port_trace_read(port, port->queue);
    drop_first(port);
}

void port_drop_queue(struct port *port)
{
    while (port->queue != NULL) {
        drop_first(port);
    }
}

void port_forget_queue(struct port *port)
{
    while (port->queue != NULL) {
        struct part *message = port->queue;

        port->queue = message->next;
        message->link->queued -= count_parts(message);
        part_free(message);
    }
}

void link_consume(struct link *link, uint32_t count)
{
    uint32_t enough = (link->window + 3) / 4;

    link->consumed += count;
    if (link->gone) {
        link_progress(link);
        return;
    }
    if (link->consumed - link->consumed_told >= enough) {
        struct mb_msg msg = port_control(MB_PORT_READ, link->node, link->peer,
                                         link->port->id);

        link->consumed_told = link->consumed;
        msg.aux = link->consumed;
        msg.arg = link->port->reads_no_more;
        port_post(&msg, NULL, 0);
    }
}

/* -- parts in order -- */

static void end(struct link *link, uint32_t flags)
{
    struct port *port = link->port;

    link->ended = true;
    if (flags & MB_PART_CLOSE) {
        struct mb_msg msg = port_control(MB_PORT_CLOSED, link->node,
                                         link->peer, port->id);

        port_post(&msg, NULL, 0);
        link->gone = true;
        if (flags & MB_PART_RESET) {
            port->error = ECONNRESET;
        }
    }
}

static void complete(struct link *link)
{
    struct part *message = link->partial;

    link->partial = NULL;
    if (link->port->state == PORT_CLOSED || link->port->reads_no_more) {
        uint32_t count = count_parts(message);

        part_free(message);
        link_consume(link, count);
    } else {
        port_append(link->port, message);
        if (link->port->queued_owed == 0) {
            port_trace_readable(link->port, message);
        }
    }
}

static void take_in_order(struct link *link, struct part *part)
{
    uint32_t flags = part->flags;

    link->expected++;
    part->next = NULL;
    if (flags & MB_PART_END) {
        part_free(part);
        end(link, flags);
        return;
    }
    if (link->partial == NULL) {
        link->partial = part;
    } else {
        link->partial_last->more = part;
    }
    link->partial_last = part;
    if (flags & MB_PART_LAST) {
        complete(link);
    }
}

/* False: it has come already. */
static bool keep_early(struct link *link, struct part *part)
{
    struct part **at = &link->early;

    while (*at != NULL && is_before((*at)->seq, part->seq)) {
        at = &(*at)->next;
    }
    if (*at != NULL && (*at)->seq == part->seq) {
        return false;
    }
    part->next = *at;
    *at = part;
    return true;
}

/* Those that were early have waited for what the old home has sent on. */
static void take(struct link *link, struct part *part)
{
    uint32_t epoch = part->epoch;

    if (is_before(part->seq, link->expected) || !keep_early(link, part)) {
        part_free(part);
        return;
    }
    link->arrived++;
    while (link->early != NULL && link->early->seq == link->expected) {
        part = link->early;
        link->early = part->next;
        part->link = link;
        if (part->epoch == 0 && epoch != 0) {
            part->epoch = epoch;
            port_trace_accepted(link->port, part);
        }
        take_in_order(link, part);
    }
}

/* What the other end says of this end's parts, with each of its own. */
static void note(struct link *link, const struct mb_msg *msg)
{
    link->window = MB_PART_WINDOW(msg->arg);
    if (msg->object & MB_PART_CLOSE) {
        link->node = MB_PART_NODE(msg->arg);    /* it stays there */
    }
    if (is_before(link->read, MB_PART_READ(msg->arg))) {
        link->read = MB_PART_READ(msg->arg);
    }
}

void port_take_part(struct letter *letter)
{
    const struct mb_msg *msg = &letter->msg;
    struct port *port = port_find(msg->index);
    struct link *link = port != NULL ? link_find(port, msg->tag) : NULL;
    struct part *part;

    if (msg->object & MB_PART_QUEUED) {
        port_take_queued(letter);
        return;
    }
    if (link == NULL || link->gone) {
        if (msg->object & MB_PART_CLOSE) {
            struct mb_msg answer = port_control(
                MB_PORT_CLOSED, MB_PART_NODE(msg->arg), msg->tag, msg->index);

            port_post(&answer, NULL, 0);
        }
        return;
    }
    note(link, msg);
    part = part_of(letter);
    if (part == NULL) {
        printk("ipc: no memory for a message to port %lx\n", port->id);
        link_lose(link);
        return;
    }
    take(link, part);
    port_wake(port);
    if (link->gone) {
        link_progress(link);
    }
}

/* The other end is lost, or something of what it sent. */
void link_lose(struct link *link)
{
    struct port *port = link->port;

    link->gone = true;
    link->ended = true;
    if (link == port->peer) {
        port->error = ECONNRESET;
    }
    port_wake(port);
    link_progress(link);
}

/* -- reading -- */

/* 0, or why there is nothing to be read. 1: there is not, for ever. */
static int look(struct port *port)
{
    int error = port->error;

    if (port->queue != NULL && port->queued_owed > 0 &&
        port->moved_last == NULL) {
        return PORT_WAIT;       /* what is first is still on its way */
    }
    if (port->queue != NULL) {
        return 0;
    }
    if (port->queued_owed > 0) {
        return PORT_WAIT;
    }
    if (error != 0) {
        port->error = 0;
        return -error;
    }
    if (port->type == PORT_DATAGRAM) {
        return -EAGAIN;
    }
    if (port->peer == NULL) {
        return port->type == PORT_STREAM ? -EINVAL : -ENOTCONN;
    }
    return -EAGAIN;
}

static bool is_over(const struct port *port)
{
    return port->reads_no_more ||
           (port->type != PORT_DATAGRAM && port->peer != NULL &&
            port->peer->ended);
}

int port_receive_message(struct port *port, struct uio *uio, bool peek,
                         struct receipt *receipt)
{
    struct part *message;
    int error = look(port);

    *receipt = (struct receipt){ 0 };
    if (error != 0) {
        return error == -EAGAIN && is_over(port) ? 0 : error;
    }
    message = port->queue;
    receipt->from = message->link->name;
    for (const struct part *part = message; part != NULL; part = part->more) {
        uint64_t room = uio->bytes - receipt->bytes;
        uint64_t step = part->bytes < room ? part->bytes : room;

        uio_put(uio, part->page, step);
        receipt->bytes += step;
        receipt->message_bytes += part->bytes;
    }
    if (!peek) {
        read_first(port);
    }
    return 0;
}

int port_receive_stream(struct port *port, struct uio *uio, bool peek,
                        struct receipt *receipt)
{
    int error = look(port);
    struct part *part;

    *receipt = (struct receipt){ 0 };
    if (error != 0) {
        return error == -EAGAIN && is_over(port) ? 0 : error;
    }
    part = port->queue;
    while (part != NULL && receipt->bytes < uio->bytes) {
        uint64_t room = uio->bytes - receipt->bytes;
        uint64_t left = part->bytes - part->done;
        uint64_t step = left < room ? left : room;

        uio_put(uio, (uint8_t *)part->page + part->done, step);
        receipt->bytes += step;
        if (peek) {
            part = part->next;
            continue;
        }
        part->done += (uint32_t)step;
        if (part->done < part->bytes) {
            break;
        }
        if (port->queued_owed > 0 && port->moved_last == part) {
            read_first(port);
            break;              /* what follows is still on its way */
        }
        read_first(port);
        part = port->queue;
    }
    return 0;
}

uint64_t port_readable_bytes(const struct port *port)
{
    uint64_t bytes = 0;

    for (const struct part *m = port->queue; m != NULL; m = m->next) {
        for (const struct part *part = m; part != NULL; part = part->more) {
            bytes += part->bytes - part->done;
        }
        if (port->type != PORT_STREAM) {
            break;
        }
    }
    return bytes;
}
