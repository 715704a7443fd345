/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the value of a key comes from (docs/specs/experiment.md, "What is not
 * given").
 */
#include "experiment-value.h"

#include <string.h>

#define MACHINES    "cluster"   /* the group whose preset suggests others */

/* The preset that [cluster] suggests for a group, or NULL. */
static const char *suggestion(const IniFile *ini, const GroupSpec *spec)
{
    if (spec->suggested_as == NULL) {
        return NULL;
    }
    g_autofree char *machine = ini_file_get(ini, MACHINES, spec->preset_key);
    return machine == NULL ? NULL
        : preset_value(&preset_machines, machine, spec->suggested_as);
}

/* What the preset of a group says of a key, or NULL. */
static char *preset_text(const IniFile *ini, const GroupSpec *spec,
                         const char *group, const KeySpec *key)
{
    if (spec->preset_key == NULL) {
        return NULL;
    }
    g_autofree char *given = ini_file_get(ini, group, spec->preset_key);
    const char *preset = given != NULL ? given : suggestion(ini, spec);
    if (preset == NULL) {
        return NULL;
    }
    return g_strdup(strcmp(key->name, spec->preset_key) == 0
                    ? preset : preset_value(spec->presets, preset, key->name));
}

char *experiment_value(const IniFile *ini, const GroupSpec *spec,
                       const char *group, const KeySpec *key,
                       const char **origin)
{
    *origin = group;
    for (; spec != NULL; spec = spec->parent) {
        char *text = ini_file_get(ini, group, key->name);
        if (text != NULL) {
            *origin = group;
            return text;
        }
        text = preset_text(ini, spec, group, key);
        if (text != NULL) {
            return text;
        }
        group = spec->parent != NULL ? spec->parent->name : NULL;
    }
    return g_strdup(key->fallback);
}
