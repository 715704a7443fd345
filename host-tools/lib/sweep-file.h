/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of reading a sweep file. Every error names file, line and remedy.
 */
#ifndef LIB_SWEEP_FILE_H
#define LIB_SWEEP_FILE_H

#include "sweep.h"

/* sweep-file.c: are these all keys that the group may have? */
bool sweep_file_check_keys(const IniFile *ini, const char *group,
                           const char *const *known, size_t count,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A text that is there and not empty, or NULL with an error. */
char *sweep_file_need(const IniFile *ini, const char *group, const char *key,
                      const char *doc, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* sweep-axis.c: one that fits those that the sweep has already. */
SweepAxis *sweep_axis_read(const Sweep *sweep, const char *group,
                           const char *name, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void sweep_axis_free(void *data);

#endif
