/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name that somebody probably meant, for the remedy in an error message.
 */
#ifndef LIB_NEAREST_H
#define LIB_NEAREST_H

#include <stddef.h>

/* The name closest to `word`, or NULL if none is close. */
const char *nearest_name(const char *word, const char *const *names,
                         size_t count);

/* "; did you mean 'NAME'?" if one is close, else "; there is A, B, C", or
 * "; there is none" for no names at all. */
char *nearest_remedy(const char *word, const char *const *names, size_t count);

#endif
