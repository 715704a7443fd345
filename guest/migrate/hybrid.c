/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hybrid: a round of pre-copy takes what does not change along while the
 * process runs; what has changed meanwhile is left to post-copy, so that the
 * latency does not depend on it. The push starts again at the page that was
 * asked for and goes on from there (QEMU).
 */
#include "migrate/algorithms.h"
#include "migrate/departure.h"

static bool again(const struct round *round)
{
    (void)round;
    return false;
}

static void select(struct departure *departure, const struct thread *thread)
{
    (void)thread;
    departure_leave_changed(departure);
}

const struct algorithm_ops hybrid = {
    .again = again,
    .select = select,
    .follow = departure_push_rest,
    .served = departure_push_onward,
};
