/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RAM disk: the file tree that all nodes have in common, read-only.
 */
#ifndef FS_RAMDISK_H
#define FS_RAMDISK_H

#include <stdint.h>

#include "fs/cpio.h"
#include "mm/vm.h"

/* Device numbers, as Linux has them, of the nodes in /dev. */
#define RAMDISK_DEV(major, minor)   ((major) << 8 | (minor))
#define RAMDISK_DEV_NULL            RAMDISK_DEV(1, 3)
#define RAMDISK_DEV_ZERO            RAMDISK_DEV(1, 5)
#define RAMDISK_DEV_FULL            RAMDISK_DEV(1, 7)
#define RAMDISK_DEV_RANDOM          RAMDISK_DEV(1, 8)
#define RAMDISK_DEV_URANDOM         RAMDISK_DEV(1, 9)

/* NULL: no such entry. */
const struct cpio_entry *ramdisk_entry(uint32_t index);
/* By absolute, normalised path; CPIO_NONE: no such path. */
uint32_t ramdisk_find(const char *path);
/* The backing of an entry, which must be a regular file. */
struct backing *ramdisk_backing(uint32_t index);

#endif
