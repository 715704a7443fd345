/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time-outs of system calls.
 */
#ifndef PROC_SYS_TIME_H
#define PROC_SYS_TIME_H

#include <stdint.h>

#include "proc/proc.h"

/* Reads a struct timespec that is a duration or a time. Answers as
 * syscall_user does, or -EINVAL. */
int64_t time_read(struct thread *thread, uint64_t address, int64_t *ns);
/* Now and so much more; TIMER_NONE if that is beyond all time. */
uint64_t time_after(uint64_t ns);
/* 0 when the time has come, else SYSCALL_RESTART: the thread sleeps. */
int64_t time_sleep_until(struct thread *thread, uint64_t deadline_ns);
/* A handler is going to end the thread's sleep: tells the program how long it
 * would have gone on, if it asked to know. 0, VM_REMOTE, -ENOMEM. */
int time_give_rest(struct thread *thread);

#endif
