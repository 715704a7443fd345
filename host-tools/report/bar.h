/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines with a share of a whole, drawn to scale.
 */
#ifndef REPORT_BAR_H
#define REPORT_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef enum {
    BAR_SOURCE,
    BAR_WIRE,
    BAR_TARGET,
    BAR_STALL,
    BAR_PLAIN,
    BAR_COLOURS,
} BarColour;

typedef struct {
    const char *label;
    const char *detail;         /* behind the label, or "" */
    uint64_t start;
    uint64_t length;
    BarColour colour;
} Bar;

/* A line: label, detail, the length as us, its percentage of `whole`, and a bar
 * between 0 and `whole`, in colour if it is wanted. */
void bar_append(GString *text, const Bar *bar, uint64_t whole, bool colours);

#endif
