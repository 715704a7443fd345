/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of verbs, and what they share.
 */
#include "verb.h"

#include <string.h>

#include "godwit-config.h"
#include "lib/error.h"
#include "lib/nearest.h"

const Verb verbs[] = {
    { "validate", "FILE [--set GROUP.KEY=VALUE]...",
      "check an experiment file", verb_validate },
    { "run", "FILE [--set GROUP.KEY=VALUE]... [-o DIR] [--json] "
      "[--no-migrate|--undisturbed] [--quiet] [--monitor NODE=PORT]... "
      "[--gdb NODE=PORT]...", "run an experiment", verb_run },
    { "sweep", "FILE [-o DIR] [--jobs N] [--csv|--json] [--quiet]",
      "run an experiment over a grid of values", verb_sweep },
    { "verify", "DIR [-o DIR2] [--json] [--quiet]",
      "do a run again and say whether it comes out the same", verb_verify },
    { "diff", "DIR1 DIR2 [--json]", "say what two runs differ in",
      verb_diff },
    { "report", "DIR... [--json|--csv|--definitions|--residual|--chrome]",
      "show the ledgers of finished runs", verb_report },
    { "help", "[VERB|experiment]", "explain a verb or the experiment file",
      verb_help },
    { NULL },
};

bool verb_misuse(const char *name, GError **error, const char *message)
{
    return godwit_misuse(error, "%s: %s; see 'godwit help %s'", name, message,
                         name);
}

static const Verb *find_verb(const char *name)
{
    for (const Verb *verb = verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0) {
            return verb;
        }
    }
    return NULL;
}

/* "usage: godwit VERB ...", then what GLib says of the options. */
static void append_help(const Verb *verb, GOptionContext *context,
                        GString *data)
{
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
    const char *options = strstr(text, "\n\n");

    g_string_append_printf(data, "usage: godwit %s %s\n\n%s.%s", verb->name,
                           verb->arguments, verb->summary,
                           options != NULL ? options : "\n");
}

VerbParse verb_parse(const char *name, const GOptionEntry *entries,
                     char ***args, VerbOutput *output, GError **error)
{
    gboolean help = FALSE;
    const GOptionEntry common[] = {
        { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "show this", NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) cause = NULL;

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    if (!g_option_context_parse_strv(context, args, &cause)) {
        verb_misuse(name, error, cause->message);
        return VERB_MISUSED;
    }
    if (help) {
        append_help(find_verb(name), context, output->data);
        return VERB_ANSWERED;
    }
    /* A lone "--" ends the options and is no word. */
    if ((*args)[1] != NULL && strcmp((*args)[1], "--") == 0) {
        char **words = *args;
        g_free(words[1]);
        memmove(words + 1, words + 2, g_strv_length(words + 2) * sizeof(*words)
                + sizeof(*words));
    }
    return VERB_PARSED;
}

static bool fail_verb(const char *word, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (const Verb *verb = verbs; verb->name != NULL; verb++) {
        g_ptr_array_add(names, (char *)verb->name);
    }
    g_autofree char *remedy = nearest_remedy(
        word, (const char *const *)names->pdata, names->len);
    return godwit_misuse(error, "there is no verb '%s'%s", word, remedy);
}

bool verbs_run(char **args, VerbOutput *output, GError **error)
{
    static char *help[] = { (char *)"help", NULL };
    const char *word = args[0] != NULL ? args[1] : NULL;

    if (word == NULL) {
        return godwit_misuse(error, "which verb? See 'godwit help'");
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return verb_help(help, output, error);
    }
    if (strcmp(word, "--version") == 0) {
        g_string_append_printf(output->data, "godwit %s (QEMU %s)\n",
                               GODWIT_VERSION, GODWIT_QEMU_VERSION);
        return true;
    }
    const Verb *verb = find_verb(word);
    return verb != NULL ? verb->run(args + 1, output, error)
                        : fail_verb(word, error);
}
