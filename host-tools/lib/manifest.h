/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a run: versions and hashes of all that took part
 * (docs/specs/result.md, "manifest.json").
 */
#ifndef LIB_MANIFEST_H
#define LIB_MANIFEST_H

#include <glib.h>

#include "ramdisk.h"
#include "sha256.h"

#define MANIFEST_NAME   "godwit-manifest"
#define MANIFEST_SCHEMA MANIFEST_NAME "-2"

/* A file that a run cannot do without. */
typedef struct {
    char *path;
    char *version;              /* NULL: it has none */
    char *key;                  /* of the cached build; NULL: there is none */
    char sha256[SHA256_TEXT];
} ManifestPart;

typedef enum {
    MANIFEST_TOOL,
    MANIFEST_EMULATOR,
    MANIFEST_KERNEL,
    MANIFEST_RAMDISK,
    MANIFEST_EXPERIMENT,        /* path of the file, hash of the resolved one */
    MANIFEST_PARTS,
} ManifestPartKind;

extern const char *const manifest_part_names[MANIFEST_PARTS];

typedef struct {
    ManifestPart parts[MANIFEST_PARTS];
    GPtrArray *programs;        /* of RamdiskFile: the testbed's */
    GPtrArray *inputs;          /* of RamdiskFile: the experiment's */
} Manifest;

/* Where the parts are and what is in them. */
typedef struct {
    const char *experiment;     /* path of the file */
    const char *resolved;       /* its text with every key written out */
    const char *emulator;
    const char *kernel;         /* path of the file */
    GBytes *kernel_bytes;
    const char *ramdisk_path;   /* NULL: it was made for the run */
    const Ramdisk *ramdisk;
} ManifestConfig;

/* Hashes all of it, and this tool. */
Manifest *manifest_gather(const ManifestConfig *config, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void manifest_free(Manifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Manifest, manifest_free)

char *manifest_to_json(const Manifest *manifest);
Manifest *manifest_from_json(const char *text, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
