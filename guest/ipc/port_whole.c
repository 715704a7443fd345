/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports that move as a part of their process, without the technique
 * communication-apart, as in DEMOS/MP (Powell and Miller, Process Migration in
 * DEMOS/MP, SOSP 1983).
 *
 * Port, links and queue go with the state of the frozen process, and come back
 * to life with it. Meanwhile the port is shut: what comes for it is held here,
 * and sent on when it is known that the process runs there. If it does not come
 * to that, the port has never left.
 */
#include "ipc/port_move.h"

#include <stddef.h>

#include "ipc/port_internal.h"

/* Behind each other and before the state of the process, which must find all
 * of it; the original stays here. */
static void post_copy(const struct port *port, const struct part *part,
                      const struct link *link, uint32_t flags, uint64_t arg)
{
    struct mb_msg msg = port_moved_part(port, part, link, flags, arg);

    msg.flags = MB_MSG_CRITICAL;
    port_post(&msg, part->page, part->bytes);
}

static void post_whole(struct port *port)
{
    port_post_state(port, MB_MSG_CRITICAL);
    for (const struct part *m = port->queue; m != NULL; m = m->next) {
        for (const struct part *part = m; part != NULL; part = part->more) {
            post_copy(port, part, m->link, MB_PART_QUEUED, part->done);
        }
    }
    for (const struct link *link = port->links; link; link = link->next) {
        for (const struct part *p = link->partial; p != NULL; p = p->more) {
            post_copy(port, p, link, 0, p->arg);
        }
        for (const struct part *p = link->early; p != NULL; p = p->next) {
            post_copy(port, p, link, 0, p->arg);
        }
    }
}

/* The process runs there, with what was posted. */
void port_forget_posted(struct port *port)
{
    for (const struct part *m = port->queue; m != NULL; m = m->next) {
        for (const struct part *part = m; part != NULL; part = part->more) {
            port_trace_accepted(port, part);
        }
    }
    port_forget_queue(port);
    for (struct link *link = port->links; link != NULL; link = link->next) {
        part_free(link->partial);
        link->partial = NULL;
        while (link->early != NULL) {
            struct part *part = link->early;

            link->early = part->next;
            part->link = link;
            port_trace_accepted(port, part);
            part_free(part);
        }
    }
}

/* The next port of the process that is here; NULL: the first, or none. */
static struct port *next_home(const struct port *port, uint32_t pid)
{
    struct port *next = port_next(port);

    while (next != NULL && (next->pid != pid || next->state != PORT_HOME)) {
        next = port_next(next);
    }
    return next;
}

bool port_is_asking(const struct port *port)
{
    return port->query.state != QUERY_NONE && port->query.state != QUERY_DONE;
}

bool ports_shut(uint32_t pid, uint32_t epoch)
{
    struct port *port;

    for (port = next_home(NULL, pid); port; port = next_home(port, pid)) {
        if (port_is_asking(port)) {
            port->asks_last = true;
            port->epoch = epoch;
            return false;
        }
    }
    for (port = next_home(NULL, pid); port; port = next_home(port, pid)) {
        port->shut = true;
    }
    return true;
}

void ports_post(uint32_t pid, uint32_t epoch, uint32_t target)
{
    struct port *port;

    for (port = next_home(NULL, pid); port; port = next_home(port, pid)) {
        port->epoch = epoch;
        port->target = target;
        post_whole(port);
    }
}

void ports_reopen(uint32_t pid)
{
    struct port *port;

    for (port = next_home(NULL, pid); port; port = next_home(port, pid)) {
        port_release(port);
    }
    port_settle();
}
