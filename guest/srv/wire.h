/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How messages of the file service get from node to node: through the
 * transport, or, where client and server are one node, through a queue.
 *
 * All of them go on the urgent lane, so they arrive in the order in which they
 * were sent. No handler ever runs inside another one or inside a system call:
 * what a node sends to itself is handled at its next interrupt.
 */
#ifndef SRV_WIRE_H
#define SRV_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/file.h"
#include "hw/abi/message.h"
#include "hw/abi/ring.h"

struct wire_message {
    struct mb_msg msg;
    void *page;                 /* one reference, NULL: no payload */
    uint32_t length;
    void (*left)(void *owner);  /* it has left this node; NULL: never mind */
    void *owner;
};

/* A message to a node, otherwise all zeroes. */
static inline struct wire_message wire_message(uint32_t target,
                                               enum mb_file_message what,
                                               uint32_t file)
{
    return (struct wire_message) {
        .msg = {
            .type = MB_MSG_FILE,
            .target = (uint16_t)target,
            .object = what,
            .index = file,
        },
    };
}

/* Sends a copy and takes the page over. To a lost node: nothing happens, not
 * even `left`. */
void wire_send(const struct wire_message *message);

/* What is called with each message that arrives. It may keep the page by
 * taking a reference. */
void wire_init(void (*receive)(const struct mb_msg *msg, void *page,
                               uint32_t length));
/* From the transport; true: the page is kept. */
bool wire_receive(const struct mb_msg *msg, void *page, uint32_t length,
                  bool may_keep);

#endif
