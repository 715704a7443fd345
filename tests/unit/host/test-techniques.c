/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/techniques.c: sets of techniques in words.
 */
#include <string.h>

#include "lib/techniques.h"
#include "suite.h"

static void reads(const char *text, uint32_t expected)
{
    uint32_t without = UINT32_MAX;
    GError *error = NULL;

    ck_assert_msg(techniques_parse(text, &without, &error), "'%s': %s", text,
                  error != NULL ? error->message : "");
    ck_assert_uint_eq(without, expected);
}

static void refuses(const char *text, const char *part)
{
    uint32_t without;
    g_autoptr(GError) error = NULL;

    ck_assert_msg(!techniques_parse(text, &without, &error), "'%s'", text);
    ck_assert_msg(strstr(error->message, part) != NULL, "'%s': %s", text,
                  error->message);
}

START_TEST(words_become_a_set)
{
    reads("all", 0);
    reads("  all ", 0);
    reads("-implicit-resume", WITHOUT_IMPLICIT_RESUME);
    reads("-preallocated   -critical-pages\t-implicit-resume ",
          WITHOUT_PREALLOCATED | WITHOUT_CRITICAL_PAGES |
          WITHOUT_IMPLICIT_RESUME);
}
END_TEST

START_TEST(names_what_was_meant)
{
    refuses("-implicit-resme", "there is no technique '-implicit-resme'; did "
            "you mean '-implicit-resume'?");
    refuses("implicit-resume", "did you mean '-implicit-resume'?");
    refuses("nome", "did you mean 'none'?");
    refuses("-critical-pages -critical-pages", "'-critical-pages' stands "
            "there twice");
    refuses("all -critical-pages", "'all' stands alone");
    refuses("-critical-pages none", "'none' stands alone");
    refuses("-", "there is no technique '-'");
}
END_TEST

START_TEST(sets_are_written_as_they_are_read)
{
    for (uint32_t without = 0; without <= WITHOUT_ALL; without++) {
        g_autofree char *text = techniques_format(without);
        reads(text, without);
    }
    g_autofree char *all = techniques_format(0);
    g_autofree char *none = techniques_format(WITHOUT_ALL);
    g_autofree char *two = techniques_format(WITHOUT_PREALLOCATED |
                                             WITHOUT_IMPLICIT_RESUME);
    ck_assert_str_eq(all, "all");
    ck_assert_str_eq(none, "none");
    ck_assert_str_eq(two, "-implicit-resume -preallocated");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        words_become_a_set, names_what_was_meant,
        sets_are_written_as_they_are_read,
    };

    return suite_run("techniques", tests, G_N_ELEMENTS(tests));
}
