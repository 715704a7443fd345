/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links and machines that have a name: what `preset` brings along for the other
 * keys of a group. docs/specs/experiment.md, "Presets", has the sources of the
 * numbers.
 */
#ifndef LIB_PRESETS_H
#define LIB_PRESETS_H

#include <stddef.h>

#define PRESETS_MOST    8u

/* One kind of presets: a table of keys and names. */
typedef struct {
    const char *const *names;           /* ended by NULL */
    const struct PresetKey {
        const char *key;
        const char *values[PRESETS_MOST];   /* as they would stand in a file */
    } *keys;
    size_t key_count;
} PresetTable;

extern const char *const preset_link_names[];
extern const char *const preset_machine_names[];

extern const PresetTable preset_links;
/* Its keys are those of [cluster] and [node N], and the groups whose own preset
 * it suggests, such as `link`. */
extern const PresetTable preset_machines;

/* The value of a key; NULL if there is no such preset or the key is none of
 * those that a preset of this kind sets. */
const char *preset_value(const PresetTable *table, const char *preset,
                         const char *key);

/* All of them as tables, for `godwit help experiment`. */
char *preset_help(void);

#endif
