/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as a child of a test, see tool-fixture.h.
 */
#include "tool-fixture.h"

#include <sys/wait.h>

char *tool_folder;

static const char example[] =
    "[experiment]\nname = x\nuntil = 10s\n"
    "[cluster]\nnodes = 2\nmemory = 16MiB\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
    "[process sort]\nnode = 0\ncommand = busybox sort\n"
    "[migration 1]\nprocess = sort\nat = 5ms\nto = 1\n"
    "algorithm = freeze-free\n";

void tool_set_up(void)
{
    tool_folder = suite_testbed(example);
    ck_assert_int_eq(chdir(tool_folder), 0);
    g_setenv("FAKE_NODE", "ok", TRUE);
}

void tool_tear_down(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    suite_remove(tool_folder);
    g_free(tool_folder);
}

void outcome_clear(Outcome *outcome)
{
    g_free(outcome->data);
    g_free(outcome->notes);
}

Outcome tool_call(const char *arguments)
{
    g_autofree char *line = g_strdup_printf("%s %s", g_getenv("GODWIT_TOOL"),
                                            arguments);
    Outcome outcome = { 0 };
    GError *error = NULL;
    int status;

    g_spawn_command_line_sync(line, &outcome.data, &outcome.notes, &status,
                              &error);
    ck_assert_no_error(error);
    ck_assert(WIFEXITED(status));
    outcome.status = WEXITSTATUS(status);
    return outcome;
}

bool tool_is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');

    return end != NULL && end[1] == '\0';
}
