/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the last references of a process say about the next ones: streams, how
 * many pages of them it will want before a page that is asked for now can be
 * there (Ho, Wang, Lau, AMPoM, 2008).
 */
#ifndef MIGRATE_LOCALITY_H
#define MIGRATE_LOCALITY_H

#include <stdint.h>

#include "migrate/stream.h"

#define LOCALITY_WINDOW 16u
#define ZONE_LEAST      4u      /* pages */
#define ZONE_MOST       64u

struct reference {
    uint64_t index;             /* page */
    uint64_t cycles;            /* of the process in user mode by then */
};

/* All zeroes: nothing is known. */
struct locality {
    struct reference window[LOCALITY_WINDOW];   /* a ring */
    uint64_t count;             /* references ever */
    uint64_t response;          /* cycles from a request to its page */
};

/* The process has referred to a page when it had used so many cycles. */
void locality_note(struct locality *locality, uint64_t index, uint64_t cycles);
/* A page that was asked for has come so many cycles later. */
void locality_timed(struct locality *locality, uint64_t response);
/*
 * The pages that it will refer to soon, as streams from its latest reference
 * on, the liveliest first, each to be asked for alternately. Returns how many
 * streams there are, STREAMS at most; 0: nothing can be foretold.
 */
uint32_t locality_zone(const struct locality *locality,
                       struct stream streams[STREAMS]);

#endif
