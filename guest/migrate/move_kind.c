/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithm, techniques and pager in words.
 */
#include "migrate/move_kind.h"

#include <stddef.h>

#include "hw/abi/message.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/pagers.h"
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

static const char *const pager_names[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_PAGERS(X)
#undef X
};
_Static_assert(sizeof(pager_names) / sizeof(pager_names[0]) == PAGER_COUNT,
               "numbers without gaps");

#define PAGER_WORD  "pager="

/* What stands behind the algorithm. */
struct wishes {
    uint32_t without;
    bool whole_set;             /* "all" or "none" has been said */
    int pager;                  /* -1: nothing has been said */
};

bool move_kind_is_known(uint32_t kind)
{
    return (uint16_t)kind < ALGORITHM_COUNT && kind >> 16 <= WITHOUT_ALL;
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

static int leave_out(struct wishes *wishes, const char *word)
{
    int number = *word == '-' ? find(technique_names, TECHNIQUE_COUNT, word + 1)
                              : -EINVAL;

    if (number < 0 || (wishes->without & 1u << number) != 0) {
        return -EINVAL;
    }
    wishes->without |= 1u << number;
    return 0;
}

static int take_set(struct wishes *wishes, uint32_t without)
{
    if (wishes->without != 0) {
        return -EINVAL;
    }
    wishes->without = without;
    wishes->whole_set = true;
    return 0;
}

static int take_technique(struct wishes *wishes, const char *word)
{
    if (wishes->whole_set) {
        return -EINVAL;
    }
    if (strcmp(word, "all") == 0) {
        return take_set(wishes, 0);
    }
    if (strcmp(word, "none") == 0) {
        return take_set(wishes, WITHOUT_ALL);
    }
    return leave_out(wishes, word);
}

static int take_pager(struct wishes *wishes, const char *name)
{
    int pager = find(pager_names, PAGER_COUNT, name);

    if (pager < 0 || wishes->pager >= 0) {
        return -EINVAL;
    }
    wishes->pager = pager;
    return 0;
}

static int take_word(struct wishes *wishes, const char *word)
{
    size_t length = strlen(PAGER_WORD);

    return strncmp(word, PAGER_WORD, length) == 0
           ? take_pager(wishes, word + length) : take_technique(wishes, word);
}

int move_kind_parse(char *text, uint32_t *kind, uint32_t *pager)
{
    struct wishes wishes = { .pager = -1 };
    const char *word = next_word(&text);
    int algorithm = ALGORITHM_FREEZE_FREE;
    int error = 0;

    if (word != NULL) {
        algorithm = find(algorithm_names, ALGORITHM_COUNT, word);
    }
    if (algorithm < 0) {
        return algorithm;
    }
    while (error == 0 && (word = next_word(&text)) != NULL) {
        error = take_word(&wishes, word);
    }
    *kind = mb_move_kind((uint16_t)algorithm, (uint16_t)wishes.without);
    *pager = wishes.pager < 0 ? PAGER_KERNEL : (uint32_t)wishes.pager;
    return error;
}
