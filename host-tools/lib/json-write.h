/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of JSON objects, as result.json and its kin have them: what is not
 * known is null.
 */
#ifndef LIB_JSON_WRITE_H
#define LIB_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include <json-glib/json-glib.h>

void json_write_number(JsonBuilder *json, const char *name, uint64_t value);
/* `value`, or null. */
void json_write_known(JsonBuilder *json, const char *name, bool known,
                      uint64_t value);
void json_write_bool(JsonBuilder *json, const char *name, bool value);
/* NULL and "" are null. */
void json_write_text(JsonBuilder *json, const char *name, const char *text);
void json_write_null(JsonBuilder *json, const char *name);

void json_write_begin_object(JsonBuilder *json, const char *name);
void json_write_begin_array(JsonBuilder *json, const char *name);

/* All that has been built, as text with a newline at its end. */
char *json_write_finish(JsonBuilder *json);

#endif
