/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash of a node's memory: SHA-256 over each page that is not all zero,
 * in ascending order, as its number (8 bytes, little endian) and its 4096
 * bytes.
 */
#ifndef LIB_MEMORY_HASH_H
#define LIB_MEMORY_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "sha256.h"

typedef struct {
    int fd;                     /* the memory file */
    uint64_t bytes;             /* of it, a multiple of 4096 */
    char *text;                 /* SHA256_TEXT bytes for the hash */
} MemoryHash;

/* All of them, on all processors; holes are skipped. */
bool memory_hash_all(const MemoryHash *hashes, size_t count, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
