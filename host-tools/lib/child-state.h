/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the threads of a process are doing, as /proc tells it.
 *
 * The main thread is told apart from all others: in an emulator it runs the
 * main loop.
 */
#ifndef LIB_CHILD_STATE_H
#define LIB_CHILD_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    bool asleep;                /* waits for something that is not a device */
    uint64_t cpu_ms;            /* processor time it has had */
    uint64_t switches;          /* how often it has fallen asleep */
} ThreadState;

typedef struct {
    bool stopped;               /* by a signal such as SIGSTOP */
    bool in_futex;              /* the main thread waits for another thread */
    ThreadState main;
    ThreadState others;         /* asleep: all of them; the rest are sums */
} ChildState;

/* False if the process is gone, or this system does not tell. */
bool child_state_read(pid_t pid, ChildState *state);

#endif
