/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two channels to each other over a simulated link: each end has hardware of
 * its own, with queues that can be full, and a wire to the other one. Virtual
 * time; what is delivered, and what is given back, is checked as it comes.
 */
#ifndef TESTS_UNIT_GUEST_CHANNEL_LINK_H
#define TESTS_UNIT_GUEST_CHANNEL_LINK_H

#include "ipc/channel.h"

#define QUEUE           6u      /* entries of each of the hardware's */
#define LATENCY_NS      50000u
#define WIRE_NS         500u    /* of a message without payload */
#define PAYLOAD_NS      33000u
#define LATE_NS         150000u

struct faults {                 /* probabilities in percent */
    unsigned loss, doubling, lateness, no_memory;
    uint64_t down_from_ns, down_until_ns;
    unsigned lost_number;       /* exactly this one of end 0, if not 0 */
    unsigned answers;           /* percent: posted while one is delivered */
};

struct entry {
    struct mb_msg msg;
    const uint8_t *payload;
    uint32_t length;
    void (*left)(void *context);
    void *context;
};

struct end {
    struct channel channel;
    struct entry queue[LANES][QUEUE];
    unsigned queued[LANES];
    bool busy;
    struct entry sending;
    uint64_t busy_until_ns;
    unsigned to_post;
    unsigned posted[LANES];
    unsigned got[LANES];
    unsigned finished;
    unsigned unsent;
    unsigned sent;              /* by the hardware, of any kind */
    unsigned acks;
    bool refused;
    bool awaits;
    uint64_t next_post_ns;
};

extern volatile uint64_t now_ns;
extern uint64_t deadline_ns;            /* of the kernel's timers */
extern struct end ends[2];
extern struct faults faults;
extern uint64_t seed;
extern const struct channel_ops link_ops;

/* Without messages, faults, and whatever was before; the seed is `number`. */
void link_reset(uint64_t number);
bool link_strikes(unsigned percent);
/* Until nothing can happen any more, or `until_ns`. */
void link_run(uint64_t until_ns);

#endif
