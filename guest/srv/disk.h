/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a disk has done what it is asked for: pure functions of the preset, of
 * where the arm is, and of time. A block is 4 KiB; docs/files.md has the model
 * and where its figures come from.
 */
#ifndef SRV_DISK_H
#define SRV_DISK_H

#include <stdint.h>

#include "include/uapi/disks.h"

struct disk_model {
    uint64_t read_ns;               /* per request, before all else */
    uint64_t write_ns;
    uint64_t transfer_ns;           /* of a block */
    /* -- of disks that turn; revolution_ns is 0 for others -- */
    uint64_t revolution_ns;
    uint64_t seek_least_ns;         /* to the next cylinder */
    uint64_t seek_most_ns;          /* over all cylinders */
    uint32_t track_blocks;
    uint32_t cylinder_blocks;
    uint32_t cylinders;
};

struct disk {
    const struct disk_model *model;
    uint32_t cylinder;              /* where the arm is */
    uint64_t free_ns;               /* when it has done the last request */
};

enum disk_access { DISK_READ, DISK_WRITE };

void disk_init(struct disk *disk, enum disk_preset preset);
/* Of a request that was made at now_ns; requests come in the order of time.
 * Returns when it is done. */
uint64_t disk_request(struct disk *disk, enum disk_access access,
                      uint64_t block, uint64_t now_ns);
uint64_t disk_blocks(const struct disk *disk);  /* its size */

#endif
