/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manual page has every verb and every option that --help tells of.
 * GODWIT_DOCS is the folder docs.
 */
#include "cli/verb.h"
#include "suite.h"

static char *read_manual(void)
{
    g_autofree char *path = g_build_filename(
        g_getenv("GODWIT_DOCS"), "..", "host-tools", "godwit.1", NULL);
    char *text = NULL;
    GError *error = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    ck_assert_no_error(error);
    return text;
}

static char *help_of(const char *verb)
{
    char *words[] = { (char *)"godwit", (char *)verb, (char *)"--help", NULL };
    VerbOutput output = {
        .data = g_string_new(NULL),
        .notes = g_string_new(NULL),
    };
    GError *error = NULL;

    ck_assert(verbs_run(words, &output, &error));
    ck_assert_no_error(error);
    g_string_free(output.notes, TRUE);
    return g_string_free(output.data, FALSE);
}

/* "--no-migrate" as the manual writes it. */
static char *escape(const char *option)
{
    g_auto(GStrv) parts = g_strsplit(option, "-", -1);

    return g_strjoinv("\\-", parts);
}

static void check_options(const char *manual, const char *verb,
                          const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \n,=|[]()'", -1);

    for (size_t i = 0; words[i] != NULL; i++) {
        if (g_str_has_prefix(words[i], "--")) {
            g_autofree char *option = escape(words[i]);
            ck_assert_msg(strstr(manual, option) != NULL,
                          "%s %s is not in the manual", verb, words[i]);
        }
    }
}

START_TEST(the_manual_has_all_verbs_and_options)
{
    g_autofree char *manual = read_manual();

    for (const Verb *verb = verbs; verb->name != NULL; verb++) {
        g_autofree char *heading = g_strdup_printf("\n.SS %s\n", verb->name);
        g_autofree char *usage = g_strdup_printf("\n.B godwit %s\n",
                                                 verb->name);
        ck_assert_msg(strstr(manual, heading) != NULL, "%s", verb->name);
        ck_assert_msg(strstr(manual, usage) != NULL, "%s", verb->name);
        check_options(manual, verb->name, verb->arguments);
        if (strcmp(verb->name, "help") != 0) {
            g_autofree char *help = help_of(verb->name);
            check_options(manual, verb->name, help);
        }
    }
}
END_TEST

/* The usage line names what the options are. */
START_TEST(the_usage_has_all_options)
{
    for (const Verb *verb = verbs; verb->name != NULL; verb++) {
        g_autofree char *help = strcmp(verb->name, "help") != 0
            ? help_of(verb->name) : g_strdup("");
        g_auto(GStrv) words = g_strsplit_set(help, " \n,=|[]()'", -1);
        for (size_t i = 0; words[i] != NULL; i++) {
            if (g_str_has_prefix(words[i], "--") &&
                strcmp(words[i], "--help") != 0 &&
                strcmp(words[i], "--output") != 0) {
                ck_assert_msg(strstr(verb->arguments, words[i]) != NULL,
                              "%s: %s", verb->name, words[i]);
            }
        }
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_manual_has_all_verbs_and_options, the_usage_has_all_options,
    };

    return suite_run("manual", tests, G_N_ELEMENTS(tests));
}
