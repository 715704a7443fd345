/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parcels: messages under way, and what their owners want to be told of.
 *
 * A parcel that was posted is `left` once, when its last byte has left the
 * node for the first time, and `done` once behind that, when its payload is
 * not needed any more: at the same moment where a link cannot lose anything,
 * else when it has been acknowledged or its receiver been given up.
 */
#ifndef IPC_PARCEL_H
#define IPC_PARCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/ring.h"

struct channel;

enum lane {
    LANE_URGENT,
    LANE_BULK,
    LANES,
};

struct parcel {
    struct mb_msg msg;
    const void *payload;        /* kernel memory within one page; it must not
                                 * change before the parcel is done */
    uint32_t length;
    enum lane lane;
    void *page;                 /* page_put when it is done; NULL: none */
    void (*left)(void *owner);  /* NULL: nobody wants to know */
    /* `sent`: it may have arrived; false: it has never left. NULL: as above */
    void (*done)(void *owner, bool sent);
    void *owner;
    struct parcel *next;        /* transport's own */
    /* -- the channel's own -- */
    struct channel *channel;
    uint64_t first_ns;          /* when it left first and last */
    uint64_t sent_ns;
    uint32_t sent_count;        /* how often it was given to the hardware */
    bool in_hardware;
    bool overdue;               /* is to be sent again */
    bool settled;               /* done, when the hardware lets go of it */
};

#endif
