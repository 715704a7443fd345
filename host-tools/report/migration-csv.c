/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A migration as comma-separated values (RFC 4180): a few words, then all its
 * numbers.
 */
#include "migration-csv.h"

#include <string.h>

#include "lib/ledger-fields.h"
#include "lib/techniques.h"

void csv_text(GString *text, const char *value)
{
    if (strpbrk(value, ",\"\r\n") == NULL) {
        g_string_append(text, value);
        return;
    }
    g_string_append_c(text, '"');
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '"') {
            g_string_append_c(text, '"');
        }
        g_string_append_c(text, *p);
    }
    g_string_append_c(text, '"');
}

static const char *node_state(const Result *result, uint32_t node)
{
    const ResultNode *found = node < result->nodes->len
        ? result->nodes->pdata[node] : NULL;

    return found != NULL ? ledger_node_states[found->facts.state] : "";
}

static void append_name(const char *name, LedgerUnit unit, uint64_t value,
                        void *data)
{
    g_string_append_printf(data, ",%s", name);
}

static void append_value(const char *name, LedgerUnit unit, uint64_t value,
                         void *data)
{
    GString *text = data;

    g_string_append_c(text, ',');
    if (value != LEDGER_UNKNOWN) {
        g_string_append_printf(text, "%" G_GINT64_FORMAT, (int64_t)value);
    }
}

static void append_nothing(const char *name, LedgerUnit unit, uint64_t value,
                           void *data)
{
    g_string_append_c(data, ',');
}

static void visit_blank(LedgerVisit visit, GString *text)
{
    LedgerMigration *blank = ledger_migration_new();

    ledger_visit(blank, visit, text);
    ledger_migration_free(blank);
}

void csv_migration_heading(GString *text)
{
    g_string_append(text, ",migration,process,algorithm,techniques,outcome,"
                    "source_state,target_state");
    visit_blank(append_name, text);
}

void csv_migration(const Result *result, const ResultMigration *migration,
                   GString *text)
{
    const LedgerMigration *ledger = migration->ledger;
    g_autofree char *techniques = techniques_format(ledger->without);

    g_string_append_c(text, ',');
    if (migration->id != 0) {
        g_string_append_printf(text, "%" G_GUINT64_FORMAT, migration->id);
    }
    g_string_append_c(text, ',');
    csv_text(text, migration->process);
    g_string_append_printf(text, ",%s,%s,%s,%s,%s", migration->algorithm,
                           techniques, ledger_outcome_names[ledger->outcome],
                           node_state(result, ledger->source),
                           node_state(result, ledger->target));
    ledger_visit(ledger, append_value, text);
}

void csv_no_migration(GString *text)
{
    g_string_append(text, ",,,,,,,");
    visit_blank(append_nothing, text);
}
