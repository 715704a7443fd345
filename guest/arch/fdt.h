/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel wants to know from the flattened device tree.
 */
#ifndef ARCH_FDT_H
#define ARCH_FDT_H

#include <stddef.h>
#include <stdint.h>

#define FDT_BYTES_MAX   (2u << 20)

struct machine {
    uint64_t ram_start;         /* physical addresses */
    uint64_t ram_end;
    uint64_t ramdisk_start;     /* both 0: no RAM disk */
    uint64_t ramdisk_end;
};

/* Reads at most `most` bytes at blob. -EINVAL: not a usable device tree, or
 * no memory in it. */
int fdt_parse(const void *blob, size_t most, struct machine *machine);

#endif
