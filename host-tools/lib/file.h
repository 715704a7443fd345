/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that appear whole or not at all: written without a name, named at the
 * end. A tool that is killed in between leaves nothing.
 */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* Writes everything, at `offset`. */
bool file_write_all(int fd, const void *data, size_t bytes, uint64_t offset,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Reads exactly that much; a shorter file is an error. */
bool file_read_all(int fd, void *data, size_t bytes, uint64_t offset,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A nameless file, for reading and writing, on the file system of a folder,
 * or in memory where that cannot do it. -1 on error. */
int file_open_unnamed(int folder_fd, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Gives `name` in the folder to the contents of a nameless file, in place of
 * what has that name. */
bool file_publish(int fd, int folder_fd, const char *name, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* All of it in one go. */
bool file_publish_text(int folder_fd, const char *name, const char *text,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool file_publish_bytes(int folder_fd, const char *name, GBytes *contents,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
