/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of a run (docs/specs/result.md, "The run directory").
 */
#ifndef LIB_RUN_DIR_H
#define LIB_RUN_DIR_H

#include <stdbool.h>

#include <glib.h>

#include "result.h"

#define RUN_DIR_MANIFEST    "manifest.json"
#define RUN_DIR_EXPERIMENT  "experiment.ini"
#define RUN_DIR_RESULT      "result.json"
#define RUN_DIR_TRACE       "trace.bin"

#define RUN_DIR_MANIFEST_SCHEMA "godwit-manifest-1"

typedef struct {
    char *path;
    int fd;                     /* locked: no two runs at once */
    int output_fd;              /* out/ */
    int console_fd;             /* console/ */
} RunDir;

/* Makes it, or empties that of an earlier run; never touches a directory that
 * is something else. */
RunDir *run_dir_create(const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void run_dir_close(RunDir *dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunDir, run_dir_close)

/* result.json of a finished run, as text and, if `result` is not NULL, read. */
char *run_dir_read_result(const char *path, Result **result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The last lines of a node's console, joined to one; "" if there is none. */
char *run_dir_console_tail(const RunDir *dir, uint32_t node);

#endif
