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

#include "units.h"

typedef enum {
    KEY_TEXT,                   /* char * */
    KEY_QUANTITY,               /* uint64_t */
} KeyType;

typedef struct {
    const char *name;
    KeyType type;
    Unit unit;                  /* of a quantity */
    const char *fallback;       /* NULL: the key must be given */
    const char *least;          /* of a quantity, both inclusive, as written */
    const char *most;
    size_t offset;              /* of the member that holds it */
    const char *doc;
} KeySpec;

typedef enum {
    GROUP_EXPERIMENT,
    GROUP_CLUSTER,
    GROUP_LINK,
    GROUP_FILE,
    GROUP_PROCESS,
    GROUP_MIGRATION,
    GROUP_COUNT,
} GroupKind;

typedef struct {
    const char *name;
    const char *argument;       /* "[name ARGUMENT]", or NULL */
    bool required;
    const KeySpec *keys;
    size_t key_count;
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

/* "time, 1us to 10s, default 50us" */
char *keys_describe(const KeySpec *key);
/* All groups and keys, for `godwit help experiment`. */
char *keys_help(void);

#endif
