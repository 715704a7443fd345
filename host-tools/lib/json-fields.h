/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structures as members of JSON objects, by their tables of fields.
 */
#ifndef LIB_JSON_FIELDS_H
#define LIB_JSON_FIELDS_H

#include "json-read.h"
#include "ledger-fields.h"

/* Members of the object that is open. Fields of a group stand together. */
void json_write_fields(JsonBuilder *json, const LedgerTable *table,
                       const void *base);
/* An object of its own. */
void json_write_object(JsonBuilder *json, const char *name,
                       const LedgerTable *table, const void *base);
void json_read_fields(JsonRead *read, JsonObject *object,
                      const LedgerTable *table, void *base);

#endif
