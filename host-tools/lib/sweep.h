/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep: one experiment over a grid of values (docs/specs/sweep.md).
 *
 * A Sweep that a function returned has a valid grid; whether its points are
 * valid experiments is found out by sweep_resolve(), before any of them runs.
 */
#ifndef LIB_SWEEP_H
#define LIB_SWEEP_H

#include <stdbool.h>

#include <glib.h>

#include "ini-file.h"
#include "progress.h"
#include "result.h"
#include "sha256.h"

#define SWEEP_POINTS_MAX    65536u
#define SWEEP_JOBS_MAX      1024u

typedef struct {
    char *label;                /* how tables call it */
    char **texts;               /* one for each key of the axis */
} SweepValue;

typedef struct {
    char *group;                /* "axis NAME" */
    char *name;
    char **keys;                /* "group.key", as --set takes them */
    unsigned key_count;
    GPtrArray *values;          /* of SweepValue */
} SweepAxis;

typedef enum {
    SWEEP_PENDING,
    SWEEP_RAN,
    SWEEP_REUSED,               /* its run was there before */
    SWEEP_BROKEN,               /* there is no result */
} SweepState;

/* A point of the grid, or its run without migrations. */
typedef struct SweepPoint {
    unsigned number;            /* of the point, from 0 */
    struct SweepPoint *undisturbed;     /* NULL: it is that itself, or nobody
                                         * wants it */
    bool moves;                 /* false: it is the run without migrations */
    char **sets;                /* its assignments, axis by axis */
    char key[SHA256_TEXT];      /* of all that determines its result */
    unsigned index;             /* in Sweep.runs, as the next two */
    unsigned first;             /* the first one that has this key */
    unsigned twin;              /* the next one that has it; 0: none */
    SweepState state;
    char *reason;               /* why it failed; NULL: it did not */
    /* of its result, if there is one */
    char *end;
    uint64_t virtual_ns;
    char digest[SHA256_TEXT];   /* "" if there is none */
} SweepPoint;

typedef struct {
    IniFile *ini;
    char *name;
    char *experiment;           /* as the file names it */
    char *path;                 /* of the experiment, from here */
    unsigned jobs;              /* 0: as many as there are cores */
    bool keep_all;
    bool compares;              /* with runs without migrations */
    GPtrArray *axes;            /* of SweepAxis */
    GPtrArray *points;          /* of SweepPoint, the last axis fastest */
    GPtrArray *runs;            /* points, then their undisturbed runs */
} Sweep;

/* sweep-file.c: every error names file, line and remedy. */
Sweep *sweep_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sweep_free(Sweep *sweep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sweep, sweep_free)

/* sweep-point.c */
void sweep_make_points(Sweep *sweep);
/* The value that a point has on an axis. */
const SweepValue *sweep_value(const Sweep *sweep, const SweepPoint *point,
                              unsigned axis);
/* "algorithm=total-copy, latency=10us" */
char *sweep_describe_point(const Sweep *sweep, const SweepPoint *point);
/* Checks all points as `godwit validate` would and computes their keys. What
 * is wrong with them is added to `faults`, each text once. */
bool sweep_resolve(Sweep *sweep, GPtrArray *faults, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

void sweep_point_set_result(SweepPoint *point, const Result *result);
/* SHA-256 over which values led to which results. */
void sweep_compute_digest(const Sweep *sweep, char digest[static SHA256_TEXT]);

typedef struct {
    unsigned jobs;              /* runs at once, at least 1 */
    int interrupt_fd;           /* readable: give up; -1: never */
    Progress *progress;         /* NULL: nobody looks */
} SweepOptions;

/* sweep-run.c: runs what is not there yet. A point that fails is noted in it
 * and is no error. The directory must be locked, see sweep-dir.h. */
struct SweepDir;
bool sweep_run(Sweep *sweep, const struct SweepDir *dir,
               const SweepOptions *options, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* "3/8 runs, 2 running, 1 reused, 0 failed, 12 s left"; left_s < 0: it is
 * not known yet. */
char *sweep_format_progress(const Sweep *sweep, unsigned running,
                            double left_s);

#endif
