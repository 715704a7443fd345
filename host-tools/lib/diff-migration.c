/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two runs differ in between the nodes: migrations, phase by phase, and
 * what the links did.
 *
 * Migrations of the plan correspond by their number, those that programs asked
 * for by process and epoch.
 */
#include "diff.h"

#include <string.h>

#include "ledger-fields.h"

static bool correspond(const ResultMigration *a, const ResultMigration *b)
{
    if (a->id != 0 || b->id != 0) {
        return a->id == b->id;
    }
    return strcmp(a->process, b->process) == 0 &&
        a->ledger->epoch == b->ledger->epoch;
}

static const ResultMigration *find_partner(const Result *result,
                                           const ResultMigration *migration)
{
    for (unsigned i = 0; i < result->migrations->len; i++) {
        if (correspond(result->migrations->pdata[i], migration)) {
            return result->migrations->pdata[i];
        }
    }
    return NULL;
}

/* A number of a migration. */
typedef struct {
    char *name;
    DiffUnit unit;
    bool known;
    uint64_t value;
} Fact;

static void fact_clear(void *data)
{
    Fact *fact = data;

    g_free(fact->name);
}

static void add_fact(const char *name, LedgerUnit unit, uint64_t value,
                     void *data)
{
    GArray *facts = data;
    const Fact fact = {
        .name = g_strdup(name),
        .unit = unit == LEDGER_NS ? DIFF_NS : DIFF_COUNT,
        .known = value != LEDGER_UNKNOWN,
        .value = value,
    };

    g_array_append_val(facts, fact);
}

/* Always in the same order; of no migration nothing is known. */
static GArray *list_facts(const ResultMigration *migration)
{
    GArray *facts = g_array_new(FALSE, FALSE, sizeof(Fact));

    g_array_set_clear_func(facts, fact_clear);
    if (migration != NULL) {
        ledger_visit(migration->ledger, add_fact, facts);
        return facts;
    }
    LedgerMigration *none = ledger_migration_new();
    ledger_visit(none, add_fact, facts);
    ledger_migration_free(none);
    for (unsigned i = 0; i < facts->len; i++) {
        g_array_index(facts, Fact, i).known = false;
    }
    return facts;
}

static void diff_numbers(DiffPart *part, const ResultMigration *a,
                         const ResultMigration *b)
{
    g_autoptr(GArray) left = list_facts(a);
    g_autoptr(GArray) right = list_facts(b);

    for (unsigned i = 0; i < left->len; i++) {
        const Fact *x = &g_array_index(left, Fact, i);
        const Fact *y = &g_array_index(right, Fact, i);
        diff_number(part, x->name, x->unit, x->known ? &x->value : NULL,
                    y->known ? &y->value : NULL);
    }
}

/* "done from 0 to 1 by total-copy" */
static char *describe(const ResultMigration *migration)
{
    if (migration == NULL) {
        return NULL;
    }
    const LedgerMigration *ledger = migration->ledger;
    GString *text = g_string_new(ledger_outcome_names[ledger->outcome]);

    if (ledger->source != LEDGER_NONE) {
        g_string_append_printf(text, " from %u", ledger->source);
    }
    if (ledger->target != LEDGER_NONE) {
        g_string_append_printf(text, " to %u", ledger->target);
    }
    g_autofree char *how = result_migration_how(migration);
    g_string_append_printf(text, " by %s", how);
    return g_string_free(text, FALSE);
}

static void diff_migration(Diff *diff, const ResultMigration *a,
                           const ResultMigration *b)
{
    g_autofree char *name = result_migration_name(a != NULL ? a : b);
    DiffPart *part = diff_part_new("%s", name);
    g_autofree char *left = describe(a);
    g_autofree char *right = describe(b);

    diff_text(part, "outcome", left, right);
    diff_numbers(part, a, b);
    diff_add_part(diff, DIFF_MIGRATIONS, part);
}

void diff_migrations(Diff *diff)
{
    const Result *a = diff->runs[0]->result;
    const Result *b = diff->runs[1]->result;

    for (unsigned i = 0; i < a->migrations->len; i++) {
        const ResultMigration *migration = a->migrations->pdata[i];
        diff_migration(diff, migration, find_partner(b, migration));
    }
    for (unsigned i = 0; i < b->migrations->len; i++) {
        const ResultMigration *migration = b->migrations->pdata[i];
        if (find_partner(a, migration) == NULL) {
            diff_migration(diff, NULL, migration);
        }
    }
}

static const LedgerLink *find_link(const Result *result,
                                   const LedgerLink *link)
{
    for (unsigned i = 0; i < result->links->len; i++) {
        const LedgerLink *other = &g_array_index(result->links, LedgerLink, i);
        if (other->source == link->source && other->target == link->target) {
            return other;
        }
    }
    return NULL;
}

static void diff_link(Diff *diff, const LedgerLink *a, const LedgerLink *b)
{
    const LedgerLink *link = a != NULL ? a : b;
    DiffPart *part = diff_part_new("link %u -> %u", link->source,
                                   link->target);

    for (unsigned i = 0; i < LINK_COUNTS; i++) {
        diff_number(part, ledger_link_counts[i], DIFF_COUNT,
                    a != NULL ? &a->counts[i] : NULL,
                    b != NULL ? &b->counts[i] : NULL);
    }
    diff_add_part(diff, DIFF_LINKS, part);
}

void diff_links(Diff *diff)
{
    const Result *a = diff->runs[0]->result;
    const Result *b = diff->runs[1]->result;

    for (unsigned i = 0; i < a->links->len; i++) {
        const LedgerLink *link = &g_array_index(a->links, LedgerLink, i);
        diff_link(diff, link, find_link(b, link));
    }
    for (unsigned i = 0; i < b->links->len; i++) {
        const LedgerLink *link = &g_array_index(b->links, LedgerLink, i);
        if (find_link(a, link) == NULL) {
            diff_link(diff, NULL, link);
        }
    }
}
