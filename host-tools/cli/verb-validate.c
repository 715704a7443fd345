/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit validate FILE [--set GROUP.KEY=VALUE]...
 */
#include "verb.h"

#include "lib/run.h"

bool verb_validate(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    g_auto(GStrv) sets = NULL;
    const GOptionEntry entries[] = {
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets,
          "take VALUE for a key", "GROUP.KEY=VALUE" },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("validate", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) != 2) {
        return verb_misuse("validate", error, "name one experiment file");
    }
    RunOptions options = {
        .path = words[1],
        .experiment = { .sets = (const char *const *)sets },
        .interrupt_fd = -1,
    };
    g_autoptr(Experiment) experiment = run_validate(&options, error);
    if (experiment == NULL) {
        return false;
    }
    g_string_append_printf(output->data, "%s: valid (nodes: %" G_GUINT64_FORMAT
                           ", processes: %u, migrations: %u)\n", words[1],
                           experiment->node_count, experiment->processes->len,
                           experiment->migrations->len);
    return true;
}
