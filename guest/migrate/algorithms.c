/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of algorithms.
 */
#include "migrate/algorithms.h"

const struct algorithm_ops *const algorithms[ALGORITHM_COUNT] = {
    [ALGORITHM_TOTAL_COPY] = &total_copy,
    [ALGORITHM_FREEZE_FREE] = &freeze_free,
    [ALGORITHM_COPY_ON_REFERENCE] = &copy_on_reference,
    [ALGORITHM_POST_COPY] = &post_copy,
    [ALGORITHM_PRE_COPY] = &pre_copy,
    [ALGORITHM_HYBRID] = &hybrid,
    [ALGORITHM_FLUSH] = &flush,
    [ALGORITHM_FREEZE_FREE_FS] = &freeze_free_fs,
    [ALGORITHM_FREEZE_FREE_PREFETCH] = &freeze_free_prefetch,
};
_Static_assert(ALGORITHM_COUNT == 9, "a new algorithm belongs in the table");
