/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a node's emulator.
 */
#ifndef LIB_EMULATOR_H
#define LIB_EMULATOR_H

#include <stdint.h>

#include <glib.h>

#include "experiment.h"

typedef struct {
    const char *program;
    const char *kernel;
    uint32_t node;
    const ExperimentNode *machine;      /* clock, costs, memory */
    uint64_t seed;
    uint64_t segment_bytes;
    /* descriptors the emulator inherits */
    int memory_fd;
    int segment_fd;
    int ramdisk_fd;
    int console_fd;
    /* of 127.0.0.1, for people who watch; 0: none */
    uint16_t monitor_port;
    uint16_t gdb_port;
    /* more options of the bridge and of the accelerator, for tests of the
     * schedule: "x-wait=yield,x-window=1000"; NULL: none */
    const char *device_options;
    const char *accel_options;
} EmulatorConfig;

/* Free with g_strfreev(). */
char **emulator_command(const EmulatorConfig *config);

#endif
