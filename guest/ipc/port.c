/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of ports, their links, and how both end.
 *
 * Invariant: a link of a port that is CLOSED is waiting for the other end to
 * say that it knows; a port that is CLOSED has such a link, or parts in the
 * transport.
 */
#include "ipc/port_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"
#include "proc/proc.h"

#define NODE_SHIFT  32          /* in the number of a port */
#define TABLE       256u

static struct slab ports = SLAB(struct port, PORTS_MAX);
static struct slab links = SLAB(struct link, LINKS_MAX);
static struct slab parts = SLAB(struct part, PARTS_MAX);
static struct port *table[TABLE];
static uint32_t last_number;

void ports_init(void)
{
    port_post_init();
}

/* -- the table -- */

static struct port **place_of(uint64_t id)
{
    return &table[(id ^ id >> NODE_SHIFT) % TABLE];
}

struct port *port_find(uint64_t id)
{
    struct port *port = *place_of(id);

    while (port != NULL && port->id != id) {
        port = port->next;
    }
    return port;
}

struct port *port_next(const struct port *port)
{
    uint32_t place = 0;

    if (port != NULL) {
        if (port->next != NULL) {
            return port->next;
        }
        place = (uint32_t)(place_of(port->id) - table) + 1;
    }
    while (place < TABLE && table[place] == NULL) {
        place++;
    }
    return place < TABLE ? table[place] : NULL;
}

struct port *port_make(uint64_t id, uint32_t pid)
{
    struct port *port = slab_alloc(&ports);

    if (port != NULL) {
        port->id = id;
        port->pid = pid;
        port->window_bytes = PORT_WINDOW_BYTES;
        port->next = *place_of(id);
        *place_of(id) = port;
    }
    return port;
}

struct port *port_create(enum port_type type, uint32_t pid)
{
    struct port *port = port_make((uint64_t)bridge_node() << NODE_SHIFT |
                                  (last_number + 1), pid);

    if (port != NULL) {
        last_number++;
        port->type = type;
    }
    return port;
}

void port_free(struct port *port)
{
    struct port **at = place_of(port->id);

    kassert(port->in_flight == 0);
    part_free(port->moving);
    port_drop_queue(port);
    while (port->links != NULL) {
        link_free(port->links);
    }
    while (*at != port) {
        at = &(*at)->next;
    }
    *at = port->next;
    slab_free(&ports, port);
}

void port_wake(const struct port *port)
{
    sched_wake(WAIT_PORT, port->id, UINT32_MAX);
    if (port->pid != 0) {
        sched_wake(WAIT_POLL, port->pid, UINT32_MAX);
    }
}

/* As many parts as its buffer counts for. */
uint32_t port_window(const struct port *port)
{
    return (port->window_bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* -- parts -- */

struct part *part_of(struct letter *letter)
{
    struct part *part = NULL;

    if (letter->length == 0 || letter->page != NULL) {
        part = slab_alloc(&parts);
    }
    if (part != NULL) {
        part->page = letter->page;
        part->bytes = letter->length;
        part->seq = letter->msg.aux;
        part->flags = letter->msg.object;
        part->arg = letter->msg.arg;
        part->taken = instant_now();
        part->epoch = letter->msg.epoch;
        letter->page = NULL;
    }
    return part;
}

void part_free(struct part *part)
{
    while (part != NULL) {
        struct part *more = part->more;

        page_put(part->page);
        slab_free(&parts, part);
        part = more;
    }
}

/* -- links -- */

struct link *link_find(const struct port *port, uint64_t peer)
{
    struct link *link = port->links;

    while (link != NULL && link->peer != peer) {
        link = link->next;
    }
    return link;
}

struct link *link_create(struct port *port, uint64_t peer, uint32_t node,
                         const struct port_name *name)
{
    struct link *link = slab_alloc(&links);

    if (link != NULL) {
        link->port = port;
        link->peer = peer;
        link->node = node;
        link->window = 1;
        if (name != NULL) {
            link->name = *name;
        }
        link->next = port->links;
        port->links = link;
    }
    return link;
}

void link_free(struct link *link)
{
    struct link **at = &link->port->links;

    kassert(link->queued == 0);
    while (link->early != NULL) {
        struct part *next = link->early->next;

        part_free(link->early);
        link->early = next;
    }
    part_free(link->partial);
    while (*at != link) {
        at = &(*at)->next;
    }
    *at = link->next;
    if (link->port->peer == link) {
        link->port->peer = NULL;
    }
    slab_free(&links, link);
}

/* The state of a connection outlives its other end: it says how the program
 * is told. */
void link_progress(struct link *link)
{
    struct port *port = link->port;

    if (!link->gone || link->queued > 0 || port->state == PORT_LEAVING) {
        return;
    }
    if (port->state == PORT_HOME && port->queued_owed > 0) {
        return;                 /* parts of it may be among those */
    }
    if (port->state == PORT_CLOSED) {
        link_free(link);
        port_progress(port);
    } else if (link != port->peer) {
        link_free(link);
    }
}

/* -- the end -- */

void port_progress(struct port *port)
{
    if (port->state == PORT_LEAVING) {
        port_leaving_progress(port);
    } else if (port->state == PORT_CLOSED && port->links == NULL &&
        port->in_flight == 0 && port->query.state == QUERY_NONE) {
        port_free(port);
    }
}

static void close_links(struct port *port, uint32_t flags)
{
    struct link *next;

    for (struct link *link = port->links; link != NULL; link = next) {
        next = link->next;
        if (link->gone) {
            link_free(link);
        } else {
            link_post_end(link, flags | MB_PART_CLOSE);
        }
    }
}

static bool is_unread(const struct port *port)
{
    return port->queue != NULL && port->type != PORT_DATAGRAM;
}

static void close_port(struct port *port, uint32_t flags)
{
    flags |= is_unread(port) ? MB_PART_RESET : 0;
    if (port->state == PORT_AWAITED) {
        port->close_awaited = true;
        port->pid = 0;
        return;
    }
    while (port->pending != NULL) {
        struct port *pending = port->pending;

        port->pending = pending->pending_next;
        close_port(pending, MB_PART_RESET);
    }
    port->pid = 0;
    port->peer = NULL;
    port_drop_queue(port);
    port->state = PORT_CLOSED;
    if (port->has_entry) {
        struct mb_msg msg = port_control(MB_PORT_UNNAME,
                                         name_node(&port->name), 0, port->id);

        port_post_name(&msg, &port->name);
    }
    close_links(port, flags);
    port_progress(port);
}

void port_close(struct port *port)
{
    close_port(port, 0);
}

int port_pair(struct port *a, struct port *b)
{
    a->peer = link_create(a, b->id, bridge_node(), NULL);
    b->peer = link_create(b, a->id, bridge_node(), NULL);
    return a->peer != NULL && b->peer != NULL ? 0 : -ENOBUFS;
}

/* -- a node is lost -- */

void ports_lost(uint32_t node)
{
    struct port *next;

    names_lost(node);
    for (struct port *port = port_next(NULL); port != NULL; port = next) {
        struct link *link = port->links;

        next = port_next(port);
        query_lost(port, node);
        if (port->state == PORT_LEAVING) {
            port_leaving_lost(port, node);
            continue;
        }
        if (port->state == PORT_AWAITED && port->shut &&
            port->target == node) {
            port_forget_queue(port);    /* its process is not coming */
            port_free(port);
            continue;
        }
        port_awaited_lost(port, node);
        while (link != NULL) {
            struct link *following = link->next;

            if (link->node == node && !link->gone) {
                link_lose(link);
            }
            link = following;
        }
    }
    port_settle();
}
