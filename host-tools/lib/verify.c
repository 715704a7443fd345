/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, done again from what its directory holds (docs/specs/result.md,
 * "Proof").
 */
#include "verify.h"

#include <string.h>

#include "error.h"

void verify_free(Verify *verify)
{
    if (verify != NULL) {
        diff_free(verify->diff);
        run_record_close(verify->again);
        run_record_close(verify->recorded);
        g_free(verify);
    }
}

static bool is_same_folder(const char *a, const char *b)
{
    g_autofree char *left = g_canonicalize_filename(a, NULL);
    g_autofree char *right = g_canonicalize_filename(b, NULL);

    return strcmp(left, right) == 0;
}

/* Runs it in `folder` and reads what is there then. */
static RunRecord *run_again(const VerifyOptions *options, const char *folder,
                            GError **error)
{
    g_autofree char *experiment = g_build_filename(options->path,
                                                   RUN_DIR_EXPERIMENT, NULL);
    RunOptions again = options->run;

    again.path = experiment;
    again.experiment = (ExperimentOptions) { .sealed = true };
    again.from = options->path;
    again.folder = folder;
    g_autoptr(Run) run = run_experiment(&again, error);
    return run != NULL ? run_record_open(folder, error) : NULL;
}

/* In a directory that is gone afterwards: what is read stays mapped. */
static RunRecord *run_apart(const VerifyOptions *options, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *folder = g_dir_make_tmp("godwit-verify-XXXXXX", &cause);

    if (folder == NULL) {
        godwit_fail(error, "%s", cause->message);
        return NULL;
    }
    RunRecord *record = run_again(options, folder, error);
    run_dir_remove(folder);
    return record;
}

Verify *verify_run(const VerifyOptions *options, GError **error)
{
    g_autoptr(Verify) verify = g_new0(Verify, 1);

    if (options->folder != NULL &&
        is_same_folder(options->path, options->folder)) {
        godwit_misuse(error, "%s is the run to verify; name another directory "
                      "with -o", options->folder);
        return NULL;
    }
    verify->recorded = run_record_open(options->path, error);
    if (verify->recorded == NULL) {
        return NULL;
    }
    verify->again = options->folder != NULL
        ? run_again(options, options->folder, error)
        : run_apart(options, error);
    if (verify->again == NULL) {
        return NULL;
    }
    verify->diff = diff_runs(verify->recorded, verify->again);
    return g_steal_pointer(&verify);
}
