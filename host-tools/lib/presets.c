/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links and machines that have a name (docs/specs/experiment.md, "Presets").
 */
#include "presets.h"

#include <string.h>

#include <glib.h>

const char *const preset_link_names[] = {
    "ethernet-10m", "fast-ethernet", "ethernet-1g", "ethernet-100g", "rdma",
    NULL,
};

static const struct PresetKey link_keys[] = {
    { "latency", { "100us", "30us", "10us", "1us", "600ns" } },
    { "bandwidth", { "10Mbit/s", "100Mbit/s", "1Gbit/s", "100Gbit/s",
                     "100Gbit/s" } },
    { "overhead", { "0ns", "0ns", "0ns", "0ns", "0ns" } },
    { "mtu", { "1500B", "1500B", "1500B", "1500B", "4096B" } },
    { "framing", { "38B", "38B", "38B", "38B", "26B" } },
    { "topology", { "switch", "switch", "switch", "switch", "switch" } },
};

const PresetTable preset_links = {
    preset_link_names, link_keys, G_N_ELEMENTS(link_keys),
};

const char *const preset_machine_names[] = { "1996", "modern", NULL };

static const struct PresetKey machine_keys[] = {
    { "clock", { "33MHz", "1.5GHz" } },
    { "cost", { "scalar", "static" } },
    { "dma", { "2us", "100ns" } },
    { "link", { "ethernet-10m", "ethernet-100g" } },
    { "disk", { "hdd-1996", "ssd" } },
};

const PresetTable preset_machines = {
    preset_machine_names, machine_keys, G_N_ELEMENTS(machine_keys),
};

G_STATIC_ASSERT(G_N_ELEMENTS(preset_link_names) <= PRESETS_MOST + 1);
G_STATIC_ASSERT(G_N_ELEMENTS(preset_machine_names) <= PRESETS_MOST + 1);

const char *preset_value(const PresetTable *table, const char *preset,
                         const char *key)
{
    for (size_t i = 0; i < table->key_count; i++) {
        for (size_t k = 0; table->names[k] != NULL; k++) {
            if (strcmp(table->keys[i].key, key) == 0 &&
                strcmp(table->names[k], preset) == 0) {
                return table->keys[i].values[k];
            }
        }
    }
    return NULL;
}

static void append_table(GString *text, const char *title,
                         const PresetTable *table)
{
    g_string_append_printf(text, "%-14s", title);
    for (size_t i = 0; i < table->key_count; i++) {
        g_string_append_printf(text, "  %-9s", table->keys[i].key);
    }
    for (size_t k = 0; table->names[k] != NULL; k++) {
        g_string_append_printf(text, "\n%-14s", table->names[k]);
        for (size_t i = 0; i < table->key_count; i++) {
            g_string_append_printf(text, "  %-9s", table->keys[i].values[k]);
        }
    }
    g_string_append_c(text, '\n');
}

char *preset_help(void)
{
    GString *text = g_string_new(NULL);

    append_table(text, "link preset", &preset_links);
    g_string_append_c(text, '\n');
    append_table(text, "machine preset", &preset_machines);
    return g_string_free(text, FALSE);
}
