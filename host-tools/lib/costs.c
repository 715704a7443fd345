/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What instructions cost, in cycles (docs/specs/experiment.md, "Costs").
 */
#include "costs.h"

#include <glib.h>

enum { TABLE_INSN, TABLE_STATIC, TABLE_COUNT };

const char *const cost_tables[TABLE_COUNT + 1] = {
    [TABLE_INSN] = "insn",
    [TABLE_STATIC] = "static",
};

static const char *const class_names[COST_CLASS_COUNT] = {
#define X(symbol, name, cycles, doc) [COST_##symbol] = name,
    COST_CLASSES(X)
#undef X
};

static const uint32_t static_cycles[COST_CLASS_COUNT] = {
#define X(symbol, name, cycles, doc) [COST_##symbol] = cycles,
    COST_CLASSES(X)
#undef X
};

uint32_t cost_of(uint32_t table, CostClass cls)
{
    return table == TABLE_STATIC ? static_cycles[cls] : 1;
}

const char *cost_class_name(CostClass cls)
{
    return class_names[cls];
}

char *cost_format(const uint32_t cycles[COST_CLASS_COUNT])
{
    GString *text = g_string_new(NULL);

    for (CostClass cls = 0; cls < COST_CLASS_COUNT; cls++) {
        if (cycles[cls] != 1) {
            g_string_append_printf(text, "%s%s:%u", text->len > 0 ? "+" : "",
                                   class_names[cls], cycles[cls]);
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
        g_string_append_printf(text, "\n%-10s", class_names[cls]);
        for (uint32_t table = 0; table < TABLE_COUNT; table++) {
            g_string_append_printf(text, "%8u", cost_of(table, cls));
        }
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
