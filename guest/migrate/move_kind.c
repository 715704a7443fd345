/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithm and techniques in words.
 */
#include "migrate/move_kind.h"

#include <stddef.h>

#include "hw/abi/message.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/techniques.h"
#include "lib/errno.h"
#include "lib/string.h"

static const char *const algorithm_names[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};
_Static_assert(sizeof(algorithm_names) / sizeof(algorithm_names[0]) ==
               ALGORITHM_COUNT, "numbers without gaps");

static const char *const technique_names[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_TECHNIQUES(X)
#undef X
};
_Static_assert(sizeof(technique_names) / sizeof(technique_names[0]) ==
               TECHNIQUE_COUNT, "numbers without gaps");

bool move_kind_is_known(uint32_t kind)
{
    uint32_t without = kind >> 16;

    return (uint16_t)kind < ALGORITHM_COUNT &&
           (without & (~(uint32_t)WITHOUT_ALL | WITHOUT_IMPOSSIBLE)) == 0;
}

/* The number of a name; -EINVAL: it is none of them. */
static int find(const char *const *names, int count, const char *word)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], word) == 0) {
            return i;
        }
    }
    return -EINVAL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Cuts the next word off, NULL if there is none. */
static char *next_word(char **at)
{
    char *word;

    while (is_blank(**at)) {
        ++*at;
    }
    word = *at;
    while (**at != '\0' && !is_blank(**at)) {
        ++*at;
    }
    if (**at != '\0') {
        *(*at)++ = '\0';
    }
    return *word != '\0' ? word : NULL;
}

static int leave_out(const char *word, uint32_t *without)
{
    int number = *word == '-' ? find(technique_names, TECHNIQUE_COUNT, word + 1)
                              : -EINVAL;

    if (number < 0 || (*without & 1u << number) != 0) {
        return -EINVAL;
    }
    *without |= 1u << number;
    return 0;
}

static int parse_techniques(char *at, uint32_t *without)
{
    char *word = next_word(&at);
    int error = 0;

    *without = 0;
    if (word != NULL &&
        (strcmp(word, "all") == 0 || strcmp(word, "none") == 0)) {
        *without = strcmp(word, "none") == 0 ? WITHOUT_ALL : 0;
        error = next_word(&at) != NULL ? -EINVAL : 0;
        word = NULL;
    }
    for (; word != NULL && error == 0; word = next_word(&at)) {
        error = leave_out(word, without);
    }
    if (error == 0 && (*without & WITHOUT_IMPOSSIBLE) != 0) {
        error = -EOPNOTSUPP;
    }
    return error;
}

int move_kind_parse(char *text, uint32_t *kind)
{
    const char *word = next_word(&text);
    int algorithm = ALGORITHM_FREEZE_FREE;
    uint32_t without;
    int error;

    if (word != NULL) {
        algorithm = find(algorithm_names, ALGORITHM_COUNT, word);
    }
    if (algorithm < 0) {
        return algorithm;
    }
    error = parse_techniques(text, &without);
    *kind = mb_move_kind((uint16_t)algorithm, (uint16_t)without);
    return error;
}
