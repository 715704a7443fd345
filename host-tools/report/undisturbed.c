/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What its moves have cost each process of a run, over its whole life.
 */
#include "lib/undisturbed.h"

#include "lib/units.h"
#include "report.h"

static void append_process(GString *text, const ResultProcess *process,
                           const ResultProcess *undisturbed)
{
    uint64_t end_ns = process->facts.end_ns;
    uint64_t usual_ns = undisturbed->facts.end_ns;
    uint64_t life_ns = usual_ns - undisturbed->facts.start_ns;
    uint64_t apart_ns = MAX(end_ns, usual_ns) - MIN(end_ns, usual_ns);
    g_autofree char *apart = unit_format_short(UNIT_TIME, apart_ns);

    g_string_append_printf(text, "process %s: ends ", process->name);
    if (apart_ns == 0) {
        g_string_append(text, "when it does undisturbed\n");
        return;
    }
    g_string_append_printf(text, "%s %s than undisturbed", apart,
                           end_ns > usual_ns ? "later" : "sooner");
    if (life_ns > 0) {
        g_string_append_printf(text, ", %.2f %% of its time",
                               100.0 * (double)apart_ns / (double)life_ns);
    }
    g_string_append_c(text, '\n');
}

void report_undisturbed(const Result *result, const Result *undisturbed,
                        const char *folder, GString *text)
{
    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        const ResultProcess *other = undisturbed_process(undisturbed,
                                                         process->name);
        if (other != NULL && process->facts.ended && other->facts.ended) {
            append_process(text, process, other);
        }
    }
    g_string_append_printf(text, "undisturbed results in %s\n", folder);
}
