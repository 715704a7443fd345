/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short turns at the processor for those who wait for each other.
 */
#ifndef GODWIT_TURNS_H
#define GODWIT_TURNS_H

/*
 * Asks the scheduler for short time slices for the calling thread and what it
 * starts from now on, as sched_setattr(2) has it. Fails silently: it is a
 * matter of speed. Async-signal-safe.
 */
void turns_shorten(void);

#endif
