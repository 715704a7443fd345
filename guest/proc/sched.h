/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scheduler's side that only proc/ sees; the rest is in proc/proc.h.
 */
#ifndef PROC_SCHED_H
#define PROC_SCHED_H

#include "proc/proc.h"

void sched_init(void);
/* The thread is about to be freed: forget it everywhere. */
void sched_forget(struct thread *thread);
/* How a thread's sleep ends by time. */
void sched_sleep_expired(struct timer *timer);
/* Ends a sleep; `woken` says whether by what it waited for. */
void sched_end_sleep(struct thread *thread, bool woken);

#endif
