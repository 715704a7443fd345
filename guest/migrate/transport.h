/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How messages reach other nodes: two lanes, of which the urgent one is always
 * served first, and a backend that owns the hardware.
 *
 * Within a lane messages keep their order. What is posted on the bulk lane
 * never overtakes what was posted on the urgent lane before it.
 */
#ifndef MIGRATE_TRANSPORT_H
#define MIGRATE_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/ring.h"

enum lane {
    LANE_URGENT,
    LANE_BULK,
    LANES,
};

/* A backend. All of it may be called from any place in the kernel; `left` is
 * called from its interrupt when the payload has been read and sent. */
struct transport_ops {
    void (*open)(void);
    /* -EAGAIN: full; transport_room will be called. */
    int (*post)(unsigned lane, const struct mb_msg *msg, const void *payload,
                uint32_t length, void (*left)(void *context), void *context);
    /* What has been posted may go. */
    void (*ring)(unsigned lane);
};
extern const struct transport_ops transport_bridge;

struct parcel {
    struct mb_msg msg;
    const void *payload;        /* kernel memory within one page */
    uint32_t length;
    enum lane lane;
    void *page;                 /* page_put when it has left; NULL: none */
    void (*left)(void *owner);  /* NULL: nobody wants to know */
    void *owner;
    struct parcel *next;        /* transport's own */
};

void transport_init(const struct transport_ops *ops);

/*
 * Posts a copy of *parcel; it leaves with the next transport_flush. On the
 * urgent lane this cannot fail. False: the bulk lane has no room, the function
 * of transport_on_room will be called; nothing was taken over.
 */
bool transport_post(const struct parcel *parcel);
void transport_on_room(void (*room)(void));
void transport_flush(void);

/* From the backend: a lane that was full is not any more. */
void transport_room(void);

#endif
