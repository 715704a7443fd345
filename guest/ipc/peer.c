/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silence is measured in ticks of one timer for all peers; a message costs no
 * more than a counter.
 */
#include "ipc/peer.h"

#include <stddef.h>

#include "lib/printk.h"
#include "proc/timer.h"

#define TICK_NS         1000000000ull
/* The first tick may come as soon as something is expected. */
#define SILENT_TICKS    (PEER_SILENCE_S + 1u)

struct peer peers[MB_NODES_MAX];

static uint32_t expecting;      /* of all peers */
static struct timer timer;
static void (*on_lost)(uint32_t node);

/* True when it is to be given up. */
static bool is_silent(struct peer *peer)
{
    if (peer->lost || peer->expecting == 0) {
        return false;
    }
    if (peer->heard != peer->heard_before) {
        peer->heard_before = peer->heard;
        peer->silent_ticks = 0;
    }
    return ++peer->silent_ticks >= SILENT_TICKS;
}

static void tick(struct timer *unused)
{
    (void)unused;
    for (uint32_t node = 0; node < MB_NODES_MAX; node++) {
        if (is_silent(&peers[node])) {
            peers[node].lost = true;
            printk("node %u has not been heard for %u s: it is given up\n",
                   node, PEER_SILENCE_S);
            on_lost(node);
        }
    }
    if (expecting > 0) {
        timer_arm(&timer, time_now_ns() + TICK_NS);
    }
}

void peer_init(void (*lost)(uint32_t node))
{
    on_lost = lost;
    timer.expired = tick;
}

void peer_expect(uint32_t node)
{
    struct peer *peer = &peers[node];

    if (peer->expecting++ == 0) {
        peer->heard_before = peer->heard;
        peer->silent_ticks = 0;
    }
    if (expecting++ == 0 && !timer.armed) {
        timer_arm(&timer, time_now_ns() + TICK_NS);
    }
}

void peer_settle(uint32_t node)
{
    kassert(peers[node].expecting > 0);
    peers[node].expecting--;
    if (--expecting == 0) {
        timer_cancel(&timer);
    }
}
