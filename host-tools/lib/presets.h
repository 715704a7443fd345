/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that have a name: what `preset` brings along for the other keys of a
 * [link]. docs/specs/experiment.md, "Presets", has the sources of the numbers.
 */
#ifndef LIB_PRESETS_H
#define LIB_PRESETS_H

/* Ended by NULL. */
extern const char *const preset_names[];

/* The value of a key as it would stand in a file; NULL if there is no such
 * preset or the key is none of those that a preset sets. */
const char *preset_value(const char *preset, const char *key);

/* All of them as a table, for `godwit help experiment`. */
char *preset_help(void);

#endif
