/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copy on reference: the state and a map of the address space travel, no page
 * does. Each page is copied when the process refers to it for the first time;
 * until the process ends, or has referred to all of them, it depends on the
 * node that it left (Accent).
 */
#include "migrate/algorithms.h"
#include "migrate/departure.h"

static void select(struct departure *departure, const struct thread *thread)
{
    (void)thread;
    departure_leave_rest(departure);
}

const struct algorithm_ops copy_on_reference = {
    .select = select,
};
