/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as strings, see pathname.h.
 */
#include "fs/pathname.h"

#include "lib/string.h"

static bool is_plain_name(const char *name, uint32_t bytes)
{
    if (bytes == 0 || bytes > FS_NAME_MAX) {
        return false;
    }
    if (name[0] == '.' && (bytes == 1 || (bytes == 2 && name[1] == '.'))) {
        return false;
    }
    return true;
}

bool pathname_is_plain(const char *path, uint32_t bytes)
{
    uint32_t start = 0;

    if (bytes == 0) {
        return true;                /* the root */
    }
    if (bytes >= FS_PATH_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < bytes; i++) {
        if (path[i] == '\0') {
            return false;
        }
        if (path[i] == '/') {
            if (!is_plain_name(path + start, i - start)) {
                return false;
            }
            start = i + 1;
        }
    }
    return is_plain_name(path + start, bytes - start);
}

uint32_t pathname_hash(const char *path, uint32_t bytes)
{
    uint32_t hash = 2166136261u;            /* FNV-1a */

    for (uint32_t i = 0; i < bytes; i++) {
        hash = (hash ^ (uint8_t)path[i]) * 16777619u;
    }
    return hash;
}

bool pathname_is_below(const char *path, const char *directory)
{
    size_t bytes = strlen(directory);

    if (bytes == 0) {
        return path[0] != '\0';
    }
    return strlen(path) > bytes && memcmp(path, directory, bytes) == 0 &&
           path[bytes] == '/';
}

bool pathname_is_child(const char *path, const char *directory)
{
    const char *name;

    if (!pathname_is_below(path, directory)) {
        return false;
    }
    name = path + strlen(directory) + (directory[0] != '\0');
    while (*name != '\0') {
        if (*name++ == '/') {
            return false;
        }
    }
    return true;
}

const char *pathname_last(const char *path, uint32_t bytes,
                          uint32_t *last_bytes)
{
    uint32_t start = bytes;

    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    *last_bytes = bytes - start;
    return path + start;
}
