/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An INI file whose errors can name the line (docs/specs/experiment.md,
 * "Syntax").
 *
 * Invariant: every group and key of `keys` has its place in `places`.
 */
#include "ini-file.h"

#include <string.h>

#include "error.h"

struct IniFile {
    char *name;
    GKeyFile *keys;
    GHashTable *places;         /* place_key() -> Place */
};

/* Where a group or key was given. */
typedef struct {
    unsigned line;              /* 0: on the command line */
    char *assignment;
} Place;

static void place_free(void *data)
{
    Place *place = data;

    g_free(place->assignment);
    g_free(place);
}

/* Neither group nor key contains a control character. */
static char *place_key(const char *group, const char *key)
{
    return key != NULL ? g_strdup_printf("%s\n%s", group, key)
                       : g_strdup(group);
}

static const Place *find_place(const IniFile *ini, const char *group,
                               const char *key)
{
    g_autofree char *name = place_key(group, key);

    return g_hash_table_lookup(ini->places, name);
}

static void add_place(IniFile *ini, const char *group, const char *key,
                      unsigned line, const char *assignment)
{
    Place *place = g_new0(Place, 1);

    place->line = line;
    place->assignment = g_strdup(assignment);
    g_hash_table_replace(ini->places, place_key(group, key), place);
}

static bool is_key_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '_') {
            return false;
        }
    }
    return length > 0;
}

static bool fail_line(const IniFile *ini, unsigned line, GError **error,
                      const char *message)
{
    return godwit_misuse(error, "%s:%u: %s", ini->name, line, message);
}

/* `text` is "[group]", stripped. On success *group is the new current one. */
static bool scan_group(IniFile *ini, const char *text, unsigned line,
                       char **group, GError **error)
{
    size_t length = strlen(text);

    if (length < 3 || text[length - 1] != ']') {
        return fail_line(ini, line, error, "a group is written [NAME]");
    }
    g_free(*group);
    *group = g_strndup(text + 1, length - 2);
    if (strpbrk(*group, "[]") != NULL) {
        return fail_line(ini, line, error, "a group name has no brackets");
    }
    const Place *first = find_place(ini, *group, NULL);
    if (first != NULL) {
        return godwit_misuse(error, "%s:%u: [%s] stands in line %u already; "
                             "put its keys together", ini->name, line, *group,
                             first->line);
    }
    add_place(ini, *group, NULL, line, NULL);
    return true;
}

/* `text` is "key = value", stripped. */
static bool scan_key(IniFile *ini, const char *text, unsigned line,
                     const char *group, GError **error)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL) {
        return fail_line(ini, line, error, "neither [GROUP], KEY = VALUE nor a "
                         "# comment");
    }
    g_autofree char *key = g_strchomp(g_strndup(text, (size_t)(equals - text)));
    if (!is_key_name(key, strlen(key))) {
        return fail_line(ini, line, error, "a key is made of letters, digits, "
                         "- and _");
    }
    if (group == NULL) {
        return fail_line(ini, line, error, "a key before the first [GROUP]");
    }
    const Place *first = find_place(ini, group, key);
    if (first != NULL) {
        return godwit_misuse(error, "%s:%u: [%s] %s is given in line %u "
                             "already; remove one", ini->name, line, group, key,
                             first->line);
    }
    add_place(ini, group, key, line, NULL);
    return true;
}

static bool has_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (g_ascii_iscntrl(text[i]) && text[i] != '\t') {
            return true;
        }
    }
    return false;
}

/* One line without its end. */
static bool scan_line(IniFile *ini, const char *data, size_t length,
                      unsigned line, char **group, GError **error)
{
    if (length > 0 && data[length - 1] == '\r') {
        length--;
    }
    if (has_control(data, length)) {
        return fail_line(ini, line, error, "a control character");
    }
    if (!g_utf8_validate(data, (gssize)length, NULL)) {
        return fail_line(ini, line, error, "not valid UTF-8");
    }
    g_autofree char *text = g_strstrip(g_strndup(data, length));
    if (*text == '\0' || *text == '#') {
        return true;
    }
    return *text == '[' ? scan_group(ini, text, line, group, error)
                        : scan_key(ini, text, line, *group, error);
}

static bool scan(IniFile *ini, const char *data, size_t length, GError **error)
{
    g_autofree char *group = NULL;
    unsigned line = 1;

    for (size_t start = 0; start < length; line++) {
        const char *end = memchr(data + start, '\n', length - start);
        size_t bytes = end != NULL ? (size_t)(end - data) - start
                                   : length - start;
        if (!scan_line(ini, data + start, bytes, line, &group, error)) {
            return false;
        }
        start += bytes + 1;
    }
    return true;
}

IniFile *ini_file_parse(const char *name, const char *data, size_t length,
                        GError **error)
{
    g_autoptr(IniFile) ini = g_new0(IniFile, 1);
    g_autoptr(GError) cause = NULL;

    ini->name = g_strdup(name);
    ini->keys = g_key_file_new();
    ini->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                        place_free);
    if (length > INI_FILE_BYTES_MAX) {
        godwit_misuse(error, "%s: larger than 16 MiB; this is no experiment "
                      "file", name);
        return NULL;
    }
    if (!scan(ini, data, length, error)) {
        return NULL;
    }
    if (length > 0 && !g_key_file_load_from_data(ini->keys, data, length,
                                                 G_KEY_FILE_NONE, &cause)) {
        godwit_misuse(error, "%s: %s", name, cause->message);
        return NULL;
    }
    return g_steal_pointer(&ini);
}

IniFile *ini_file_load(const char *path, GError **error)
{
    g_autofree char *data = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length;

    if (!g_file_get_contents(path, &data, &length, &cause)) {
        godwit_misuse(error, "%s", cause->message);
        return NULL;
    }
    return ini_file_parse(path, data, length, error);
}

void ini_file_free(IniFile *ini)
{
    if (ini != NULL) {
        g_clear_pointer(&ini->keys, g_key_file_free);
        g_clear_pointer(&ini->places, g_hash_table_unref);
        g_free(ini->name);
        g_free(ini);
    }
}

const char *ini_file_name(const IniFile *ini)
{
    return ini->name;
}

/* Finds dot and '=' of "group.key=value"; see ini_file_set(). */
static bool split_assignment(const char *text, const char **dot,
                             const char **equals)
{
    for (*equals = strchr(text, '='); *equals != NULL;
         *equals = strchr(*equals + 1, '=')) {
        *dot = g_strrstr_len(text, *equals - text, ".");
        if (*dot != NULL && *dot > text &&
            is_key_name(*dot + 1, (size_t)(*equals - *dot - 1))) {
            return true;
        }
    }
    return false;
}

bool ini_file_set(IniFile *ini, const char *assignment, GError **error)
{
    const char *dot;
    const char *equals;

    if (!g_utf8_validate(assignment, -1, NULL) ||
        has_control(assignment, strlen(assignment))) {
        return godwit_misuse(error, "--set: control characters or no UTF-8");
    }
    if (!split_assignment(assignment, &dot, &equals)) {
        return godwit_misuse(error, "--set %s: write GROUP.KEY=VALUE, for "
                             "example 'link.latency=10us'", assignment);
    }
    g_autofree char *group = g_strndup(assignment, (size_t)(dot - assignment));
    g_autofree char *key = g_strndup(dot + 1, (size_t)(equals - dot - 1));
    g_autofree char *value = g_strstrip(g_strdup(equals + 1));
    if (strpbrk(group, "[]") != NULL) {
        return godwit_misuse(error, "--set %s: a group name has no brackets",
                             assignment);
    }
    if (find_place(ini, group, NULL) == NULL) {
        add_place(ini, group, NULL, 0, assignment);
    }
    add_place(ini, group, key, 0, assignment);
    g_key_file_set_value(ini->keys, group, key, value);
    return true;
}

void ini_file_remove_group(IniFile *ini, const char *group)
{
    g_key_file_remove_group(ini->keys, group, NULL);
}

char **ini_file_groups(const IniFile *ini)
{
    return g_key_file_get_groups(ini->keys, NULL);
}

char **ini_file_keys(const IniFile *ini, const char *group)
{
    return g_key_file_get_keys(ini->keys, group, NULL, NULL);
}

bool ini_file_has_group(const IniFile *ini, const char *group)
{
    return g_key_file_has_group(ini->keys, group);
}

char *ini_file_get(const IniFile *ini, const char *group, const char *key)
{
    char *value = g_key_file_get_value(ini->keys, group, key, NULL);

    return value != NULL ? g_strstrip(value) : NULL;
}

bool ini_file_fail(const IniFile *ini, const char *group, const char *key,
                   GError **error, const char *format, ...)
{
    const Place *place = NULL;
    va_list args;

    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    if (group != NULL && key != NULL) {
        place = find_place(ini, group, key);
    }
    if (group != NULL && place == NULL) {
        place = find_place(ini, group, NULL);
    }
    if (place == NULL) {
        return godwit_misuse(error, "%s: %s", ini->name, message);
    }
    if (place->line == 0) {
        return godwit_misuse(error, "--set %s: %s", place->assignment, message);
    }
    return godwit_misuse(error, "%s:%u: [%s]%s%s: %s", ini->name, place->line,
                         group, key != NULL ? " " : "",
                         key != NULL ? key : "", message);
}
