/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other systems' definitions: what they mean, and their values.
 */
#include "report.h"

#include "lib/json-write.h"
#include "lib/ledger-definitions.h"
#include "table.h"

static const char *const unit_names[] = {
    [LEDGER_NS] = "ns",
    [LEDGER_BYTES] = "bytes",
    [LEDGER_NUMBER] = "count",
};

static char *name_of(const LedgerDefinition *definition)
{
    return g_strdup_printf("%s: %s", definition->system, definition->name);
}

static void append_meanings(GString *text)
{
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        const LedgerDefinition *definition = &ledger_definitions[i];
        g_autofree char *name = name_of(definition);
        g_string_append_printf(text, "%-40s %-5s  %s\n", name,
                               unit_names[definition->unit],
                               definition->meaning);
    }
}

static void append_heading(Table *table, const ReportItem *items, size_t count)
{
    table_row(table, "");
    for (size_t i = 0; i < count; i++) {
        g_autofree char *run = g_path_get_basename(items[i].name);
        for (unsigned k = 0; k < items[i].result->migrations->len; k++) {
            const ResultMigration *migration =
                items[i].result->migrations->pdata[k];
            g_autofree char *name = report_migration_name(migration);
            table_cell(table, "%s, %s", run, name);
        }
    }
}

static void append_value(Table *table, const LedgerDefinition *definition,
                         const LedgerMigration *migration)
{
    ReportNumber number = {
        .unit = definition->unit,
        .value = ledger_definition_get(definition, migration),
    };
    g_autofree char *value = report_number(&number);

    table_cell(table, "%s", value);
}

void report_definitions(const ReportItem *items, size_t count, GString *text)
{
    unsigned columns = 1;

    if (count == 0) {
        append_meanings(text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        columns += items[i].result->migrations->len;
    }
    g_autoptr(Table) table = table_new(columns);
    append_heading(table, items, count);
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        const LedgerDefinition *definition = &ledger_definitions[i];
        g_autofree char *name = name_of(definition);
        g_autofree char *label = g_strdup_printf(
            "%s%s", name, definition->unit == LEDGER_NS ? " (us)" : "");
        table_row(table, label);
        for (size_t k = 0; k < count; k++) {
            const GPtrArray *migrations = items[k].result->migrations;
            for (unsigned m = 0; m < migrations->len; m++) {
                const ResultMigration *migration = migrations->pdata[m];
                append_value(table, definition, migration->ledger);
            }
        }
    }
    table_format(table, 0, text);
}

char *report_definitions_json(void)
{
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();

    json_builder_begin_object(json);
    json_write_text(json, "schema", "godwit-definitions-1");
    json_write_begin_array(json, "definitions");
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        const LedgerDefinition *definition = &ledger_definitions[i];
        json_builder_begin_object(json);
        json_write_text(json, "system", definition->system);
        json_write_text(json, "name", definition->name);
        json_write_text(json, "unit", unit_names[definition->unit]);
        json_write_text(json, "meaning", definition->meaning);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
    return json_write_finish(json);
}
