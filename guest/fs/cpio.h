/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Index of a cpio archive in the "newc" format: a tree of names with a hash
 * table over whole paths.
 *
 * The archive is other people's input: every field is checked once, here.
 * After cpio_index() has returned 0, all entries point into the archive and
 * form a tree whose inner nodes are directories. Paths have no leading slash;
 * the root is entry 0 with the empty path.
 */
#ifndef FS_CPIO_H
#define FS_CPIO_H

#include <stdint.h>

#define CPIO_ENTRIES    4096u
#define CPIO_BUCKETS    1024u       /* a power of two */
#define CPIO_NONE       UINT32_MAX
#define CPIO_ROOT       0u

struct cpio_entry {
    const char *path;               /* path_bytes long, no NUL */
    const void *data;
    uint64_t bytes;
    uint32_t path_bytes;
    uint32_t mode;                  /* type and permissions, as in stat */
    uint32_t mtime;                 /* seconds since 1970 */
    uint32_t device;                /* major << 8 | minor */
    uint32_t parent;
    uint32_t child;                 /* first of a directory, or CPIO_NONE */
    uint32_t last_child;
    uint32_t sibling;               /* next of the directory: higher index */
    uint32_t chain;                 /* next in the hash bucket */
};

struct cpio {
    uint32_t count;
    uint32_t bucket[CPIO_BUCKETS];
    struct cpio_entry entry[CPIO_ENTRIES];
};

/* Fills *cpio from an archive, which has to stay where it is. Directories that
 * the archive does not name are added. -EINVAL: damaged, or a path that is not
 * plain; -ENOSPC: too many entries. */
int cpio_index(struct cpio *cpio, const void *archive, uint64_t bytes);

/* Adds an entry that the archive does not have, and its directories. `path` is
 * kept, not copied. -EEXIST, or as above. */
int cpio_add(struct cpio *cpio, const struct cpio_entry *like);

/* CPIO_NONE when there is no such path. */
uint32_t cpio_find(const struct cpio *cpio, const char *path,
                   uint32_t path_bytes);

#endif
