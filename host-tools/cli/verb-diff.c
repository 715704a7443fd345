/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit diff DIR1 DIR2 [--json]
 */
#include "verb.h"

#include "lib/error.h"
#include "report/report.h"

bool verb_diff(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &json,
          "print all differences as JSON", NULL },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("diff", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) != 3) {
        return verb_misuse("diff", error, "name two run directories");
    }
    g_autoptr(RunRecord) a = run_record_open(words[1], error);
    if (a == NULL) {
        return false;
    }
    g_autoptr(RunRecord) b = run_record_open(words[2], error);
    if (b == NULL) {
        return false;
    }
    g_autoptr(Diff) diff = diff_runs(a, b);
    if (json) {
        g_autofree char *text = report_diff_json(diff);
        g_string_append(output->data, text);
    } else {
        report_diff(diff, output->data);
    }
    return diff_is_empty(diff) ||
        godwit_fail(error, "%s and %s differ", a->path, b->path);
}
