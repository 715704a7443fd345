/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk's time, see disk.h.
 *
 * A platter turns all the time: its angle follows from the time alone. The arm
 * moves first, then the block has to come around. A request that waits behind
 * another one starts at the very instant at which that is done, so that blocks
 * in a row are read in one go.
 */
#include "srv/disk.h"

static const struct disk_model models[DISK_PRESETS] = {
    [DISK_NONE] = { 0 },
    [DISK_HDD_1996] = {
        .read_ns = 500000,
        .write_ns = 500000,
        .transfer_ns = 11111111 / 16,
        .revolution_ns = 11111111,      /* 5400 per minute */
        .seek_least_ns = 2000000,
        .seek_most_ns = 18000000,
        .track_blocks = 16,
        .cylinder_blocks = 128,
        .cylinders = 4096,
    },
    [DISK_SSD] = {
        .read_ns = 80000,
        .write_ns = 20000,
        .transfer_ns = 1365,            /* 3 GB/s */
        .track_blocks = 1,
        .cylinder_blocks = 1u << 27,
        .cylinders = 1,
    },
};

void disk_init(struct disk *disk, enum disk_preset preset)
{
    *disk = (struct disk) { .model = &models[preset] };
}

static uint64_t seek_ns(const struct disk_model *model, uint32_t from,
                        uint32_t to)
{
    uint64_t distance = from < to ? to - from : from - to;

    if (distance == 0) {
        return 0;
    }
    return model->seek_least_ns + (distance - 1) *
           (model->seek_most_ns - model->seek_least_ns) /
           (model->cylinders - 2);
}

/* From `at_ns` until the block begins to pass below the head. */
static uint64_t rotation_ns(const struct disk_model *model, uint64_t block,
                            uint64_t at_ns)
{
    uint64_t begins = block % model->track_blocks * model->transfer_ns;
    uint64_t angle = at_ns % model->revolution_ns;

    return begins >= angle ? begins - angle :
                             begins + model->revolution_ns - angle;
}

uint64_t disk_request(struct disk *disk, enum disk_access access,
                      uint64_t block, uint64_t now_ns)
{
    const struct disk_model *model = disk->model;
    uint64_t done_ns = disk->free_ns;

    if (now_ns >= disk->free_ns) {
        done_ns = now_ns + (access == DISK_READ ? model->read_ns :
                                                  model->write_ns);
    } else if (model->revolution_ns == 0) {
        done_ns += access == DISK_READ ? model->read_ns : model->write_ns;
    }
    if (model->revolution_ns != 0) {
        uint32_t cylinder = (uint32_t)(block / model->cylinder_blocks %
                                       model->cylinders);

        done_ns += seek_ns(model, disk->cylinder, cylinder);
        done_ns += rotation_ns(model, block, done_ns);
        disk->cylinder = cylinder;
    }
    disk->free_ns = done_ns + model->transfer_ns;
    return disk->free_ns;
}

uint64_t disk_blocks(const struct disk *disk)
{
    return (uint64_t)disk->model->cylinder_blocks * disk->model->cylinders;
}
