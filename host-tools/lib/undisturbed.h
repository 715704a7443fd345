/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run beside the same experiment without its migrations.
 */
#ifndef LIB_UNDISTURBED_H
#define LIB_UNDISTURBED_H

#include "result.h"

/* What shows that processes were moved: one that does not end, or write, as in
 * the undisturbed run. NULL: nothing does. */
char *undisturbed_difference(const Result *result, const Result *undisturbed);

/* The process of that name; NULL: there is none. */
const ResultProcess *undisturbed_process(const Result *result,
                                         const char *name);

#endif
