/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of a sweep (docs/specs/sweep.md, "The directory").
 *
 * A point runs in points/KEY.part, which becomes points/KEY when its result is
 * there: what has that name is whole.
 */
#ifndef LIB_SWEEP_DIR_H
#define LIB_SWEEP_DIR_H

#include <stdbool.h>

#include <glib.h>

#include "result.h"

#define SWEEP_DIR_CSV   "sweep.csv"
#define SWEEP_DIR_JSON  "sweep.json"

typedef struct SweepDir {
    char *path;
    /* Locked: no two sweeps at once. The runs inherit it, so that it stays
     * locked until the last of them has ended. */
    int fd;
} SweepDir;

/* Makes it, or takes up that of an earlier sweep; never touches a directory
 * that is something else. What earlier sweeps left half done is removed. */
SweepDir *sweep_dir_open(const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void sweep_dir_close(SweepDir *dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepDir, sweep_dir_close)

/* Where the point with this key runs, and where it is kept. */
char *sweep_dir_part(const SweepDir *dir, const char *key);
char *sweep_dir_point(const SweepDir *dir, const char *key);

/* The result of a finished run that has this key; NULL with an error that says
 * what is wrong with the directory. `whole`: with trace, outputs, RAM disk. */
Result *sweep_dir_check(const char *folder, const char *key, bool whole,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Makes a point of a checked part. */
bool sweep_dir_keep(const SweepDir *dir, const char *key, bool whole,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
