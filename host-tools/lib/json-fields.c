/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structures as members of JSON objects.
 */
#include "json-fields.h"

#include "json-write.h"

static void write_field(JsonBuilder *json, const LedgerField *field,
                        const void *base)
{
    uint64_t value = ledger_field_get(field, base);

    if (field->words != NULL) {
        g_assert(value < field->word_count);
        json_write_text(json, field->name, field->words[value]);
    } else {
        json_write_known(json, field->name, value != LEDGER_UNKNOWN, value);
    }
}

void json_write_fields(JsonBuilder *json, const LedgerTable *table,
                       const void *base)
{
    const char *group = NULL;

    for (unsigned i = 0; i < table->count; i++) {
        const LedgerField *field = &table->fields[i];
        if (g_strcmp0(group, field->group) != 0) {
            if (group != NULL) {
                json_builder_end_object(json);
            }
            if (field->group != NULL) {
                json_write_begin_object(json, field->group);
            }
            group = field->group;
        }
        write_field(json, field, base);
    }
    if (group != NULL) {
        json_builder_end_object(json);
    }
}

void json_write_object(JsonBuilder *json, const char *name,
                       const LedgerTable *table, const void *base)
{
    json_write_begin_object(json, name);
    json_write_fields(json, table, base);
    json_builder_end_object(json);
}

static void read_field(JsonRead *read, JsonObject *object,
                       const LedgerField *field, void *base)
{
    JsonObject *group = field->group == NULL ? object
        : json_read_object(read, object, field->group);

    if (group == NULL) {
        return;
    }
    ledger_field_set(field, base, field->words == NULL
                     ? json_read_number(read, group, field->name,
                                        LEDGER_UNKNOWN)
                     : json_read_choice(read, group, field->name, field->words,
                                        field->word_count));
}

void json_read_fields(JsonRead *read, JsonObject *object,
                      const LedgerTable *table, void *base)
{
    for (unsigned i = 0; i < table->count; i++) {
        read_field(read, object, &table->fields[i], base);
    }
}
