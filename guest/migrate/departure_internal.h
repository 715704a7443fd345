/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures, what departure.c, departure_end.c and push.c share.
 */
#ifndef MIGRATE_DEPARTURE_INTERNAL_H
#define MIGRATE_DEPARTURE_INTERNAL_H

#include "migrate/departure.h"

/* Posts a page for the departure's process with its contents from offset on.
 * Of `how` lane, flags, tag and `left` count. False: no room on the bulk lane. */
struct posting {
    enum lane lane;
    uint16_t flags;
    uint64_t tag;
    void (*left)(void *departure);  /* NULL: see struct parcel */
};
bool departure_post_page(struct departure *departure,
                         const struct page_ref *ref, uint32_t offset,
                         const struct posting *how);
/* struct parcel's `done`, by mb_msg.flags. */
void (*departure_done(uint16_t flags))(void *departure, bool sent);
bool departure_is_critical(const struct departure *departure,
                           const struct page_ref *ref);
struct mb_page_run *departure_map_page(struct departure *departure);
/* Something has left or come to an end: goes on or finishes. */
void departure_progress(struct departure *departure);

void push_start(struct departure *departure, bool critical);
void push_pump(struct departure *departure);

/* The bulk lane has room. */
void departure_pump_all(void);
/* The first departure to the node in one of the states (a set of 1 << state),
 * from slot *next on, which moves past it; NULL: there is none. */
struct departure *departure_next(uint32_t *next, uint32_t node,
                                 uint32_t states);
/* Gives the buffer back; slot and buffer. */
void departure_put_buffer(struct departure *departure);
void departure_free(struct departure *departure);

#endif
