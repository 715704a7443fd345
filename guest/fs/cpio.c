/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Index of a cpio archive, see cpio.h.
 *
 * A member is a header of 110 ASCII bytes, its name with a NUL, and its data;
 * name and data are padded to multiples of four. The member "TRAILER!!!" ends
 * the archive.
 */
#include "fs/cpio.h"

#include <stdbool.h>
#include <stddef.h>

#include "fs/pathname.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"

#define HEADER_BYTES    110u
#define FIELD_BYTES     8u

/* Fields of the header, in order, behind the magic of six bytes. */
enum field {
    FIELD_INO, FIELD_MODE, FIELD_UID, FIELD_GID, FIELD_NLINK, FIELD_MTIME,
    FIELD_FILESIZE, FIELD_DEVMAJOR, FIELD_DEVMINOR, FIELD_RDEVMAJOR,
    FIELD_RDEVMINOR, FIELD_NAMESIZE, FIELD_CHECK, FIELDS
};
_Static_assert(6 + FIELDS * FIELD_BYTES == HEADER_BYTES, "newc");

static const char trailer[] = "TRAILER!!!";

static int parse_hex(const char *digits, uint32_t *value)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < FIELD_BYTES; i++) {
        char c = digits[i];
        uint32_t digit;

        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = (uint32_t)(c - 'a') + 10;
        } else if (c >= 'A' && c <= 'F') {
            digit = (uint32_t)(c - 'A') + 10;
        } else {
            return -EINVAL;
        }
        sum = sum << 4 | digit;
    }
    *value = sum;
    return 0;
}

static int parse_header(const char *header, uint32_t field[FIELDS])
{
    if (memcmp(header, "070701", 6) != 0 && memcmp(header, "070702", 6) != 0) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < FIELDS; i++) {
        if (parse_hex(header + 6 + i * FIELD_BYTES, &field[i]) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}

static uint32_t bucket_of(const char *path, uint32_t bytes)
{
    return pathname_hash(path, bytes) & (CPIO_BUCKETS - 1);
}

uint32_t cpio_find(const struct cpio *cpio, const char *path,
                   uint32_t path_bytes)
{
    uint32_t i = cpio->bucket[bucket_of(path, path_bytes)];

    while (i != CPIO_NONE) {
        const struct cpio_entry *entry = &cpio->entry[i];

        if (entry->path_bytes == path_bytes &&
            memcmp(entry->path, path, path_bytes) == 0) {
            return i;
        }
        i = entry->chain;
    }
    return CPIO_NONE;
}

/* Appends an entry below `parent` (CPIO_NONE for the root itself). */
static int append(struct cpio *cpio, const struct cpio_entry *like,
                  uint32_t parent)
{
    uint32_t index = cpio->count;
    uint32_t hash = bucket_of(like->path, like->path_bytes);
    struct cpio_entry *entry;

    if (index == CPIO_ENTRIES) {
        return -ENOSPC;
    }
    entry = &cpio->entry[index];
    *entry = *like;
    entry->parent = parent == CPIO_NONE ? index : parent;
    entry->child = CPIO_NONE;
    entry->last_child = CPIO_NONE;
    entry->sibling = CPIO_NONE;
    entry->chain = cpio->bucket[hash];
    cpio->bucket[hash] = index;
    if (parent != CPIO_NONE) {
        struct cpio_entry *above = &cpio->entry[parent];

        if (above->child == CPIO_NONE) {
            above->child = index;
        } else {
            cpio->entry[above->last_child].sibling = index;
        }
        above->last_child = index;
    }
    cpio->count++;
    return 0;
}

/* The directory of path[0 .. bytes), added with all above it if missing. */
static int find_parent(struct cpio *cpio, const char *path, uint32_t bytes,
                       uint32_t mtime, uint32_t *parent)
{
    uint32_t at = CPIO_ROOT;

    for (uint32_t i = 0; i < bytes; i++) {
        uint32_t next;

        if (path[i] != '/') {
            continue;
        }
        next = cpio_find(cpio, path, i);
        if (next == CPIO_NONE) {
            struct cpio_entry directory = {
                .path = path,
                .path_bytes = i,
                .mode = LINUX_S_IFDIR | 0755,
                .mtime = mtime,
            };

            if (append(cpio, &directory, at) != 0) {
                return -ENOSPC;
            }
            next = cpio->count - 1;
        }
        if ((cpio->entry[next].mode & LINUX_S_IFMT) != LINUX_S_IFDIR) {
            return -EINVAL;
        }
        at = next;
    }
    *parent = at;
    return 0;
}

int cpio_add(struct cpio *cpio, const struct cpio_entry *like)
{
    uint32_t parent;

    if (cpio_find(cpio, like->path, like->path_bytes) != CPIO_NONE) {
        return -EEXIST;
    }
    if (find_parent(cpio, like->path, like->path_bytes, like->mtime,
                    &parent) != 0) {
        return cpio->count == CPIO_ENTRIES ? -ENOSPC : -EINVAL;
    }
    return append(cpio, like, parent);
}

/* Removes what may stand around a member's name: "./", "/", and behind that
 * of a directory more slashes. */
static void trim(const char **path, uint32_t *bytes, bool directory)
{
    while (*bytes > 0 && ((*path)[0] == '/' ||
                          ((*path)[0] == '.' &&
                           (*bytes == 1 || (*path)[1] == '/')))) {
        (*path)++;
        (*bytes)--;
    }
    while (directory && *bytes > 0 && (*path)[*bytes - 1] == '/') {
        (*bytes)--;
    }
}

/* A later member of the same name replaces the earlier one's contents. */
static int replace(struct cpio_entry *old, const struct cpio_entry *new)
{
    if ((old->mode ^ new->mode) & LINUX_S_IFMT) {
        return -EINVAL;
    }
    old->mode = new->mode;
    old->mtime = new->mtime;
    old->data = new->data;
    old->bytes = new->bytes;
    return 0;
}

static int add_member(struct cpio *cpio, struct cpio_entry *entry)
{
    uint32_t type = entry->mode & LINUX_S_IFMT;
    uint32_t found;

    trim(&entry->path, &entry->path_bytes, type == LINUX_S_IFDIR);
    if (entry->path_bytes == 0) {
        return type == LINUX_S_IFDIR ?
               replace(&cpio->entry[CPIO_ROOT], entry) : -EINVAL;
    }
    if (!pathname_is_plain(entry->path, entry->path_bytes)) {
        return -EINVAL;
    }
    if (type != LINUX_S_IFREG && type != LINUX_S_IFDIR &&
        type != LINUX_S_IFLNK) {
        return 0;                   /* the kernel brings its own devices */
    }
    found = cpio_find(cpio, entry->path, entry->path_bytes);
    if (found != CPIO_NONE) {
        return replace(&cpio->entry[found], entry);
    }
    return cpio_add(cpio, entry);
}

static void start_tree(struct cpio *cpio)
{
    const struct cpio_entry root = {
        .path = "",
        .mode = LINUX_S_IFDIR | 0755,
    };

    cpio->count = 0;
    for (unsigned i = 0; i < CPIO_BUCKETS; i++) {
        cpio->bucket[i] = CPIO_NONE;
    }
    (void)append(cpio, &root, CPIO_NONE);
}

static uint64_t pad4(uint64_t bytes)
{
    return (bytes + 3) & ~3ull;
}

int cpio_index(struct cpio *cpio, const void *archive, uint64_t bytes)
{
    const char *base = archive;
    uint64_t at = 0;

    start_tree(cpio);
    for (;;) {
        uint32_t field[FIELDS];
        uint64_t name_bytes, data_at;
        struct cpio_entry entry = { 0 };
        int error;

        if (bytes - at < HEADER_BYTES ||
            parse_header(base + at, field) != 0) {
            return -EINVAL;
        }
        name_bytes = field[FIELD_NAMESIZE];
        data_at = pad4(at + HEADER_BYTES + name_bytes);
        if (name_bytes == 0 || data_at > bytes ||
            field[FIELD_FILESIZE] > bytes - data_at ||
            base[at + HEADER_BYTES + name_bytes - 1] != '\0') {
            return -EINVAL;
        }
        entry.path = base + at + HEADER_BYTES;
        entry.path_bytes = (uint32_t)name_bytes - 1;
        if (name_bytes == sizeof(trailer) &&
            memcmp(entry.path, trailer, sizeof(trailer)) == 0) {
            return 0;
        }
        entry.mode = field[FIELD_MODE] & (LINUX_S_IFMT | 07777);
        entry.mtime = field[FIELD_MTIME];
        entry.data = base + data_at;
        entry.bytes = field[FIELD_FILESIZE];
        error = add_member(cpio, &entry);
        if (error != 0) {
            return error;
        }
        at = pad4(data_at + entry.bytes);
        if (at > bytes) {
            return -EINVAL;         /* the trailer is missing */
        }
    }
}
