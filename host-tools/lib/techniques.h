/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The techniques of a migration in words (docs/techniques.md).
 */
#ifndef LIB_TECHNIQUES_H
#define LIB_TECHNIQUES_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "guest/include/uapi/techniques.h"

/* "all", "none", or "-NAME" for each that is left out, with blanks between
 * them, as the set of those that are left out. Fails with a remedy. */
bool techniques_parse(const char *text, uint32_t *without, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* The one way to write a set, which techniques_parse reads. */
char *techniques_format(uint32_t without);
/* "all, none, or -NAME for each to do without: ..." */
char *techniques_describe(void);

#endif
