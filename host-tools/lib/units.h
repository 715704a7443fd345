/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantities as people write them: "1.5ms", "64MiB", "1Gbit/s".
 *
 * A quantity is a decimal number with its unit, and stands for a whole number
 * of the smallest unit of its kind; what is not exact is an error, never
 * rounded. Only a probability, which stands for parts of 2^32, is rounded
 * down to one.
 */
#ifndef LIB_UNITS_H
#define LIB_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef enum {
    UNIT_NONE,                  /* a plain number */
    UNIT_TIME,                  /* in ns */
    UNIT_SIZE,                  /* in bytes */
    UNIT_FREQUENCY,             /* in Hz */
    UNIT_RATE,                  /* in bit/s */
    UNIT_PROBABILITY,           /* in parts of 2^32 */
} Unit;

/* The message of an error names the text and the units there are. */
bool unit_parse(Unit unit, const char *text, uint64_t *value, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The shortest text that parses to the same: in the largest unit of which it
 * is a multiple, or a probability with as few decimals as do. */
char *unit_format(Unit unit, uint64_t value);

/* For people: at most three decimals, in the largest unit not above it. */
char *unit_format_short(Unit unit, uint64_t value);

/* "ns, us, ms, s, min, h"; "" for plain numbers. */
char *unit_names(Unit unit);

#endif
