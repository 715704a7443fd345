/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of a run (docs/specs/result.md, "The run directory").
 */
#ifndef LIB_RUN_DIR_H
#define LIB_RUN_DIR_H

#include <stdbool.h>

#include <glib.h>

#include "manifest.h"
#include "result.h"

#define RUN_DIR_MANIFEST    "manifest.json"
#define RUN_DIR_EXPERIMENT  "experiment.ini"
#define RUN_DIR_KERNEL      "kernel"
#define RUN_DIR_RAMDISK     "ramdisk.cpio"
#define RUN_DIR_RESULT      "result.json"
#define RUN_DIR_TRACE       "trace.bin"

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

/* Takes away everything that a run left in it, and the directory itself if
 * then nothing else is in it. */
void run_dir_remove(const char *path);
/* Takes away all but result, manifest and experiment. */
void run_dir_remove_bulk(const char *path);

Manifest *run_dir_read_manifest(const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* result.json of a finished run, as text and, if `result` is not NULL, read. */
char *run_dir_read_result(const char *path, Result **result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* "out/NAME.stdout", "out/NAME.stderr" */
char *run_dir_output_name(const char *process, unsigned stream);
/* The last lines of a node's console, joined to one; "" if there is none. */
char *run_dir_console_tail(const RunDir *dir, uint32_t node);

#endif
