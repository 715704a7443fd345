/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presets of the file server's disk by number and name: the plan carries the
 * number, experiment files the name. docs/files.md has their figures.
 */
#ifndef UAPI_DISKS_H
#define UAPI_DISKS_H

/* X(symbol, number, name) */
#define GODWIT_DISKS(X) \
    X(NONE, 0, "none") \
    X(HDD_1996, 1, "hdd-1996") \
    X(SSD, 2, "ssd")

enum disk_preset {
#define X(symbol, number, name) DISK_##symbol = number,
    GODWIT_DISKS(X)
#undef X
    DISK_PRESETS
};

#endif
