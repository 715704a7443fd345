/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes part in a run: emulator, kernel and RAM disk. Kernel and RAM disk
 * are the testbed's own or those that an earlier run has kept; the emulator is
 * always that of this host.
 */
#ifndef LIB_RUN_PARTS_H
#define LIB_RUN_PARTS_H

#include <stdbool.h>

#include <glib.h>

#include "experiment.h"
#include "manifest.h"
#include "ramdisk.h"

typedef struct {
    char *emulator;             /* path */
    char *kernel;               /* path it was read from */
    GBytes *kernel_bytes;
    char *ramdisk_path;         /* NULL: it was made of programs and files */
    Ramdisk *ramdisk;
} RunParts;

/* Of this testbed; `path` is the experiment file's, for errors. */
RunParts *run_parts_find(const Experiment *experiment, const char *path,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of the run directory `folder`. */
RunParts *run_parts_load(const char *folder, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void run_parts_free(RunParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunParts, run_parts_free)

/* `path` is the experiment file's, `resolved` its text with every key. */
Manifest *run_parts_manifest(const RunParts *parts, const char *path,
                             const char *resolved, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
