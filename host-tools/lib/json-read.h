/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading JSON objects whose members are known.
 *
 * A reader remembers its first error and gives harmless values from then on,
 * so that a structure is read in one go and the error asked for at its end.
 */
#ifndef LIB_JSON_READ_H
#define LIB_JSON_READ_H

#include <stdbool.h>
#include <stdint.h>

#include <json-glib/json-glib.h>

#include "sha256.h"

typedef struct {
    GError *error;
} JsonRead;

typedef void (*JsonReadFunc)(JsonRead *read, JsonObject *object, void *data);
typedef void (*JsonReadElement)(JsonRead *read, JsonObject *object,
                                unsigned index, void *data);

/* Reads the object that `text` is with `func`; false with the first error. */
bool json_read_text_object(const char *text, JsonReadFunc func, void *data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "'name' is not WHAT" */
void json_read_fail(JsonRead *read, const char *name, const char *what);

/* A number, or `unknown` where it is null. */
uint64_t json_read_number(JsonRead *read, JsonObject *object, const char *name,
                          uint64_t unknown);
bool json_read_bool(JsonRead *read, JsonObject *object, const char *name);
/* There and not null? */
bool json_read_is_known(JsonRead *read, JsonObject *object, const char *name);
/* NULL where it is null. */
const char *json_read_text(JsonRead *read, JsonObject *object,
                           const char *name);
/* Left alone where it is null. */
void json_read_sha256(JsonRead *read, JsonObject *object, const char *name,
                      char text[static SHA256_TEXT]);
/* The index of a text in a table; 0 and an error if it is not in it. */
unsigned json_read_choice(JsonRead *read, JsonObject *object, const char *name,
                          const char *const *choices, unsigned count);
JsonObject *json_read_object(JsonRead *read, JsonObject *object,
                             const char *name);
/* Calls `func` for every object of an array; returns how many. */
unsigned json_read_array(JsonRead *read, JsonObject *object, const char *name,
                         JsonReadElement func, void *data);

#endif
