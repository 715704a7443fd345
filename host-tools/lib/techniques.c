/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The techniques of a migration in words (docs/techniques.md).
 */
#include "techniques.h"

#include <string.h>

#include "error.h"
#include "nearest.h"

static const char *const names[TECHNIQUE_COUNT + 1] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_TECHNIQUES(X)
#undef X
};

static bool fail_word(const char *word, GError **error)
{
    const char *words[TECHNIQUE_COUNT + 2] = { "all", "none" };
    g_autoptr(GPtrArray) minus = g_ptr_array_new_with_free_func(g_free);

    for (unsigned i = 0; i < TECHNIQUE_COUNT; i++) {
        g_ptr_array_add(minus, g_strconcat("-", names[i], NULL));
        words[i + 2] = minus->pdata[i];
    }
    g_autofree char *remedy = nearest_remedy(word, words,
                                             G_N_ELEMENTS(words));
    return godwit_misuse(error, "there is no technique '%s'%s", word, remedy);
}

/* "-NAME", added to the set. */
static bool parse_word(const char *word, uint32_t *without, GError **error)
{
    for (unsigned i = 0; *word == '-' && i < TECHNIQUE_COUNT; i++) {
        if (strcmp(word + 1, names[i]) != 0) {
            continue;
        }
        if (*without & 1u << i) {
            return godwit_misuse(error, "'%s' stands there twice", word);
        }
        *without |= 1u << i;
        return true;
    }
    return fail_word(word, error);
}

static bool parse_words(char *const *words, uint32_t *without, GError **error)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], "all") == 0 || strcmp(words[i], "none") == 0) {
            return godwit_misuse(error, "'%s' stands alone", words[i]);
        }
        if (*words[i] != '\0' && !parse_word(words[i], without, error)) {
            return false;
        }
    }
    return true;
}

bool techniques_parse(const char *text, uint32_t *without, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    g_auto(GStrv) words = g_strsplit_set(trimmed, " \t", -1);
    bool none = strcmp(trimmed, "none") == 0;

    *without = none ? WITHOUT_ALL : 0;
    return none || strcmp(trimmed, "all") == 0 ||
        parse_words(words, without, error);
}

char *techniques_format(uint32_t without)
{
    GString *text = g_string_new(NULL);

    if (without == 0 || without == WITHOUT_ALL) {
        g_string_append(text, without == 0 ? "all" : "none");
        return g_string_free(text, FALSE);
    }
    for (unsigned i = 0; i < TECHNIQUE_COUNT; i++) {
        if (without & 1u << i) {
            g_string_append_printf(text, "%s-%s", text->len > 0 ? " " : "",
                                   names[i]);
        }
    }
    return g_string_free(text, FALSE);
}

char *techniques_describe(void)
{
    g_autofree char *list = g_strjoinv(", -", (char **)names);

    return g_strdup_printf("all, none, or some of -%s", list);
}
