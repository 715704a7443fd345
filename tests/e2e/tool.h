/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as a child of a test, and what it leaves behind.
 */
#ifndef TESTS_E2E_TOOL_H
#define TESTS_E2E_TOOL_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

#include "scenario.h"

#define TOOL_USAGE  2           /* exit status of a wrong call */

typedef struct {
    int status;                 /* exit status; -1: a signal ended it */
    char *out;
    char *err;
} ToolOutcome;

void tool_outcome_clear(ToolOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ToolOutcome, tool_outcome_clear)

/* The program; to be set first. */
void tool_set_path(const char *path);

/* Writes the experiment to NAME in the scenario's folder. */
void tool_write_experiment(const Scenario *scenario, const char *name);

/* Runs it in a folder; `args` end with NULL. */
ToolOutcome tool_run(const char *folder, const char *const *args);

/* Starts it; tool_wait() reaps it and takes what it has written. */
typedef struct {
    pid_t pid;
    int out_fd;
    int err_fd;
} Tool;

Tool tool_start(const char *folder, const char *const *args);
ToolOutcome tool_wait(Tool *tool);
/* Its children at this moment: the emulators. */
GArray *tool_children(const Tool *tool);

/* Fails the test if a process lives on for long. */
void tool_expect_gone(const GArray *pids);
unsigned tool_count_files(const char *path);
bool tool_is_one_line(const char *text);

#endif
