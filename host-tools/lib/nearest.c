/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nearest name by edit distance (Levenshtein 1966).
 */
#include "nearest.h"

#include <string.h>

#include <glib.h>

#define WORD_MAX    80          /* longer ones have no near name */
#define LIST_MAX    16          /* names in a remedy */

/* Insertions, deletions and replacements that lead from `a` to `b`, both at
 * most WORD_MAX long. */
static unsigned edit_distance(const char *a, const char *b)
{
    unsigned row[WORD_MAX + 1];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    for (size_t j = 0; j <= b_length; j++) {
        row[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned replace = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(MIN(row[j], row[j - 1]) + 1, replace);
        }
    }
    return row[b_length];
}

const char *nearest_name(const char *word, const char *const *names,
                         size_t count)
{
    const char *best = NULL;
    size_t length = strlen(word);
    unsigned best_distance = (unsigned)MAX(2, length / 3) + 1;

    if (length == 0 || length > WORD_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) > WORD_MAX) {
            continue;
        }
        unsigned distance = edit_distance(word, names[i]);
        if (distance < best_distance && distance < strlen(names[i])) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}

char *nearest_remedy(const char *word, const char *const *names, size_t count)
{
    const char *near = nearest_name(word, names, count);

    if (near != NULL) {
        return g_strdup_printf("; did you mean '%s'?", near);
    }
    if (count == 0) {
        return g_strdup("; there is none");
    }
    GString *list = g_string_new("; there is ");
    for (size_t i = 0; i < MIN(count, LIST_MAX); i++) {
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (count > LIST_MAX) {
        g_string_append_printf(list, " and %zu more", count - LIST_MAX);
    }
    return g_string_free(list, FALSE);
}
