/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, done again from what its directory holds.
 */
#ifndef LIB_VERIFY_H
#define LIB_VERIFY_H

#include <glib.h>

#include "diff.h"
#include "run.h"

typedef struct {
    const char *path;           /* the run directory */
    const char *folder;         /* of the second run; NULL: it is not kept */
    /* how the second run is made: interrupt_fd, for tests the options of
     * device and accelerator; the rest is not used */
    RunOptions run;
} VerifyOptions;

typedef struct {
    RunRecord *recorded;
    RunRecord *again;
    Diff *diff;                 /* first `recorded`, then `again` */
} Verify;

/* NULL with an error if the directory is damaged or the run could not be done
 * again; whether it came out the same is in the digests. */
Verify *verify_run(const VerifyOptions *options, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void verify_free(Verify *verify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verify, verify_free)

#endif
