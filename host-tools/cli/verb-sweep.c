/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit sweep: runs an experiment over a grid of values.
 */
#include "verb.h"

#include <unistd.h>

#include "interrupts.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/run-dir.h"
#include "lib/sweep-dir.h"
#include "lib/undisturbed.h"
#include "report/report.h"

typedef struct {
    char *folder;
    int jobs;
    gboolean csv;
    gboolean json;
    gboolean quiet;
} Options;

static void options_clear(Options *options)
{
    g_free(options->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* The command line goes before the file, and that before the host. */
static unsigned count_jobs(const Sweep *sweep, const Options *options)
{
    unsigned jobs = options->jobs > 0 ? (unsigned)options->jobs : sweep->jobs;

    return jobs > 0 ? jobs : MIN(g_get_num_processors(), SWEEP_JOBS_MAX);
}

static bool resolve(Sweep *sweep, VerbOutput *output, GError **error)
{
    g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);

    if (sweep_resolve(sweep, faults, error)) {
        return true;
    }
    for (unsigned i = 0; i < faults->len; i++) {
        g_string_append_printf(output->notes, "godwit: %s\n",
                               (char *)faults->pdata[i]);
    }
    return false;
}

static bool run(Sweep *sweep, const SweepDir *dir, const Options *options,
                GError **error)
{
    bool live = !options->quiet && isatty(STDERR_FILENO) == 1;
    g_autoptr(Progress) progress = progress_new(STDERR_FILENO, live);
    SweepOptions sweep_options = {
        .jobs = count_jobs(sweep, options),
        .progress = progress,
    };
    Interrupts interrupts;

    if (!interrupts_begin(&interrupts, error)) {
        return false;
    }
    sweep_options.interrupt_fd = interrupts.fd;
    bool done = sweep_run(sweep, dir, &sweep_options, error);
    interrupts_end(&interrupts);
    return done;
}

/* NULL, too, if the run has left no result. */
static bool read_result(const SweepDir *dir, const SweepPoint *point,
                        Result **result, GError **error)
{
    *result = NULL;
    if (point->state == SWEEP_BROKEN) {
        return true;
    }
    g_autofree char *folder = sweep_dir_point(dir, point->key);
    g_autofree char *text = run_dir_read_result(folder, result, error);
    return text != NULL;
}

/* A point that is good by itself fails if its moves have been noticed. */
static void judge(SweepPoint *point, const Result *result,
                  const Result *undisturbed)
{
    const SweepPoint *other = point->undisturbed;

    if (point->reason != NULL) {
        return;
    }
    if (other->reason != NULL) {
        point->reason = g_strdup_printf("the run without migrations: %s",
                                        other->reason);
    } else if (result != NULL && undisturbed != NULL) {
        point->reason = undisturbed_difference(result, undisturbed);
    }
}

/* In the order of the points, however they were run. */
static ReportSweep *gather(const Sweep *sweep, const SweepDir *dir,
                           GError **error)
{
    g_autoptr(ReportSweep) report = report_sweep_new(sweep);

    for (unsigned i = 0; i < sweep->points->len; i++) {
        SweepPoint *point = sweep->points->pdata[i];
        g_autoptr(Result) result = NULL;
        g_autoptr(Result) undisturbed = NULL;
        if (!read_result(dir, point, &result, error)) {
            return NULL;
        }
        if (point->undisturbed != NULL) {
            if (!read_result(dir, point->undisturbed, &undisturbed, error)) {
                return NULL;
            }
            judge(point, result, undisturbed);
        }
        report_sweep_add(report, point, result, undisturbed);
    }
    return g_steal_pointer(&report);
}

/* False: points have failed. */
static bool tell_failures(const Sweep *sweep, VerbOutput *output,
                          GError **error)
{
    unsigned failed = 0;

    for (unsigned i = 0; i < sweep->points->len; i++) {
        const SweepPoint *point = sweep->points->pdata[i];
        if (point->reason != NULL) {
            g_autofree char *values = sweep_describe_point(sweep, point);
            g_string_append_printf(output->notes, "point %u (%s): %s\n",
                                   point->number, values, point->reason);
            failed++;
        }
    }
    return failed == 0 || godwit_fail(error, "%s: %u of %u points failed",
                                      sweep->name, failed, sweep->points->len);
}

static bool finish(const Sweep *sweep, const SweepDir *dir,
                   const Options *options, VerbOutput *output, GError **error)
{
    g_autoptr(ReportSweep) report = gather(sweep, dir, error);

    if (report == NULL) {
        return false;
    }
    const char *csv = report_sweep_csv(report);
    g_autofree char *json = report_sweep_json(report);
    if (!file_publish_text(dir->fd, SWEEP_DIR_CSV, csv, error) ||
        !file_publish_text(dir->fd, SWEEP_DIR_JSON, json, error)) {
        return false;
    }
    if (options->csv || options->json) {
        g_string_append(output->data, options->csv ? csv : json);
    } else {
        report_sweep(report, dir->path, output->data);
    }
    return tell_failures(sweep, output, error);
}

static bool sweep(const char *path, const Options *options,
                  VerbOutput *output, GError **error)
{
    g_autoptr(Sweep) sweep = sweep_load(path, error);

    if (sweep == NULL || !resolve(sweep, output, error)) {
        return false;
    }
    g_autofree char *folder = options->folder != NULL
        ? g_strdup(options->folder) : g_strconcat(sweep->name, ".sweep", NULL);
    g_autoptr(SweepDir) dir = sweep_dir_open(folder, error);
    return dir != NULL && run(sweep, dir, options, error) &&
        finish(sweep, dir, options, output, error);
}

bool verb_sweep(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    g_auto(Options) options = { .jobs = -1 };
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder,
          "the sweep's directory; NAME.sweep if not given", "DIR" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs,
          "points to run side by side; one per core if not given", "N" },
        { "csv", 0, 0, G_OPTION_ARG_NONE, &options.csv,
          "print sweep.csv", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
          "print sweep.json", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet,
          "do not show on a terminal how far the sweep is", NULL },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("sweep", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) != 2) {
        return verb_misuse("sweep", error, "name one sweep file");
    }
    if (options.csv && options.json) {
        return verb_misuse("sweep", error, "--csv or --json, not both");
    }
    if (options.jobs != -1 &&
        (options.jobs < 1 || options.jobs > (int)SWEEP_JOBS_MAX)) {
        return verb_misuse("sweep", error, "--jobs takes 1 to 1024");
    }
    return sweep(words[1], &options, output, error);
}
