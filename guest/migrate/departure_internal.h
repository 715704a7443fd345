/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures, what departure.c, departure_end.c and push.c share.
 */
#ifndef MIGRATE_DEPARTURE_INTERNAL_H
#define MIGRATE_DEPARTURE_INTERNAL_H

#include "migrate/departure.h"

/* Posts a page for the departure's process with its contents from offset on.
 * False: no room on the bulk lane. */
bool departure_post_page(struct departure *departure,
                         const struct page_ref *ref, uint32_t offset,
                         enum lane lane, uint16_t flags, uint64_t tag,
                         void (*left)(void *departure));
bool departure_is_critical(const struct departure *departure,
                           const struct page_ref *ref);
struct mb_page_run *departure_map_page(struct departure *departure);
/* Something has left or come to an end: goes on or finishes. */
void departure_progress(struct departure *departure);

void push_start(struct departure *departure, bool critical);
void push_pump(struct departure *departure);

/* The bulk lane has room. */
void departure_pump_all(void);
/* Gives slot and buffer back. */
void departure_free(struct departure *departure);
/* Neither a resume nor a refusal has come in time. */
void departure_timed_out(struct timer *timer);

#endif
