/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Driver of the migration bridge: queues, interrupts, time, stamps, output.
 * Specification: docs/specs/device.md, hw/abi/.
 */
#ifndef DRIVERS_MIGBRIDGE_H
#define DRIVERS_MIGBRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/board.h"
#include "hw/abi/export.h"
#include "hw/abi/message.h"
#include "hw/abi/ring.h"
#include "hw/abi/trace.h"

/* Entries of each queue. */
#define BRIDGE_QUEUE_LOG2   8
#define BRIDGE_QUEUE        (1u << BRIDGE_QUEUE_LOG2)

/* Finds the device, sets up queues, posts receive buffers. Panics without. */
void bridge_init(void);
/* From the PLIC. */
void bridge_interrupt(void);

uint32_t bridge_node(void);
uint32_t bridge_node_count(void);
/* There is a link to the node; it may lose, double or delay messages. False
 * for nodes that do not exist. */
bool bridge_linked(uint32_t node);
bool bridge_faulty(uint32_t node);
void bridge_set_timer(uint64_t deadline_ns);
void bridge_set_board(const struct mb_board *board);
/* Pages that the bridge serves by itself (hw/abi/export.h). The description can be
 * reused at once. */
void bridge_export(const struct mb_export *description);
/* Called when an export has sent as many as its notice's alarm says. */
void bridge_on_served(void (*served)(void));

/* Appends a record to the trace, whose time_ns is a number of cycles or, for
 * now, 0. A panic may come before bridge_init: stamps and the halt then do
 * nothing. */
void bridge_stamp(const struct mb_trace_record *record);
/* The same from the parts that vary. */
void bridge_trace(enum mb_trace_type type, uint32_t pid, uint32_t epoch,
                  uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3);
/* Hands output of a process to the host; bytes must be in kernel memory. */
void bridge_output(uint32_t pid, uint32_t stream, uint64_t offset,
                   const void *bytes, uint32_t length);
/* Ends the whole run with MB_HALT_*. */
void bridge_halt(uint32_t code);

/*
 * Queues a message; nothing leaves before bridge_doorbell(). `payload` is
 * kernel memory within one page, NULL with length 0. When the message has left,
 * `done` (may be NULL) is called with `context` from the interrupt.
 * -EAGAIN: the queue is full; bridge_on_room's function is called when not.
 */
int bridge_post(unsigned queue, const struct mb_msg *msg, const void *payload,
                uint32_t length, void (*done)(void *context), void *context);
void bridge_doorbell(unsigned queue);
uint32_t bridge_room(unsigned queue);
void bridge_on_room(void (*room)(unsigned queue));

/* Called for each message, in order. `page` is a whole page with one
 * reference that holds `length` bytes, the rest undefined; the receiver
 * returns true if it keeps the page, else it is used again. It must not keep
 * it without `may_keep`: there is no memory for another buffer. */
void bridge_on_receive(bool (*receive)(const struct mb_rx_completion *message,
                                       void *page, bool may_keep));

/* Gives the replacement of the next kept buffer back and gets another one,
 * filled with zeroes: what a driver does that has none beforehand. False:
 * there is no memory for one. */
bool bridge_renew_spare(void);

/* Between the two no message is handed to the receiver; calls nest. What has
 * arrived meanwhile interrupts after the release. */
void bridge_hold_receive(void);
void bridge_release_receive(void);

#endif
