/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as strings.
 *
 * Inside the kernel a path is absolute, normalised and without its leading
 * slash: "data/words.txt"; the root is "". It has neither "." nor "..".
 */
#ifndef FS_PATHNAME_H
#define FS_PATHNAME_H

#include <stdbool.h>
#include <stdint.h>

#define FS_PATH_MAX     1024u       /* bytes with the NUL */
#define FS_NAME_MAX     255u        /* bytes of a component */

/* Normalised as above: no empty component, no "." or "..", no NUL. */
bool pathname_is_plain(const char *path, uint32_t bytes);
uint32_t pathname_hash(const char *path, uint32_t bytes);
/* Strictly below. */
bool pathname_is_below(const char *path, const char *directory);
/* Directly below. */
bool pathname_is_child(const char *path, const char *directory);
/* The last component; it ends where the path ends. */
const char *pathname_last(const char *path, uint32_t bytes,
                          uint32_t *last_bytes);

#endif
