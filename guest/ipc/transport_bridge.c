/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migration bridge as a transport: lanes are its transmit queues.
 */
#include "ipc/transport.h"

#include "drivers/migbridge.h"
#include "hw/abi/regs.h"

_Static_assert(LANE_URGENT == MB_TX_URGENT && LANE_BULK == MB_TX_BULK &&
               LANES == MB_TX_QUEUES, "a lane is a queue");

static void queue_has_room(unsigned queue)
{
    (void)queue;
    transport_room();
}

static void open(void)
{
    bridge_on_room(queue_has_room);
    bridge_on_receive(transport_receive);
}

const struct transport_ops transport_bridge = {
    .open = open,
    .is_faulty = bridge_faulty,
    .post = bridge_post,
    .ring = bridge_doorbell,
};
