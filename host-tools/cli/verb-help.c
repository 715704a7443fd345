/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit help [VERB|experiment]
 */
#include "verb.h"

#include <string.h>

#include "lib/error.h"
#include "lib/keys.h"

static void append_overview(GString *text)
{
    g_string_append(text, "usage: godwit VERB ...\n\n");
    for (const Verb *verb = verbs; verb->name != NULL; verb++) {
        g_string_append_printf(text, "  %s %s\n        %s\n", verb->name,
                               verb->arguments, verb->summary);
    }
    g_string_append(text, "\nExit status: 0 done, 1 failed, 2 misused. "
                    "'godwit help experiment' lists the keys of\nan "
                    "experiment file.\n");
}

bool verb_help(char **args, VerbOutput *output, GError **error)
{
    char *words[] = { args[1], (char *)"--help", NULL };

    if (args[1] == NULL || strcmp(args[1], "help") == 0 ||
        strcmp(args[1], "--help") == 0) {
        append_overview(output->data);
        return true;
    }
    if (strcmp(args[1], "experiment") == 0) {
        g_autofree char *keys = keys_help();
        g_string_append(output->data, keys);
        return true;
    }
    for (const Verb *verb = verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, args[1]) == 0) {
            return verb->run(words, output, error);
        }
    }
    return godwit_misuse(error, "help: there is no verb '%s'; see "
                         "'godwit help'", args[1]);
}
