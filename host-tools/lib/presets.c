/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that have a name (docs/specs/experiment.md, "Presets").
 */
#include "presets.h"

#include <string.h>

#include <glib.h>

enum {
    PRESET_ETHERNET_10M, PRESET_FAST_ETHERNET, PRESET_ETHERNET_1G,
    PRESET_ETHERNET_100G, PRESET_RDMA, PRESET_COUNT
};

const char *const preset_names[PRESET_COUNT + 1] = {
    [PRESET_ETHERNET_10M] = "ethernet-10m",
    [PRESET_FAST_ETHERNET] = "fast-ethernet",
    [PRESET_ETHERNET_1G] = "ethernet-1g",
    [PRESET_ETHERNET_100G] = "ethernet-100g",
    [PRESET_RDMA] = "rdma",
};

static const struct {
    const char *key;
    const char *values[PRESET_COUNT];
} preset_table[] = {
    { "latency", { "100us", "30us", "10us", "1us", "600ns" } },
    { "bandwidth", { "10Mbit/s", "100Mbit/s", "1Gbit/s", "100Gbit/s",
                     "100Gbit/s" } },
    { "overhead", { "0ns", "0ns", "0ns", "0ns", "0ns" } },
    { "mtu", { "1500B", "1500B", "1500B", "1500B", "4096B" } },
    { "framing", { "38B", "38B", "38B", "38B", "26B" } },
    { "topology", { "switch", "switch", "switch", "switch", "switch" } },
};

const char *preset_value(const char *preset, const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(preset_table); i++) {
        for (size_t k = 0; k < PRESET_COUNT; k++) {
            if (strcmp(preset_table[i].key, key) == 0 &&
                strcmp(preset_names[k], preset) == 0) {
                return preset_table[i].values[k];
            }
        }
    }
    return NULL;
}

char *preset_help(void)
{
    GString *text = g_string_new("preset        ");

    for (size_t i = 0; i < G_N_ELEMENTS(preset_table); i++) {
        g_string_append_printf(text, "  %-9s", preset_table[i].key);
    }
    for (size_t k = 0; k < PRESET_COUNT; k++) {
        g_string_append_printf(text, "\n%-14s", preset_names[k]);
        for (size_t i = 0; i < G_N_ELEMENTS(preset_table); i++) {
            g_string_append_printf(text, "  %-9s", preset_table[i].values[k]);
        }
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
