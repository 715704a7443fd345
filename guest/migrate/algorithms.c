/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of algorithms.
 */
#include "migrate/algorithms.h"

#include "lib/errno.h"
#include "lib/string.h"

const struct algorithm_ops *const algorithms[ALGORITHM_COUNT] = {
    [ALGORITHM_TOTAL_COPY] = &total_copy,
    [ALGORITHM_FREEZE_FREE] = &freeze_free,
    [ALGORITHM_COPY_ON_REFERENCE] = &copy_on_reference,
    [ALGORITHM_POST_COPY] = &post_copy,
};
_Static_assert(ALGORITHM_COUNT == 4, "a new algorithm belongs in the table");

static const char *const names[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};
_Static_assert(sizeof(names) / sizeof(names[0]) == ALGORITHM_COUNT,
               "numbers without gaps");

int algorithm_by_name(const char *name)
{
    for (int i = 0; i < ALGORITHM_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return -EINVAL;
}
