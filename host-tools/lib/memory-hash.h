/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash of a node's memory: SHA-256 over each page that is not all zero,
 * in ascending order, as its number (8 bytes, little endian) and its 4096
 * bytes.
 */
#ifndef LIB_MEMORY_HASH_H
#define LIB_MEMORY_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sha256.h"

/* `fd` is the memory file of `bytes`, a multiple of 4096; holes are skipped. */
bool memory_hash(int fd, uint64_t bytes, char text[static SHA256_TEXT],
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
