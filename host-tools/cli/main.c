/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit: run experiments on a cluster of emulated machines.
 *
 * The only place that prints: data to standard output, everything else to
 * standard error.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/error.h"
#include "verb.h"

/* On one line, whatever names and values were put into it. */
static void print_error(const GError *error)
{
    g_autofree char *text = g_utf8_make_valid(error->message, -1);

    for (char *p = text; *p != '\0'; p++) {
        if (g_ascii_iscntrl(*p)) {
            *p = ' ';
        }
    }
    fprintf(stderr, "godwit: %s\n", text);
}

int main(int argc, char **argv)
{
    VerbOutput output = {
        .data = g_string_new(NULL),
        .notes = g_string_new(NULL),
    };
    g_autoptr(GError) error = NULL;
    int status = EXIT_SUCCESS;

    setlocale(LC_CTYPE, "");
    if (!verbs_run(argv, &output, &error)) {
        status = godwit_error_status(error);
    }
    if (fputs(output.data->str, stdout) == EOF || fflush(stdout) == EOF) {
        perror("godwit: standard output");
        status = GODWIT_ERROR_FAILED;
    }
    fputs(output.notes->str, stderr);
    if (error != NULL) {
        print_error(error);
    }
    g_string_free(output.data, TRUE);
    g_string_free(output.notes, TRUE);
    return status;
}
