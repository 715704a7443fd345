/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as a child of a test, with nodes that are played by fake-node.c.
 * GODWIT_TOOL is the program, GODWIT_QEMU the node's.
 */
#ifndef TESTS_UNIT_HOST_TOOL_FIXTURE_H
#define TESTS_UNIT_HOST_TOOL_FIXTURE_H

#include <stdbool.h>

#include "suite.h"

/* The current folder of a test, with x.ini: two nodes, a process, a
 * migration. */
extern char *tool_folder;

void tool_set_up(void);
void tool_tear_down(void);

typedef struct {
    int status;
    char *data;
    char *notes;
} Outcome;

void outcome_clear(Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* `arguments` as in a shell. */
Outcome tool_call(const char *arguments);
bool tool_is_one_line(const char *text);

#endif
