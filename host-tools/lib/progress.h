/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run tells its user while it runs: a line on a terminal that is
 * rewritten in place, and notes that stay.
 */
#ifndef LIB_PROGRESS_H
#define LIB_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct Progress Progress;

typedef struct {
    uint64_t virtual_ns;
    uint32_t nodes;
    uint32_t joined;            /* less than nodes: it has not started yet */
    uint32_t running;
    uint32_t waiting;
    uint32_t gone;              /* crashed */
    uint64_t migrations;        /* done */
} ProgressFacts;

/* Writes to a descriptor that stays the caller's. `live`: it is a terminal, and
 * a line shall show how far the run is. */
Progress *progress_new(int fd, bool live);
/* Clears the line. */
void progress_free(Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)

/* When the line wants to be shown again, in milliseconds from now; -1: never.
 * NULL is a progress that nobody wants to see. */
int progress_due_ms(const Progress *progress);
void progress_show(Progress *progress, const ProgressFacts *facts);
/* As progress_show(), for those who count something else. */
void progress_show_line(Progress *progress, const char *line);
void progress_clear(Progress *progress);
/* A line that stays. */
void progress_note(Progress *progress, const char *line);

/* The line's text; speed is virtual time per real time. */
char *progress_format(const ProgressFacts *facts, double speed);

#endif
