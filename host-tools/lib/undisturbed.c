/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was a move noticed? (docs/specs/sweep.md, "Undisturbed runs")
 */
#include "undisturbed.h"

#include <string.h>

const ResultProcess *undisturbed_process(const Result *result, const char *name)
{
    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        if (strcmp(process->name, name) == 0) {
            return process;
        }
    }
    return NULL;
}

/* What differs; NULL: nothing, or a crash took one of them. */
static const char *compare(const ResultProcess *a, const ResultProcess *b)
{
    if (!a->facts.ended || !b->facts.ended) {
        return NULL;
    }
    if (a->facts.wait_status != b->facts.wait_status) {
        return "end";
    }
    return strcmp(a->stdout_sha256, b->stdout_sha256) != 0 ? "output"
        : strcmp(a->stderr_sha256, b->stderr_sha256) != 0 ? "error output"
        : NULL;
}

char *undisturbed_difference(const Result *result, const Result *undisturbed)
{
    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        const ResultProcess *other = undisturbed_process(undisturbed, process->name);
        const char *what = other != NULL ? compare(process, other) : NULL;
        if (what != NULL) {
            return g_strdup_printf("the %s of '%s' is not that of the run "
                                   "without migrations", what, process->name);
        }
    }
    return NULL;
}
