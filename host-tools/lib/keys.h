/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups and keys of an experiment file: one table from which files are
 * read, checked, written out and explained.
 */
#ifndef LIB_KEYS_H
#define LIB_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "presets.h"
#include "units.h"

typedef enum {
    KEY_TEXT,                   /* char * */
    KEY_QUANTITY,               /* uint64_t; EXPERIMENT_NONE: not given */
    KEY_CHOICE,                 /* uint32_t; EXPERIMENT_NO_CHOICE: not given */
    KEY_TECHNIQUES,             /* uint32_t: the set of those left out */
} KeyType;

typedef struct {
    const char *name;
    KeyType type;
    Unit unit;                  /* of a quantity */
    const char *const *choices; /* of a choice, ended by NULL */
    const char *fallback;       /* NULL: it must be given; "": it need not */
    const char *least;          /* of a quantity, both inclusive, as written */
    const char *most;
    size_t offset;              /* of the member that holds it */
    const char *doc;
} KeySpec;

/* In the order in which they are written out. */
typedef enum {
    GROUP_EXPERIMENT,
    GROUP_CLUSTER,
    GROUP_COST,
    GROUP_NODE,
    GROUP_LINK,
    GROUP_PAIR,
    GROUP_FAULT,
    GROUP_CRASH,
    GROUP_FILE,
    GROUP_PROCESS,
    GROUP_MIGRATION,
    GROUP_COUNT,
} GroupKind;

typedef struct GroupSpec {
    const char *name;
    const char *argument;       /* "[name ARGUMENT]", or NULL */
    bool required;
    const KeySpec *keys;
    size_t key_count;
    /* in Experiment: what the keys fill, or the list of what they fill */
    size_t offset;
    /* of an element of a list, which begins with `char *group`; 0: no list */
    size_t element_bytes;
    size_t argument_offset;     /* in an element */
    /* A key that is not given is set by the preset that the key of this name
     * names, else taken from the parent; NULL: there is none. */
    const char *preset_key;
    const PresetTable *presets;
    /* The key by which presets of machines suggest one for this group, or
     * NULL. */
    const char *suggested_as;
    const struct GroupSpec *parent;
    const char *doc;
} GroupSpec;

/* GROUP_COUNT of them, by GroupKind. */
extern const GroupSpec keys_groups[];

/* Finds the kind of "process sort"; *argument is "sort", or NULL for a group
 * without one. NULL: no such group. */
const GroupSpec *keys_find_group(const char *group, const char **argument);
const KeySpec *keys_find(const GroupSpec *spec, const char *name);

/* What to use instead of an unknown group or key, see nearest_remedy(). */
char *keys_group_remedy(const char *group);
char *keys_key_remedy(const GroupSpec *spec, const char *name);

/* Finds a choice of the key; fails with a remedy that names the others. */
bool keys_parse_choice(const KeySpec *key, const char *text, uint32_t *value,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "time, 1us to 10s, default 50us" */
char *keys_describe(const KeySpec *key);
/* All groups and keys, for `godwit help experiment`. */
char *keys_help(void);

#endif
