/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs of `godwit`: one const table, one file per verb.
 *
 * A verb does not print: it leaves its data and its notes in a VerbOutput, and
 * its failure in an error whose code is the exit status.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdbool.h>

#include <glib.h>

typedef struct {
    GString *data;              /* for standard output */
    GString *notes;             /* for standard error, whole lines */
} VerbOutput;

typedef struct {
    const char *name;
    const char *arguments;      /* for the usage line */
    const char *summary;
    /* args[0] is the verb; NULL-terminated. */
    bool (*run)(char **args, VerbOutput *output, GError **error);
} Verb;

/* Ends with an entry without a name. */
extern const Verb verbs[];

/* Does what the command line asks for; args[0] is the program. */
bool verbs_run(char **args, VerbOutput *output, GError **error);

typedef enum {
    VERB_PARSED,
    VERB_ANSWERED,              /* --help was given: nothing is left to do */
    VERB_MISUSED,               /* the error is set */
} VerbParse;

/* Parses the options of a verb; --help is added to them. Then `args` has the
 * remaining words, the verb first. */
VerbParse verb_parse(const char *name, const GOptionEntry *entries,
                     char ***args, VerbOutput *output, GError **error);

/* "'godwit NAME' ...: message; see godwit help NAME" */
bool verb_misuse(const char *name, GError **error, const char *message);

bool verb_validate(char **args, VerbOutput *output, GError **error);
bool verb_run(char **args, VerbOutput *output, GError **error);
bool verb_verify(char **args, VerbOutput *output, GError **error);
bool verb_diff(char **args, VerbOutput *output, GError **error);
bool verb_report(char **args, VerbOutput *output, GError **error);
bool verb_sweep(char **args, VerbOutput *output, GError **error);
bool verb_help(char **args, VerbOutput *output, GError **error);

#endif
