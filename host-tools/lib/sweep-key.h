/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key of a run: a hash over all that determines its result. It holds no
 * path of the host.
 */
#ifndef LIB_SWEEP_KEY_H
#define LIB_SWEEP_KEY_H

#include <stdbool.h>

#include "experiment.h"
#include "sha256.h"

/* Hashes of what takes part beside the experiment. */
typedef struct {
    char emulator[SHA256_TEXT];
    char kernel[SHA256_TEXT];
    char ramdisk[SHA256_TEXT];
} SweepParts;

/* Forgets where the experiment's files come from: their contents are in the
 * RAM disk. */
void sweep_key_compute(Experiment *experiment, const SweepParts *parts,
                       char key[static SHA256_TEXT]);
/* Of a finished run, from what its directory holds. */
bool sweep_key_of_run(const char *folder, char key[static SHA256_TEXT],
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
