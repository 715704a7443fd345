/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RAM disk of an experiment: the same bytes for every node.
 */
#ifndef LIB_RAMDISK_H
#define LIB_RAMDISK_H

#include <stdbool.h>

#include <glib.h>

#include "experiment.h"
#include "sha256.h"

/* A file that went into it, for the manifest. */
typedef struct {
    char *path;                 /* in the RAM disk */
    char *source;               /* on this host */
    uint64_t bytes;
    char sha256[SHA256_TEXT];
} RamdiskFile;

typedef struct {
    GBytes *archive;
    GPtrArray *programs;        /* of RamdiskFile: the testbed's */
    GPtrArray *inputs;          /* of RamdiskFile: the experiment's */
} Ramdisk;

/* A list of RamdiskFile. */
GPtrArray *ramdisk_files_new(void);
/* Appends a copy. */
void ramdisk_files_add(GPtrArray *files, const RamdiskFile *file);
void ramdisk_files_copy(const GPtrArray *from, GPtrArray *to);

/* One that was built before; the files that it was built of are copied. */
Ramdisk *ramdisk_new_of(GBytes *archive, const GPtrArray *programs,
                        const GPtrArray *inputs);
/* Reads everything; an error names what is missing or does not fit. */
Ramdisk *ramdisk_build(const Experiment *experiment, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void ramdisk_free(Ramdisk *ramdisk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ramdisk, ramdisk_free)

/* Its bytes as a nameless, sealed file; -1 on error. */
int ramdisk_open(const Ramdisk *ramdisk, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
