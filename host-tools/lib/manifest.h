/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a run: versions and hashes of all that took part.
 */
#ifndef LIB_MANIFEST_H
#define LIB_MANIFEST_H

#include <glib.h>

#include "ramdisk.h"

typedef struct {
    const char *experiment;     /* path of the file */
    const char *resolved;       /* its text with every key written out */
    const char *emulator;
    const char *kernel;
    const Ramdisk *ramdisk;
} ManifestConfig;

/* As JSON text; hashes emulator, kernel and this tool. */
char *manifest_format(const ManifestConfig *config, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
