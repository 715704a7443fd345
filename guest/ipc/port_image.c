/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports and links as they travel, see port_image.h.
 */
#include "ipc/port_image.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "hw/abi/segment.h"

#define PORT_LISTENS        1u
#define PORT_READS_NO_MORE  2u
#define PORT_SENDS_NO_MORE  4u
#define PORT_HAS_ENTRY      8u
#define PORT_QUERY_DONE     16u
#define PORT_QUERY_BINDS    32u

#define LINK_GONE           1u
#define LINK_DEAF           2u
#define LINK_ENDED          4u

static uint32_t flag(bool set, uint32_t value)
{
    return set ? value : 0;
}

/* Parts that are not whole messages are sent again, as if they came now. */
static uint32_t count_partial(const struct link *link)
{
    uint32_t count = 0;

    for (const struct part *part = link->partial; part; part = part->more) {
        count++;
    }
    return count;
}

void port_encode(const struct port *port, struct port_image *image)
{
    const struct port *pending = port->pending;

    *image = (struct port_image){
        .type = port->type,
        .flags = flag(port->listens, PORT_LISTENS) |
                 flag(port->reads_no_more, PORT_READS_NO_MORE) |
                 flag(port->sends_no_more, PORT_SENDS_NO_MORE) |
                 flag(port->has_entry, PORT_HAS_ENTRY) |
                 flag(port->query.state == QUERY_DONE, PORT_QUERY_DONE) |
                 flag(port->query.binds, PORT_QUERY_BINDS),
        .error = port->error,
        .window_bytes = port->window_bytes,
        .receive_timeout_ns = port->receive_timeout_ns,
        .send_timeout_ns = port->send_timeout_ns,
        .peer = port->peer != NULL ? port->peer->peer : 0,
        .backlog = port->backlog,
        .query_error = port->query.error,
        .name = port->name,
        .query_name = port->query.name,
    };
    for (const struct link *link = port->links; link; link = link->next) {
        image->link_count++;
        image->queued_parts += link->queued;
    }
    for (; pending != NULL; pending = pending->pending_next) {
        image->pending[image->pending_count++] = pending->id;
    }
}

void port_decode(struct port *port, const struct port_image *image)
{
    port->type = (enum port_type)image->type;
    port->listens = image->flags & PORT_LISTENS;
    port->reads_no_more = image->flags & PORT_READS_NO_MORE;
    port->sends_no_more = image->flags & PORT_SENDS_NO_MORE;
    port->has_entry = image->flags & PORT_HAS_ENTRY;
    port->error = image->error;
    port->window_bytes = image->window_bytes;
    port->receive_timeout_ns = image->receive_timeout_ns;
    port->send_timeout_ns = image->send_timeout_ns;
    port->backlog = image->backlog;
    port->queued_owed = image->queued_parts;
    port->name = image->name;
    port->query.name = image->query_name;
    port->query.state = image->flags & PORT_QUERY_DONE ? QUERY_DONE
                                                       : QUERY_NONE;
    port->query.binds = image->flags & PORT_QUERY_BINDS;
    port->query.error = image->query_error;
}

void link_encode(const struct link *link, struct link_image *image)
{
    *image = (struct link_image){
        .peer = link->peer,
        .node = link->node,
        .flags = flag(link->gone, LINK_GONE) | flag(link->deaf, LINK_DEAF) |
                 flag(link->ended, LINK_ENDED),
        .sent = link->sent,
        .read = link->read,
        .expected = link->expected - count_partial(link),
        .consumed = link->consumed,
        .consumed_told = link->consumed_told,
        .window = link->window,
        .name = link->name,
    };
}

void link_decode(struct link *link, const struct link_image *image)
{
    link->gone = image->flags & LINK_GONE;
    link->deaf = image->flags & LINK_DEAF;
    link->ended = image->flags & LINK_ENDED;
    link->sent = image->sent;
    link->read = image->read;
    link->expected = image->expected;
    link->arrived = image->expected;
    link->consumed = image->consumed;
    link->consumed_told = image->consumed_told;
    link->window = image->window;
    link->name = image->name;
}

static bool is_type(uint32_t type)
{
    return type == PORT_STREAM || type == PORT_DATAGRAM || type == PORT_PACKET;
}

bool port_image_is_sound(const struct letter *letter)
{
    const struct port_image *image = letter->page;

    return image != NULL && letter->length == sizeof(*image) &&
           is_type(image->type) && image->name.bytes <= PORT_NAME_MAX &&
           image->query_name.bytes <= PORT_NAME_MAX &&
           image->window_bytes >= PORT_WINDOW_LEAST &&
           image->window_bytes <= PORT_WINDOW_MOST &&
           image->pending_count <= PORT_IMAGE_PENDING &&
           image->link_count <= LINKS_MAX;
}

bool link_image_is_sound(const struct letter *letter)
{
    const struct link_image *image = letter->page;

    return image != NULL && letter->length == sizeof(*image) &&
           image->node < bridge_node_count() &&
           image->name.bytes <= PORT_NAME_MAX;
}
