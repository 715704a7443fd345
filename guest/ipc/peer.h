/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers that live, and peers that are given up.
 *
 * A node that crashes says nothing any more: it is learned by waiting. Whoever
 * needs a message of a peer to go on says so. A peer of which something is
 * expected and that has not been heard for PEER_SILENCE_S is lost: for good,
 * whatever may still come from it. So it will not hear us either, and come to
 * the same end about us, if it lives.
 *
 * Any message counts as a sign of life, so the bound holds for silence only,
 * not for the size of what is on its way. While nothing is expected no timer
 * is armed.
 */
#ifndef IPC_PEER_H
#define IPC_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/segment.h"

/* docs/migration.md, "Time-outs", has the reasons. */
#define PEER_SILENCE_S  10u

struct peer {
    uint32_t heard;             /* messages, ever */
    uint32_t heard_before;      /* at the last tick */
    uint32_t expecting;
    uint16_t silent_ticks;
    bool lost;
};
extern struct peer peers[MB_NODES_MAX];

/* `lost` is called for each peer that is given up. */
void peer_init(void (*lost)(uint32_t node));

/* A message of it is needed; it has come, or is not needed any more. */
void peer_expect(uint32_t node);
void peer_settle(uint32_t node);

static inline void peer_heard(uint32_t node)
{
    peers[node].heard++;
}

static inline bool peer_is_lost(uint32_t node)
{
    return peers[node].lost;
}

#endif
