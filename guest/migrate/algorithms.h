/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms there are, for the table.
 */
#ifndef MIGRATE_ALGORITHMS_H
#define MIGRATE_ALGORITHMS_H

#include "migrate/algorithm.h"

extern const struct algorithm_ops total_copy;
extern const struct algorithm_ops freeze_free;
extern const struct algorithm_ops copy_on_reference;
extern const struct algorithm_ops post_copy;
extern const struct algorithm_ops pre_copy;
extern const struct algorithm_ops hybrid;
extern const struct algorithm_ops flush;
extern const struct algorithm_ops freeze_free_fs;
extern const struct algorithm_ops freeze_free_prefetch;

#endif
