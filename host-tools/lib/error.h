/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The error domain of the host tools. A code is the exit status that the error
 * leads to; a message says what was wrong, where, and what to do.
 */
#ifndef LIB_ERROR_H
#define LIB_ERROR_H

#include <stdbool.h>

#include <glib.h>

#define GODWIT_ERROR (godwit_error_quark())

typedef enum {
    GODWIT_ERROR_FAILED = 1,    /* could not be done */
    GODWIT_ERROR_USAGE = 2,     /* was asked for in a wrong way */
} GodwitError;

GQuark godwit_error_quark(void);

/* Both set `error` and return false, so that a check can return them. */
bool godwit_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool godwit_misuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* As godwit_fail(), with what errno says behind the message. */
bool godwit_fail_errno(GError **error, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* The exit status for an error of any domain. */
int godwit_error_status(const GError *error);

#endif
