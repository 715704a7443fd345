/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines with a share of a whole, drawn to scale.
 */
#include "bar.h"

#include "report.h"

#define COLUMNS 32              /* of the whole */

static const char *const escapes[BAR_COLOURS] = {
    [BAR_SOURCE] = "\033[34m",
    [BAR_WIRE] = "\033[33m",
    [BAR_TARGET] = "\033[32m",
    [BAR_STALL] = "\033[31m",
    [BAR_PLAIN] = "\033[36m",
};
#define RESET "\033[0m"

/* What is there has a mark, however short it is. */
void bar_append(GString *text, const Bar *bar, uint64_t whole, bool colours)
{
    g_autofree char *us = report_us(bar->length);
    double scale = whole == 0 ? 0 : (double)COLUMNS / (double)whole;
    int from = (int)((double)bar->start * scale);
    int until = (int)((double)(bar->start + bar->length) * scale + 0.5);
    double percent = whole == 0 ? 0
        : 100.0 * (double)bar->length / (double)whole;

    from = MIN(from, COLUMNS - 1);
    until = MIN(MAX(until, from + (bar->length > 0)), COLUMNS);
    g_string_append_printf(text, "  %-10s %-9s %12s %5.1f%%", bar->label,
                           bar->detail, us, percent);
    if (until > from) {
        g_string_append_printf(text, "  %*s%s", from, "",
                               colours ? escapes[bar->colour] : "");
        for (int i = from; i < until; i++) {
            g_string_append_c(text, '#');
        }
        g_string_append(text, colours ? RESET : "");
    }
    g_string_append_c(text, '\n');
}
