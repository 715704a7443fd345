/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT, SIGTERM and SIGHUP as something to wait for, so that what a verb has
 * started is ended in an orderly way.
 */
#ifndef CLI_INTERRUPTS_H
#define CLI_INTERRUPTS_H

#include <signal.h>
#include <stdbool.h>

#include <glib.h>

typedef struct {
    int fd;                     /* readable when one of them has come */
    sigset_t before;
} Interrupts;

bool interrupts_begin(Interrupts *interrupts, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* One that has come has done what it was for, or came too late. */
void interrupts_end(Interrupts *interrupts);

#endif
