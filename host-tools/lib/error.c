/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The error domain of the host tools.
 */
#include "error.h"

#include <errno.h>

G_DEFINE_QUARK(godwit-error-quark, godwit_error)

static void set_error(GError **error, GodwitError code, const char *format,
                      va_list args)
{
    if (error != NULL) {
        *error = g_error_new_valist(GODWIT_ERROR, (int)code, format, args);
    }
}

bool godwit_fail(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_error(error, GODWIT_ERROR_FAILED, format, args);
    va_end(args);
    return false;
}

bool godwit_misuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_error(error, GODWIT_ERROR_USAGE, format, args);
    va_end(args);
    return false;
}

bool godwit_fail_errno(GError **error, const char *format, ...)
{
    int code = errno;
    va_list args;

    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return godwit_fail(error, "%s: %s", what, g_strerror(code));
}

int godwit_error_status(const GError *error)
{
    return error->domain == GODWIT_ERROR ? error->code : GODWIT_ERROR_FAILED;
}
