/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge, the queues: between migbridge.c and migbridge_queue.c only.
 */
#ifndef DRIVERS_MIGBRIDGE_QUEUE_H
#define DRIVERS_MIGBRIDGE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

/* Tells the device of all rings and, after it is enabled, of the receive
 * buffers. `registers` is where BAR 0 is mapped. */
void bridge_queues_init(uintptr_t registers);
void bridge_queues_start(void);

/* The two causes of an interrupt that queues have; the second one only while
 * bridge_hold_receive is not in force. */
void bridge_tx_interrupt(void);
void bridge_rx_interrupt(void);

/* Whether bridge_hold_receive is in force. */
bool bridge_receive_held(void);

#endif
