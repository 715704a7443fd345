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
};

/* Digits of a number, leading zeros apart: the product with any scale then
 * fits into 128 bits. */
#define DIGITS_MAX  24

static const char *const unit_article[] = {
    [UNIT_NONE] = "a plain number",
    [UNIT_TIME] = "a time",
    [UNIT_SIZE] = "a size",
    [UNIT_FREQUENCY] = "a frequency",
    [UNIT_RATE] = "a bandwidth",
};

char *unit_names(Unit unit)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(unit_table); i++) {
        if (unit_table[i].unit == unit) {
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
        return godwit_misuse(error, "'%s' is not %s: write a number such as %s",
                             text, unit_article[unit],
                             unit == UNIT_NONE ? "2" : "1.5 and its unit");
    }
    end += strspn(end, " \t");
    const UnitName *name = find_unit(unit, end);
    if (name == NULL) {
        return fail_unit(unit, text, end, error);
    }
    mantissa *= name->scale;
    for (; decimals > 0 && mantissa % 10 == 0; decimals--) {
        mantissa /= 10;
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

char *unit_format(Unit unit, uint64_t value)
{
    const UnitName *best = NULL;

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
