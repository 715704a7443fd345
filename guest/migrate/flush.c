/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flush: the modified pages go to a backing file on the file server, then the
 * state to the target, where the process asks the file server for a page when
 * it refers to it. Nothing of it is left at the source (Sprite: Douglis,
 * Ousterhout, Transparent Process Migration: Design Alternatives and the Sprite
 * Implementation, Software: Practice and Experience 21(8), 1991).
 */
#include "migrate/algorithms.h"
#include "migrate/departure.h"

static void select(struct departure *departure, const struct thread *thread)
{
    (void)thread;
    departure_deposit_all(departure);
}

const struct algorithm_ops flush = {
    .select = select,
};
