/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pre-copy: the process runs on while its pages are copied, then while those
 * are copied that it has changed meanwhile, and so on; it is frozen for what is
 * left and its state (Theimer, Lantz, Cheriton, Preemptable Remote Execution
 * Facilities for the V-System, SOSP 1985; Clark et al., Live Migration of
 * Virtual Machines, NSDI 2005).
 *
 * The stop rule: few pages are left; or a round did not make them fewer, as
 * the process changes pages as fast as the link takes them; or there were many
 * rounds.
 */
#include "migrate/algorithms.h"
#include "migrate/departure.h"

#define FEW_PAGES   4u
#define ROUNDS_MOST 30u

static bool again(const struct round *round)
{
    return round->changed > FEW_PAGES && round->changed < round->sent &&
           round->number < ROUNDS_MOST;
}

static void select(struct departure *departure, const struct thread *thread)
{
    (void)thread;
    departure_add_changed(departure);
}

const struct algorithm_ops pre_copy = {
    .again = again,
    .select = select,
};
