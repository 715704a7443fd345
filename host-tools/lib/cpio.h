/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cpio archive in the "newc" format, made in memory.
 *
 * The bytes depend on names, modes and contents alone: entries stand in the
 * order of their names, times and owners are 0. Folders that lead to an entry
 * are made as needed.
 */
#ifndef LIB_CPIO_H
#define LIB_CPIO_H

#include <stdint.h>

#include <glib.h>

typedef struct Cpio Cpio;

Cpio *cpio_new(void);
void cpio_free(Cpio *cpio);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cpio, cpio_free)

/* Paths are absolute. A path that is there already is replaced. */
void cpio_add_folder(Cpio *cpio, const char *path);
void cpio_add_file(Cpio *cpio, const char *path, uint32_t permissions,
                   GBytes *contents);

GBytes *cpio_finish(Cpio *cpio);

#endif
