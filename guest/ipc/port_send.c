/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending: messages are cut into parts of a page.
 *
 * A sender may be ahead of what the other end has read by its window (SO_SNDBUF
 * in pages) and a quarter. The other end tells what it has read when that is a
 * quarter of the window, so an empty queue always leaves the whole window.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "fs/uio.h"
#include "ipc/port_internal.h"
#include "lib/errno.h"
#include "mm/page.h"

static struct mb_msg part_message(const struct link *link, uint32_t flags)
{
    return (struct mb_msg){
        .type = MB_MSG_PART,
        .source = (uint16_t)bridge_node(),
        .target = (uint16_t)link->node,
        .object = flags,
        .index = link->peer,
        .tag = link->port->id,
        .aux = link->sent,
        .arg = MB_PART_ARG(link->consumed, port_window(link->port),
                           bridge_node()),
    };
}

static void post_part(struct link *link, uint32_t flags, void *page,
                      uint32_t bytes)
{
    struct mb_msg msg = part_message(link, flags);

    link->sent++;
    link->consumed_told = link->consumed;
    port_post_part(&msg, page, bytes, link->port);
}

void link_post_end(struct link *link, uint32_t flags)
{
    post_part(link, flags | MB_PART_END, NULL, 0);
}

void port_refuse(uint32_t node, uint64_t to, uint64_t from)
{
    const struct mb_msg msg = {
        .type = MB_MSG_PART,
        .source = (uint16_t)bridge_node(),
        .target = (uint16_t)node,
        .object = MB_PART_END | MB_PART_CLOSE,
        .index = to,
        .tag = from,
        .arg = MB_PART_ARG(0, 1, bridge_node()),
    };

    port_post_part(&msg, NULL, 0, NULL);
}

static uint32_t room_of(const struct link *link)
{
    uint32_t window = port_window(link->port);
    uint32_t most = window + (window + 3) / 4;
    uint32_t ahead = link->sent - link->read;

    return ahead < most ? most - ahead : 0;
}

static uint32_t parts_of(uint64_t bytes)
{
    return bytes == 0 ? 1 : (uint32_t)((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
}

/* Why nothing can be sent any more, or 0. */
static int obstacle(const struct port *port, const struct link *link)
{
    if (port->sends_no_more) {
        return -EPIPE;
    }
    if (link == NULL) {
        return -ENOTCONN;
    }
    if (link->gone && port->type == PORT_DATAGRAM) {
        return -ECONNREFUSED;
    }
    return link->gone || link->deaf ? -EPIPE : 0;
}

/* An error that the other end has caused is told once. */
static int take_error(struct port *port)
{
    int error = port->error;

    port->error = 0;
    return -error;
}

/* A page for each part, chained by their first words. -ENOBUFS: none is got. */
static int get_pages(uint32_t count, void **first)
{
    *first = NULL;
    while (count-- > 0) {
        void **page = page_alloc_raw();

        if (page == NULL) {
            while (*first != NULL) {
                page = *first;
                *first = *page;
                page_put(page);
            }
            return -ENOBUFS;
        }
        *page = *first;
        *first = page;
    }
    return 0;
}

/* Everything has been checked: it goes. */
static void post_all(struct link *link, struct uio *uio, uint64_t bytes,
                     void *pages, bool is_stream)
{
    uint64_t left = bytes;

    do {
        uint32_t part = left < PAGE_SIZE ? (uint32_t)left : PAGE_SIZE;
        uint32_t flags = 0;
        void **page = pages;

        if (page != NULL) {
            pages = *page;
            uio_get(uio, page, part);
        }
        if (left == bytes || is_stream) {
            flags |= MB_PART_FIRST;
        }
        left -= part;
        if (left == 0 || is_stream) {
            flags |= MB_PART_LAST;
        }
        post_part(link, flags, page, part);
    } while (left > 0);
}

int64_t port_send_message(struct port *port, struct link *link,
                          struct uio *uio)
{
    uint32_t count = parts_of(uio->bytes);
    void *pages;
    int error;

    if (link == NULL) {
        link = port->peer;
    }
    error = take_error(port);
    if (error == 0) {
        error = obstacle(port, link);
    }
    if (error != 0) {
        return error;
    }
    if (uio->bytes > port->window_bytes ||
        count > PORT_MESSAGE_PARTS) {
        return -EMSGSIZE;
    }
    if (room_of(link) < count) {
        return -EAGAIN;
    }
    error = get_pages(uio->bytes == 0 ? 0 : count, &pages);
    if (error == 0) {
        post_all(link, uio, uio->bytes, pages, false);
    }
    return error != 0 ? error : (int64_t)uio->bytes;
}

int64_t port_send_stream(struct port *port, struct uio *uio, uint64_t bytes)
{
    uint64_t room;
    void *pages;
    int error = take_error(port);

    if (error == 0) {
        error = obstacle(port, port->peer);
    }
    if (error != 0 || bytes == 0) {
        return error;
    }
    room = (uint64_t)room_of(port->peer) * PAGE_SIZE;
    if (room == 0) {
        return -EAGAIN;
    }
    bytes = bytes < room ? bytes : room;
    error = get_pages(parts_of(bytes), &pages);
    if (error == 0) {
        post_all(port->peer, uio, bytes, pages, true);
    }
    return error != 0 ? error : (int64_t)bytes;
}

static void tell_deaf(const struct link *link)
{
    struct mb_msg msg = port_control(MB_PORT_READ, link->node, link->peer,
                                     link->port->id);

    msg.aux = link->consumed;
    msg.arg = 1;
    port_post(&msg, NULL, 0);
}

void port_shutdown(struct port *port, unsigned how)
{
    struct link *link = port->peer;

    if ((how & PORT_SHUT_WRITE) && !port->sends_no_more) {
        port->sends_no_more = true;
        if (link != NULL && !link->gone) {
            link_post_end(link, 0);
        }
    }
    if ((how & PORT_SHUT_READ) && !port->reads_no_more) {
        port->reads_no_more = true;
        port_drop_queue(port);
        if (link != NULL && !link->gone) {
            tell_deaf(link);
        }
    }
    port_wake(port);
}

/* As Linux: writable while half of the window or more is free. */
static bool is_writable(const struct port *port)
{
    const struct link *link = port->peer;

    return link == NULL || link->gone || link->deaf || port->sends_no_more ||
           room_of(link) * 2 >= port_window(port);
}

int port_poll(const struct port *port)
{
    const struct link *link = port->peer;
    bool ended = port->reads_no_more ||
                 (port->type != PORT_DATAGRAM && link != NULL && link->ended);
    int ready = 0;

    if (port->queue != NULL || port->queued_owed > 0 ||
        port->pending != NULL || ended) {
        ready |= LINUX_POLLIN | LINUX_POLLRDNORM;
    }
    if (!port->listens && is_writable(port)) {
        ready |= LINUX_POLLOUT | LINUX_POLLWRNORM;
    }
    if (ended) {
        ready |= LINUX_POLLRDHUP;
    }
    if (port->type != PORT_DATAGRAM && !port->listens &&
        (link == NULL || link->gone ||
         (ended && port->sends_no_more))) {
        ready |= LINUX_POLLHUP;
    }
    if (port->error != 0) {
        ready |= LINUX_POLLERR;
    }
    return ready;
}
