/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Total copy: freeze, send everything, resume (Charlotte, LOCUS).
 */
#include "migrate/algorithms.h"
#include "migrate/departure.h"

static void select(struct departure *departure, const struct thread *thread)
{
    (void)thread;
    departure_add_all(departure);
}

const struct algorithm_ops total_copy = {
    .select = select,
};
