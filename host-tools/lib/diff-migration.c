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

/* What can be said of a migration in numbers, always in the same order; of no
 * migration nothing is known. */
typedef struct {
    const char *name;
    const char *suffix;
    DiffUnit unit;
    bool known;
    uint64_t value;
} Fact;

static void add(GArray *facts, const char *name, const char *suffix,
                bool known, uint64_t value)
{
    const Fact fact = {
        .name = name,
        .suffix = suffix,
        .unit = g_str_has_suffix(suffix, "_ns") ? DIFF_NS : DIFF_COUNT,
        .known = known,
        .value = value,
    };

    g_array_append_val(facts, fact);
}

static void add_path(GArray *facts, const LedgerMigration *m)
{
    bool done = m != NULL && m->outcome == OUTCOME_DONE;
    bool drained = done && m->drained;

    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        add(facts, ledger_phase_names[i], "_ns", done,
            done ? m->phases[i].duration_ns : 0);
    }
    add(facts, "latency", "_ns", done, done ? m->latency_ns : 0);
    add(facts, "wire_alone", "_ns", done, done ? m->wire_ns : 0);
    add(facts, "drained", "_ns", drained, drained ? m->drained_ns : 0);
}

static void add_traffic(GArray *facts, const LedgerMigration *m)
{
    bool known = m != NULL && m->outcome != OUTCOME_NOT_STARTED;

    add(facts, "started", "_ns", known, known ? m->started_ns : 0);
    add(facts, "critical", "_path_bytes", known,
        known ? m->critical_bytes : 0);
    add(facts, "critical", "_path_messages", known,
        known ? m->critical_messages : 0);
    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        add(facts, ledger_traffic_names[i], "_bytes", known,
            known ? m->bytes[i] : 0);
        add(facts, ledger_traffic_names[i], "_messages", known,
            known ? m->messages[i] : 0);
    }
    add(facts, "lost", "_messages", known, known ? m->lost_messages : 0);
    add(facts, "dropped", "_messages", known, known ? m->dropped_messages : 0);
    add(facts, "copied", "_messages", known, known ? m->copied_messages : 0);
    add(facts, "duplicate", "_pages", known, known ? m->duplicate_count : 0);
}

static void add_faults(GArray *facts, const LedgerMigration *m)
{
    bool known = m != NULL && m->faults->len > 0;

    add(facts, "remote", "_faults", m != NULL, m != NULL ? m->faults->len : 0);
    for (unsigned i = 0; i <= PART_COUNT; i++) {
        const char *name = i < PART_COUNT ? ledger_part_names[i] : "stall";
        ResultStatistics statistics = { 0 };
        if (known) {
            statistics = result_fault_statistics(m, (LedgerPart)i);
        }
        add(facts, name, "_of_faults_ns", known, statistics.total);
    }
}

static GArray *list_facts(const ResultMigration *migration)
{
    GArray *facts = g_array_new(FALSE, FALSE, sizeof(Fact));
    const LedgerMigration *ledger = migration != NULL ? migration->ledger
                                                      : NULL;

    add_path(facts, ledger);
    add_traffic(facts, ledger);
    add_faults(facts, ledger);
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
        g_autofree char *name = g_strconcat(x->name, x->suffix, NULL);
        diff_number(part, name, x->unit, x->known ? &x->value : NULL,
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
    g_string_append_printf(text, " by %s", migration->algorithm);
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
