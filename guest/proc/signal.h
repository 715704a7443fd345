/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals: numbers, default actions, delivery to handlers.
 */
#ifndef PROC_SIGNAL_H
#define PROC_SIGNAL_H

#include <stdbool.h>

#include "proc/proc.h"

#define SIGILL      4
#define SIGTRAP     5
#define SIGABRT     6
#define SIGBUS      7
#define SIGKILL     9
#define SIGSEGV     11
#define SIGCHLD     17
#define SIGCONT     18
#define SIGSTOP     19
#define SIGTSTP     20
#define SIGTTIN     21
#define SIGTTOU     22
#define SIGURG      23
#define SIGWINCH    28

/* The page that handlers return to: two instructions that call rt_sigreturn.
 * Mapped by exec, filled when the first handler is entered. */
#define SIGNAL_PAGE (USER_TOP - 4096)

#define SIG_DFL     0           /* struct signal_action.handler */
#define SIG_IGN     1

#define SA_NODEFER      0x40000000u
#define SA_RESETHAND    0x80000000u
#define SA_RESTART      0x10000000u
#define SA_ONSTACK      0x08000000u
#define SA_SIGINFO      0x00000004u

/* Bit of a signal in sigmask and sigpending. */
static inline uint64_t signal_bit(int signal)
{
    return 1ul << (signal - 1);
}

/* A signal is pending that the thread does not block. */
static inline bool signal_is_due(const struct thread *thread)
{
    return (thread->sigpending & ~thread->sigmask) != 0;
}

/* Posts to one thread (tgkill); proc_signal posts to any. */
void signal_thread(struct thread *thread, int signal);
/* A fault of the thread's own: true if a handler is going to deal with it. */
bool signal_catch(struct thread *thread, int signal);
/* Acts on one signal that is due, on the way to user mode: ends the process
 * or makes the thread enter a handler. */
void signal_deliver(struct thread *thread);
/* rt_sigreturn: puts back what signal_deliver saved on the user's stack.
 * Returns the value for a0, or SYSCALL_RESTART; a bad stack is fatal. */
int64_t signal_return(struct thread *thread);

#endif
