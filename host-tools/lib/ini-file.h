/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An INI file whose errors can name the line.
 *
 * GKeyFile reads it; beside it stands an index of the line of every group and
 * key. What GKeyFile would merge silently, a group or key that stands there
 * twice, is an error here. Values are taken as they stand, without escapes.
 * Assignments of the command line are laid over the file and are named in
 * errors instead of a line.
 */
#ifndef LIB_INI_FILE_H
#define LIB_INI_FILE_H

#include <stdbool.h>

#include <glib.h>

#define INI_FILE_BYTES_MAX  (16u << 20)

typedef struct IniFile IniFile;

IniFile *ini_file_load(const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* `name` stands for the file in errors; `data` need not end in NUL. */
IniFile *ini_file_parse(const char *name, const char *data, size_t length,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ini_file_free(IniFile *ini);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IniFile, ini_file_free)

const char *ini_file_name(const IniFile *ini);

/*
 * Takes "group.key=value" over the file; the group is made if it is not
 * there. The group may contain spaces, dots and '=': the key is what stands
 * between the first '=' that has a key name before it and the dot before that.
 */
bool ini_file_set(IniFile *ini, const char *assignment, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void ini_file_remove_group(IniFile *ini, const char *group);

/* In the order of the file. Free with g_strfreev(). */
char **ini_file_groups(const IniFile *ini);
char **ini_file_keys(const IniFile *ini, const char *group);
bool ini_file_has_group(const IniFile *ini, const char *group);
/* NULL if it is not there. */
char *ini_file_get(const IniFile *ini, const char *group, const char *key);

/* Sets a misuse error "FILE:LINE: [group] key: message" and returns false.
 * Without `key`, or for a key that is not there, the group's line is named;
 * without `group` only the file. */
bool ini_file_fail(const IniFile *ini, const char *group, const char *key,
                   GError **error, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

#endif
