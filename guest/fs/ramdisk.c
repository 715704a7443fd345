/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RAM disk, see ramdisk.h: the boot archive, and what every file tree has
 * beside it (/dev, /proc, /tmp). Its files back mappings without a copy of
 * their own: one const object per entry, never freed.
 */
#include "fs/ramdisk.h"

#include "fs/file.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/syscalls.h"

static struct cpio tree;
/* backings[i] belongs to entry i of the tree */
static struct backing backings[CPIO_ENTRIES];

#define DIRECTORY(name, permissions) { \
    .path = name, .path_bytes = sizeof(name) - 1, \
    .mode = LINUX_S_IFDIR | (permissions), .mtime = EPOCH_S }
#define DEVICE(name, number) { \
    .path = name, .path_bytes = sizeof(name) - 1, \
    .mode = LINUX_S_IFCHR | 0666, .mtime = EPOCH_S, .device = (number) }
#define LINK(name, target) { \
    .path = name, .path_bytes = sizeof(name) - 1, \
    .mode = LINUX_S_IFLNK | 0777, .mtime = EPOCH_S, \
    .data = target, .bytes = sizeof(target) - 1 }

static const struct cpio_entry built_in[] = {
    DIRECTORY("dev", 0755),
    DEVICE("dev/null", RAMDISK_DEV_NULL),
    DEVICE("dev/zero", RAMDISK_DEV_ZERO),
    DEVICE("dev/full", RAMDISK_DEV_FULL),
    DEVICE("dev/random", RAMDISK_DEV_RANDOM),
    DEVICE("dev/urandom", RAMDISK_DEV_URANDOM),
    LINK("dev/fd", "/proc/self/fd"),
    LINK("dev/stdin", "/proc/self/fd/0"),
    LINK("dev/stdout", "/proc/self/fd/1"),
    LINK("dev/stderr", "/proc/self/fd/2"),
    DIRECTORY("proc", 0555),
    DIRECTORY("srv", 0755),
    DIRECTORY("tmp", 01777),
};

static int backing_read(struct backing *backing, uint64_t offset, void *page,
                        size_t bytes)
{
    const struct cpio_entry *entry = &tree.entry[backing - backings];
    uint64_t left = offset < entry->bytes ? entry->bytes - offset : 0;
    size_t part = bytes < left ? bytes : left;

    if (part > 0) {
        memcpy(page, (const uint8_t *)entry->data + offset, part);
    }
    memset((uint8_t *)page + part, 0, bytes - part);
    return 0;
}

static void backing_keep(struct backing *backing)
{
    (void)backing;
}

static const char *backing_name(struct backing *backing)
{
    /* a regular file's path ends with the NUL it has in the archive */
    return tree.entry[backing - backings].path;
}

static struct backing *backing_open(const char *name)
{
    uint32_t index = ramdisk_find(name);

    if (index == CPIO_NONE ||
        (tree.entry[index].mode & LINUX_S_IFMT) != LINUX_S_IFREG) {
        return NULL;
    }
    return &backings[index];
}

const struct backing_ops ramdisk_backing_ops = {
    .read = backing_read,
    .get = backing_keep,
    .put = backing_keep,
    .name = backing_name,
    .open = backing_open,
};

int fs_init(const void *ramdisk, uint64_t bytes)
{
    int error = cpio_index(&tree, ramdisk, bytes);

    if (error != 0) {
        return error;
    }
    for (unsigned i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++) {
        error = cpio_add(&tree, &built_in[i]);
        if (error != 0 && error != -EEXIST) {
            return error;
        }
    }
    for (unsigned i = 0; i < CPIO_ENTRIES; i++) {
        backings[i].ops = &ramdisk_backing_ops;
    }
    vm_set_backing_ops(&ramdisk_backing_ops);
    return 0;
}

const struct cpio_entry *ramdisk_entry(uint32_t index)
{
    return index < tree.count ? &tree.entry[index] : NULL;
}

uint32_t ramdisk_find(const char *path)
{
    while (*path == '/') {
        path++;
    }
    return cpio_find(&tree, path, (uint32_t)strlen(path));
}

struct backing *ramdisk_backing(uint32_t index)
{
    return &backings[index];
}

const void *fs_ramdisk_find(const char *path, uint64_t *bytes, uint32_t *mode)
{
    const struct cpio_entry *entry = ramdisk_entry(ramdisk_find(path));

    if (entry == NULL || (entry->mode & LINUX_S_IFMT) != LINUX_S_IFREG) {
        return NULL;
    }
    *bytes = entry->bytes;
    *mode = entry->mode;
    return entry->data;
}
