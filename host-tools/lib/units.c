/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantities as people write them (docs/specs/experiment.md, "Quantities").
 */
#include "units.h"

#include <string.h>

#include "error.h"

typedef struct {
    Unit unit;
    const char *name;
    uint64_t scale;
    bool preferred;             /* used when formatting */
    unsigned decimals;          /* the scale is over 10 to the power of this */
} UnitName;

/* Of one kind from small to large. */
static const UnitName unit_table[] = {
    { UNIT_NONE, "", 1, true },
    { UNIT_TIME, "ns", 1, true },
    { UNIT_TIME, "us", 1000, true },
    { UNIT_TIME, "ms", 1000000, true },
    { UNIT_TIME, "s", 1000000000, true },
    { UNIT_TIME, "min", 60000000000, false },
    { UNIT_TIME, "h", 3600000000000, false },
    { UNIT_SIZE, "B", 1, true },
    { UNIT_SIZE, "KB", 1000, false },
    { UNIT_SIZE, "KiB", UINT64_C(1) << 10, true },
    { UNIT_SIZE, "MB", 1000000, false },
    { UNIT_SIZE, "MiB", UINT64_C(1) << 20, true },
    { UNIT_SIZE, "GB", 1000000000, false },
    { UNIT_SIZE, "GiB", UINT64_C(1) << 30, true },
    { UNIT_FREQUENCY, "Hz", 1, true },
    { UNIT_FREQUENCY, "kHz", 1000, true },
    { UNIT_FREQUENCY, "MHz", 1000000, true },
    { UNIT_FREQUENCY, "GHz", 1000000000, true },
    { UNIT_RATE, "bit/s", 1, true },
    { UNIT_RATE, "kbit/s", 1000, true },
    { UNIT_RATE, "Mbit/s", 1000000, true },
    { UNIT_RATE, "Gbit/s", 1000000000, true },
    { UNIT_PROBABILITY, "", UINT64_C(1) << 32, true },
    { UNIT_PROBABILITY, "%", UINT64_C(1) << 32, false, 2 },
};

/* Digits of a number, leading zeros apart: the product with any scale then
 * fits into 128 bits. */
#define DIGITS_MAX  24

static const char *const unit_example[] = {
    [UNIT_NONE] = "a plain number: write a number such as 2",
    [UNIT_TIME] = "a time: write a number and its unit, such as 1.5ms",
    [UNIT_SIZE] = "a size: write a number and its unit, such as 64MiB",
    [UNIT_FREQUENCY] = "a frequency: write a number and its unit, such as 1GHz",
    [UNIT_RATE] = "a bandwidth: write a number and its unit, such as 1Gbit/s",
    [UNIT_PROBABILITY] = "a probability: write a number such as 0.1% or 0.001",
};

char *unit_names(Unit unit)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(unit_table); i++) {
        if (unit_table[i].unit == unit && *unit_table[i].name != '\0') {
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   unit_table[i].name);
        }
    }
    return g_string_free(names, FALSE);
}

static const UnitName *find_unit(Unit unit, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unit_table); i++) {
        if (unit_table[i].unit == unit &&
            strcmp(unit_table[i].name, name) == 0) {
            return &unit_table[i];
        }
    }
    return NULL;
}

/* Says what is wrong with the unit `name` behind the number in `text`. */
static bool fail_unit(Unit unit, const char *text, const char *name,
                      GError **error)
{
    g_autofree char *names = unit_names(unit);

    if (unit == UNIT_NONE) {
        return godwit_misuse(error, "'%s' is not a plain number: write digits "
                             "only", text);
    }
    if (*name == '\0') {
        return godwit_misuse(error, "'%s' needs a unit: %s", text, names);
    }
    return godwit_misuse(error, "'%s' has the unknown unit '%s': use %s", text,
                         name, names);
}

/*
 * Reads "12.5" into mantissa 125 and decimals 1. Returns the first character
 * behind it, or NULL if there is no such number or it has too many digits.
 */
static const char *parse_number(const char *text, unsigned __int128 *mantissa,
                                unsigned *decimals)
{
    const char *p = text;
    unsigned digits = 0;
    bool point = false;

    *mantissa = 0;
    *decimals = 0;
    for (; g_ascii_isdigit(*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            if (!g_ascii_isdigit(p[1]) || p == text) {
                return NULL;
            }
            point = true;
            continue;
        }
        *mantissa = *mantissa * 10 + (unsigned)(*p - '0');
        digits += *mantissa > 0;
        *decimals += point;
        if (digits > DIGITS_MAX || *decimals > DIGITS_MAX) {
            return NULL;
        }
    }
    return p == text ? NULL : p;
}

bool unit_parse(Unit unit, const char *text, uint64_t *value, GError **error)
{
    unsigned __int128 mantissa;
    unsigned decimals;
    const char *end;

    if (*text == '-') {
        return godwit_misuse(error, "'%s' is negative", text);
    }
    end = parse_number(text, &mantissa, &decimals);
    if (end == NULL) {
        return godwit_misuse(error, "'%s' is not %s", text,
                             unit_example[unit]);
    }
    end += strspn(end, " \t");
    const UnitName *name = find_unit(unit, end);
    if (name == NULL) {
        return fail_unit(unit, text, end, error);
    }
    mantissa *= name->scale;
    decimals += name->decimals;
    while (decimals > 0 && (mantissa % 10 == 0 || unit == UNIT_PROBABILITY)) {
        mantissa /= 10;
        decimals--;
    }
    if (decimals > 0) {
        const UnitName *smallest = name;
        while (smallest > unit_table && smallest[-1].unit == unit) {
            smallest--;
        }
        return unit == UNIT_NONE
            ? godwit_misuse(error, "'%s' is not a whole number", text)
            : godwit_misuse(error, "'%s' is not a whole number of %s", text,
                            smallest->name);
    }
    if (mantissa > INT64_MAX) {
        return godwit_misuse(error, "'%s' is too large", text);
    }
    *value = (uint64_t)mantissa;
    return true;
}

/*
 * Some number of ten decimals lies in [value, value + 1) / 2^32, since 10^-10
 * is less than 2^-32. The first one with fewer decimals that does is taken.
 */
static char *format_probability(uint64_t value)
{
    const unsigned __int128 whole = (unsigned __int128)1 << 32;
    unsigned __int128 power = 1;
    unsigned decimals = 0;

    for (;; decimals++, power *= 10) {
        unsigned __int128 number = (value * power + whole - 1) / whole;
        if (number * whole < (value + (unsigned __int128)1) * power) {
            uint64_t integer = (uint64_t)(number / power);
            uint64_t fraction = (uint64_t)(number % power);
            return decimals == 0
                ? g_strdup_printf("%" G_GUINT64_FORMAT, integer)
                : g_strdup_printf("%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT,
                                  integer, (int)decimals, fraction);
        }
    }
}

char *unit_format(Unit unit, uint64_t value)
{
    const UnitName *best = NULL;

    if (unit == UNIT_PROBABILITY) {
        return format_probability(value);
    }

    for (size_t i = 0; i < G_N_ELEMENTS(unit_table); i++) {
        const UnitName *name = &unit_table[i];
        if (name->unit == unit && name->preferred &&
            (best == NULL || (value > 0 && value % name->scale == 0))) {
            best = name;
        }
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT "%s", value / best->scale,
                           best->name);
}

char *unit_format_short(Unit unit, uint64_t value)
{
    const UnitName *best = NULL;
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    for (size_t i = 0; i < G_N_ELEMENTS(unit_table); i++) {
        const UnitName *name = &unit_table[i];
        if (name->unit == unit && name->preferred &&
            (best == NULL || value >= name->scale)) {
            best = name;
        }
    }
    if (best->scale == 1) {
        return g_strdup_printf("%" G_GUINT64_FORMAT " %s", value, best->name);
    }
    g_ascii_formatd(digits, sizeof(digits), "%.3f",
                    (double)value / (double)best->scale);
    return g_strdup_printf("%s %s", digits, best->name);
}
