/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrivals, what their source files share.
 */
#ifndef MIGRATE_ARRIVAL_INTERNAL_H
#define MIGRATE_ARRIVAL_INTERNAL_H

#include "migrate/arrival.h"

/* Gives the slot back. */
void arrival_free(struct arrival *arrival);
void arrival_settle_expired(struct timer *timer);

#endif
