/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit verify DIR [-o DIR2] [--json] [--quiet]
 */
#include "verb.h"

#include <unistd.h>

#include "interrupts.h"
#include "lib/error.h"
#include "lib/verify.h"
#include "report/report.h"

typedef struct {
    char *folder;
    gboolean json;
    gboolean quiet;
    char *device_options;
    char *accel_options;
} Options;

static void options_clear(Options *options)
{
    g_free(options->folder);
    g_free(options->device_options);
    g_free(options->accel_options);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool report(const Verify *verify, bool json, VerbOutput *output,
                   GError **error)
{
    const Diff *diff = verify->diff;

    if (json) {
        g_autofree char *text = report_verify_json(diff);
        g_string_append(output->data, text);
    } else {
        report_verify(diff, output->data);
    }
    return diff->same_digest ||
        godwit_fail(error, "%s was not reproduced", verify->recorded->path);
}

static bool verify(const char *path, const Options *options,
                   VerbOutput *output, GError **error)
{
    bool live = !options->quiet && isatty(STDERR_FILENO) == 1;
    g_autoptr(Progress) progress = progress_new(STDERR_FILENO, live);
    Interrupts interrupts;

    if (!interrupts_begin(&interrupts, error)) {
        return false;
    }
    const VerifyOptions verify_options = {
        .path = path,
        .folder = options->folder,
        .run = {
            .interrupt_fd = interrupts.fd,
            .progress = progress,
            .device_options = options->device_options,
            .accel_options = options->accel_options,
        },
    };
    g_autoptr(Verify) result = verify_run(&verify_options, error);
    interrupts_end(&interrupts);
    return result != NULL && report(result, options->json, output, error);
}

bool verb_verify(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    g_auto(Options) options = { 0 };
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder,
          "keep the second run in this directory", "DIR2" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
          "print the verdict and all differences as JSON", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet,
          "do not show on a terminal how far the run is", NULL },
        { "device-options", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
          &options.device_options, NULL, NULL },
        { "accel-options", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
          &options.accel_options, NULL, NULL },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("verify", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) != 2) {
        return verb_misuse("verify", error, "name one run directory");
    }
    return verify(words[1], &options, output, error);
}
