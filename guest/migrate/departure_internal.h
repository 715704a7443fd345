/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures, what their two source files share.
 */
#ifndef MIGRATE_DEPARTURE_INTERNAL_H
#define MIGRATE_DEPARTURE_INTERNAL_H

#include "migrate/departure.h"

/* The bulk lane has room. */
void departure_pump_all(void);
/* Gives slot and buffer back. */
void departure_free(struct departure *departure);
/* Neither a resume nor a refusal has come in time. */
void departure_timed_out(struct timer *timer);
/* Present pages of all objects. */
uint64_t departure_count_pages(struct departure *departure);

#endif
