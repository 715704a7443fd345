/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a node's emulator.
 */
#ifndef LIB_EMULATOR_H
#define LIB_EMULATOR_H

#include <stdint.h>

#include <glib.h>

typedef struct {
    const char *program;
    const char *kernel;
    uint32_t node;
    uint32_t clock_shift;       /* an instruction takes 2^shift ns */
    uint64_t seed;
    uint64_t memory_bytes;
    uint64_t segment_bytes;
    /* descriptors the emulator inherits */
    int memory_fd;
    int segment_fd;
    int ramdisk_fd;
    int console_fd;
} EmulatorConfig;

/* Free with g_strfreev(). */
char **emulator_command(const EmulatorConfig *config);

#endif
