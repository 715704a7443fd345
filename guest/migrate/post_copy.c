/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Post-copy: the state alone resumes the process (Richmond); then every page is
 * pushed once, and those that it faults on jump the queue. A fault says where
 * the process is: the push goes on from there, outward in both directions,
 * since what it will touch next is near (Hines' bubbles).
 */
#include "migrate/algorithms.h"
#include "migrate/departure.h"

static void select(struct departure *departure, const struct thread *thread)
{
    (void)departure;
    (void)thread;
}

const struct algorithm_ops post_copy = {
    .select = select,
    .follow = departure_push_rest,
    .served = departure_push_around,
};
