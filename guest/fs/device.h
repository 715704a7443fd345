/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices: what has a system call of its own beside the node in /dev.
 */
#ifndef FS_DEVICE_H
#define FS_DEVICE_H

#include <stdint.h>

#include "fs/uio.h"
#include "proc/proc.h"

/* Fills the uio, which the caller has checked, with the process's reproducible
 * random numbers. Returns uio->bytes. */
int64_t device_read_random(struct proc *proc, struct uio *uio);

#endif
