/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What instructions cost, in cycles (docs/specs/experiment.md, "Costs").
 */
#include "costs.h"

#include <glib.h>

enum { TABLE_INSN, TABLE_STATIC, TABLE_SCALAR, TABLE_COUNT };

const char *const cost_tables[TABLE_COUNT + 1] = {
    [TABLE_INSN] = "insn",
    [TABLE_STATIC] = "static",
    [TABLE_SCALAR] = "scalar",
};

static const struct {
    const char *name;
    uint32_t cycles[TABLE_COUNT];
} classes[COST_CLASS_COUNT] = {
#define X(symbol, name, static_cycles, scalar_cycles, doc) \
    [COST_##symbol] = { name, { 1, static_cycles, scalar_cycles } },
    COST_CLASSES(X)
#undef X
};

uint32_t cost_of(uint32_t table, CostClass cls)
{
    return classes[cls].cycles[table];
}

const char *cost_class_name(CostClass cls)
{
    return classes[cls].name;
}

char *cost_format(const uint32_t cycles[COST_CLASS_COUNT])
{
    GString *text = g_string_new(NULL);

    for (CostClass cls = 0; cls < COST_CLASS_COUNT; cls++) {
        if (cycles[cls] != 1) {
            g_string_append_printf(text, "%s%s:%u", text->len > 0 ? "+" : "",
                                   classes[cls].name, cycles[cls]);
        }
    }
    if (text->len == 0) {
        g_string_append(text, cost_tables[TABLE_INSN]);
    }
    return g_string_free(text, FALSE);
}

char *cost_help(void)
{
    GString *text = g_string_new("cost      ");

    for (uint32_t table = 0; table < TABLE_COUNT; table++) {
        g_string_append_printf(text, "%8s", cost_tables[table]);
    }
    for (CostClass cls = 0; cls < COST_CLASS_COUNT; cls++) {
        g_string_append_printf(text, "\n%-10s", classes[cls].name);
        for (uint32_t table = 0; table < TABLE_COUNT; table++) {
            g_string_append_printf(text, "%8u", cost_of(table, cls));
        }
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
