/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a port and its links in the messages by which it moves.
 */
#ifndef IPC_PORT_IMAGE_H
#define IPC_PORT_IMAGE_H

#include <stdint.h>

#include "ipc/port_internal.h"

#define PORT_IMAGE_PENDING  (PORT_BACKLOG_MOST + 1)

/* Payload of MB_PORT_STATE. */
struct port_image {
    uint32_t type;
    uint32_t flags;             /* as port_image.c has them */
    int32_t error;
    uint32_t window_bytes;
    uint64_t receive_timeout_ns;
    uint64_t send_timeout_ns;
    uint64_t peer;              /* of the link that it is connected by, or 0 */
    uint32_t backlog;
    uint32_t link_count;
    uint32_t queued_parts;
    int32_t query_error;
    struct port_name name;
    struct port_name query_name;
    uint32_t pending_count;
    uint32_t reserved;
    uint64_t pending[PORT_IMAGE_PENDING];
};

/* Payload of MB_PORT_STATE_LINK. */
struct link_image {
    uint64_t peer;
    uint32_t node;
    uint32_t flags;
    uint32_t sent;
    uint32_t read;
    uint32_t expected;
    uint32_t consumed;
    uint32_t consumed_told;
    uint32_t window;
    struct port_name name;
    uint32_t reserved;
};

void port_encode(const struct port *port, struct port_image *image);
void port_decode(struct port *port, const struct port_image *image);
void link_encode(const struct link *link, struct link_image *image);
void link_decode(struct link *link, const struct link_image *image);
/* What came from another node is one. */
bool port_image_is_sound(const struct letter *letter);
bool link_image_is_sound(const struct letter *letter);

#endif
