/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node posts to itself: there is no wire, all else is as it is between
 * two nodes. It arrives at the node's next interrupt, never inside the call
 * that posts it.
 */
#ifndef IPC_LOOPBACK_H
#define IPC_LOOPBACK_H

#include "ipc/parcel.h"

/* `deliver` as of transport_init; `finish` ends a parcel, which has been sent,
 * and gives it back. */
void loopback_init(bool (*deliver)(const struct mb_rx_completion *message,
                                   void *page, bool may_keep),
                   void (*finish)(struct parcel *parcel, bool sent));
/* Takes the parcel over, of either lane: both are one here. */
void loopback_post(struct parcel *parcel);

#endif
