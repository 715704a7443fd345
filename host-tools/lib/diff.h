/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two runs differ in (docs/specs/result.md, "Comparing runs").
 *
 * A Diff has only what differs: two runs with an empty one are the same in
 * configuration, ingredients and results.
 */
#ifndef LIB_DIFF_H
#define LIB_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "run-record.h"

/* A text that differs; NULL where a run has none. */
typedef struct {
    char *name;
    char *values[2];
} DiffText;

typedef enum {
    DIFF_NS,
    DIFF_COUNT,
} DiffUnit;

/* A number that differs, where it is known. */
typedef struct {
    char *name;
    DiffUnit unit;
    bool known[2];
    uint64_t values[2];
} DiffNumber;

/* A group of keys, a process, a node, a migration, a link. */
typedef struct {
    char *name;
    GPtrArray *texts;           /* of DiffText */
    GPtrArray *numbers;         /* of DiffNumber */
} DiffPart;

typedef enum {
    DIFF_CONFIGURATION,         /* key by key */
    DIFF_INGREDIENTS,           /* what took part, by its hashes */
    DIFF_RESULTS,               /* of the run, its processes and nodes */
    DIFF_MIGRATIONS,            /* phases, faults, traffic */
    DIFF_LINKS,
    DIFF_SECTIONS,
} DiffSection;

extern const char *const diff_section_names[DIFF_SECTIONS];

/* Where two traces part. */
typedef struct {
    uint64_t index;             /* in the files, of the first that differ */
    uint32_t node;              /* that did something else */
    /* the node's record of the same number, NULL: there is none */
    const struct mb_trace_record *records[2];
    /* of the earlier one */
    uint64_t time_ns;
    uint64_t instret;
    char *migration;            /* "migration 1 of 'sort'"; NULL: none */
    const char *phase;          /* NULL: none of the critical path */
} DiffTrace;

typedef struct {
    const RunRecord *runs[2];   /* must outlive it */
    bool same_digest;
    GPtrArray *parts[DIFF_SECTIONS];    /* of DiffPart */
    DiffTrace *trace;           /* NULL: the traces are the same */
} Diff;

Diff *diff_runs(const RunRecord *a, const RunRecord *b);
void diff_free(Diff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diff, diff_free)

bool diff_is_empty(const Diff *diff);

/* Parts of making one, in files of their own. */

DiffPart *diff_part_new(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Puts it into the section, or frees it if nothing in it differs. */
void diff_add_part(Diff *diff, DiffSection section, DiffPart *part);
/* Both take it in only if it differs. */
void diff_text(DiffPart *part, const char *name, const char *a, const char *b);
void diff_number(DiffPart *part, const char *name, DiffUnit unit,
                 const uint64_t *a, const uint64_t *b);

/* diff-result.c */
void diff_results(Diff *diff);
/* diff-migration.c */
void diff_migrations(Diff *diff);
void diff_links(Diff *diff);
/* diff-trace.c: NULL if the traces are the same. */
DiffTrace *diff_traces(const RunRecord *a, const RunRecord *b);
void diff_trace_free(DiffTrace *trace);

#endif
