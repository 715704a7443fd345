/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of a ledger (docs/specs/result.md).
 */
#include "ledger-fields.h"

#include <string.h>

#define FIELD(type, group, name, unit, member) \
    { group, name, unit, offsetof(type, member), \
      sizeof(((type *)NULL)->member), NULL, 0 }
#define TABLE(list) { list, G_N_ELEMENTS(list) }

#define M(group, name, unit, member) \
    FIELD(LedgerMigration, group, name, unit, member)
#define STATISTICS(group, name, count, member) \
    M(group, name "_count", LEDGER_NUMBER, count), \
    M(group, name "_total_ns", LEDGER_NS, member.total), \
    M(group, name "_mean_ns", LEDGER_NS, member.mean), \
    M(group, name "_min_ns", LEDGER_NS, member.min), \
    M(group, name "_median_ns", LEDGER_NS, member.median), \
    M(group, name "_p90_ns", LEDGER_NS, member.p90), \
    M(group, name "_p99_ns", LEDGER_NS, member.p99), \
    M(group, name "_max_ns", LEDGER_NS, member.max)
static const LedgerField migration_fields[] = {
    M(NULL, "pid", LEDGER_NUMBER, pid),
    M(NULL, "epoch", LEDGER_NUMBER, epoch),
    M(NULL, "source", LEDGER_NUMBER, source),
    M(NULL, "target", LEDGER_NUMBER, target),
    M(NULL, "error", LEDGER_NUMBER, error_number),
    M(NULL, "crashed_node", LEDGER_NUMBER, crashed_node),
    M(NULL, "crashed_ns", LEDGER_NS, crashed_ns),
    M(NULL, "started_ns", LEDGER_NS, started_ns),
    M(NULL, "latency_ns", LEDGER_NS, latency_ns),
    M(NULL, "first_run_ns", LEDGER_NS, first_run_ns),
    M(NULL, "residue_ns", LEDGER_NS, residue_ns),
    M(NULL, "wire_alone_ns", LEDGER_NS, wire_alone_ns),
    M(NULL, "drained_ns", LEDGER_NS, drained_ns),
    M(NULL, "total_ns", LEDGER_NS, total_ns),
    M(NULL, "round_count", LEDGER_NUMBER, round_count),
    M(NULL, "instructions", LEDGER_NUMBER, instructions),
    M(NULL, "critical_bytes", LEDGER_BYTES, critical_bytes),
    M(NULL, "critical_messages", LEDGER_NUMBER, critical_messages),
    M(NULL, "residue_bytes", LEDGER_BYTES, residue_bytes),
    M(NULL, "lost_messages", LEDGER_NUMBER, lost_messages),
    M(NULL, "dropped_messages", LEDGER_NUMBER, dropped_messages),
    M(NULL, "copied_messages", LEDGER_NUMBER, copied_messages),
    M("pages", "total", LEDGER_NUMBER, page_count),
    M("pages", "critical", LEDGER_NUMBER, critical_pages),
    M("pages", "ahead", LEDGER_NUMBER, traffic[TRAFFIC_ROUNDS].messages),
    M("pages", "pushed", LEDGER_NUMBER, traffic[TRAFFIC_PUSHED].messages),
    M("pages", "demanded", LEDGER_NUMBER, traffic[TRAFFIC_DEMANDED].messages),
    M("pages", "duplicate", LEDGER_NUMBER, duplicate_count),
    M("fault_counts", "demanded", LEDGER_NUMBER, fault_counts[FAULT_DEMANDED]),
    M("fault_counts", "device", LEDGER_NUMBER, fault_counts[FAULT_DEVICE]),
    M("fault_counts", "awaited", LEDGER_NUMBER, fault_counts[FAULT_AWAITED]),
    M("fault_counts", "map", LEDGER_NUMBER, fault_counts[FAULT_MAP]),
    M("fault_counts", "cut", LEDGER_NUMBER, cut_fault_count),
    M("prefetch", "batches", LEDGER_NUMBER, prefetch.batches),
    M("prefetch", "pages", LEDGER_NUMBER, prefetch.pages),
    M("prefetch", "hits", LEDGER_NUMBER, prefetch.hits),
    M("prefetch", "wastes", LEDGER_NUMBER, prefetch.wastes),
    M("after", "settled_ns", LEDGER_NS, after.settled_ns),
    M("after", "running_ns", LEDGER_NS, after.running_ns),
    M("after", "demanded_ns", LEDGER_NS, after.stalled_ns[FAULT_DEMANDED]),
    M("after", "device_ns", LEDGER_NS, after.stalled_ns[FAULT_DEVICE]),
    M("after", "awaited_ns", LEDGER_NS, after.stalled_ns[FAULT_AWAITED]),
    M("after", "map_ns", LEDGER_NS, after.stalled_ns[FAULT_MAP]),
    M("after", "other_ns", LEDGER_NS, after.other_ns),
    M("residual", "frozen_pages", LEDGER_NUMBER, residual.frozen_pages),
    M("residual", "resumed_pages", LEDGER_NUMBER, residual.resumed_pages),
    M("residual", "total_ns", LEDGER_NS, residual.stay.total),
    M("residual", "mean_ns", LEDGER_NS, residual.stay.mean),
    M("residual", "first_ns", LEDGER_NS, residual.stay.min),
    M("residual", "half_ns", LEDGER_NS, residual.stay.median),
    M("residual", "p90_ns", LEDGER_NS, residual.stay.p90),
    M("residual", "p99_ns", LEDGER_NS, residual.stay.p99),
    M("residual", "last_ns", LEDGER_NS, residual.stay.max),
    M("message_freeze", "ports", LEDGER_NUMBER, freeze.ports),
    M("message_freeze", "home_ns", LEDGER_NS, freeze.home_ns),
    M("message_freeze", "refused", LEDGER_NUMBER, freeze.refused),
    M("message_freeze", "refusal_ns", LEDGER_NS, freeze.refusal_ns),
    M("message_freeze", "queued", LEDGER_NUMBER, freeze.queued),
    M("message_freeze", "accepted", LEDGER_NUMBER, freeze.accepted),
    M("message_freeze", "sent_on", LEDGER_NUMBER, freeze.sent_on),
    STATISTICS("message_freeze", "delay", freeze.delayed, freeze.delay),
    STATISTICS("message_freeze", "read", freeze.read, freeze.wait),
};
#undef STATISTICS
#undef M
const LedgerTable ledger_migration_table = TABLE(migration_fields);

static const LedgerField phase_fields[] = {
    FIELD(LedgerPhase, NULL, "node", LEDGER_NUMBER, node),
    FIELD(LedgerPhase, NULL, "start_ns", LEDGER_NS, start_ns),
    FIELD(LedgerPhase, NULL, "duration_ns", LEDGER_NS, duration_ns),
    FIELD(LedgerPhase, NULL, "instructions", LEDGER_NUMBER, instructions),
    FIELD(LedgerPhase, NULL, "bytes", LEDGER_BYTES, bytes),
    FIELD(LedgerPhase, NULL, "messages", LEDGER_NUMBER, messages),
};
const LedgerTable ledger_phase_table = TABLE(phase_fields);

static const LedgerField count_fields[] = {
    FIELD(LedgerCount, NULL, "messages", LEDGER_NUMBER, messages),
    FIELD(LedgerCount, NULL, "payload_bytes", LEDGER_BYTES, payload_bytes),
    FIELD(LedgerCount, NULL, "wire_bytes", LEDGER_BYTES, wire_bytes),
};
const LedgerTable ledger_count_table = TABLE(count_fields);

static const LedgerField statistics_fields[] = {
    FIELD(LedgerStatistics, NULL, "total_ns", LEDGER_NS, total),
    FIELD(LedgerStatistics, NULL, "mean_ns", LEDGER_NS, mean),
    FIELD(LedgerStatistics, NULL, "min_ns", LEDGER_NS, min),
    FIELD(LedgerStatistics, NULL, "median_ns", LEDGER_NS, median),
    FIELD(LedgerStatistics, NULL, "p90_ns", LEDGER_NS, p90),
    FIELD(LedgerStatistics, NULL, "p99_ns", LEDGER_NS, p99),
    FIELD(LedgerStatistics, NULL, "max_ns", LEDGER_NS, max),
};
const LedgerTable ledger_statistics_table = TABLE(statistics_fields);

#define F(name, unit, member) FIELD(LedgerFault, NULL, name, unit, member)
static const LedgerField fault_fields[] = {
    F("tag", LEDGER_NUMBER, tag),
    F("object", LEDGER_NUMBER, object),
    F("index", LEDGER_NUMBER, index),
    { NULL, "kind", LEDGER_NUMBER, offsetof(LedgerFault, kind),
      sizeof(uint64_t), ledger_fault_kinds, FAULT_KINDS },
    F("start_ns", LEDGER_NS, start_ns),
    F("stall_ns", LEDGER_NS, stall_ns),
    F("trap_ns", LEDGER_NS, parts_ns[PART_TRAP]),
    F("request_ns", LEDGER_NS, parts_ns[PART_REQUEST]),
    F("request_wire_ns", LEDGER_NS, parts_ns[PART_REQUEST_WIRE]),
    F("serve_ns", LEDGER_NS, parts_ns[PART_SERVE]),
    F("page_ns", LEDGER_NS, parts_ns[PART_PAGE]),
    F("page_wire_ns", LEDGER_NS, parts_ns[PART_PAGE_WIRE]),
    F("await_ns", LEDGER_NS, parts_ns[PART_AWAIT]),
    F("install_ns", LEDGER_NS, parts_ns[PART_INSTALL]),
    F("serve_instructions", LEDGER_NUMBER, serve_instructions),
};
#undef F
const LedgerTable ledger_fault_table = TABLE(fault_fields);

static const LedgerField round_fields[] = {
    FIELD(LedgerRound, NULL, "start_ns", LEDGER_NS, start_ns),
    FIELD(LedgerRound, NULL, "duration_ns", LEDGER_NS, duration_ns),
    FIELD(LedgerRound, NULL, "pages", LEDGER_NUMBER, pages),
    FIELD(LedgerRound, NULL, "changed_pages", LEDGER_NUMBER, changed_pages),
};
const LedgerTable ledger_round_table = TABLE(round_fields);

uint64_t ledger_field_get(const LedgerField *field, const void *base)
{
    const char *place = (const char *)base + field->offset;
    uint32_t narrow;
    uint64_t value;

    if (field->bytes == sizeof(narrow)) {
        memcpy(&narrow, place, sizeof(narrow));
        return narrow == LEDGER_NONE ? LEDGER_UNKNOWN : narrow;
    }
    memcpy(&value, place, sizeof(value));
    return value;
}

void ledger_field_set(const LedgerField *field, void *base, uint64_t value)
{
    char *place = (char *)base + field->offset;
    uint32_t narrow = value == LEDGER_UNKNOWN ? LEDGER_NONE : (uint32_t)value;

    if (field->bytes == sizeof(narrow)) {
        memcpy(place, &narrow, sizeof(narrow));
    } else {
        memcpy(place, &value, sizeof(value));
    }
}

/* Where the numbers go. */
typedef struct {
    LedgerVisit visit;
    void *data;
} Visitor;

static void visit_field(const Visitor *visitor, const char *prefix,
                        const LedgerField *field, const void *base)
{
    g_autofree char *name = prefix == NULL ? g_strdup(field->name)
        : g_strconcat(prefix, "_", field->name, NULL);

    visitor->visit(name, field->unit, base == NULL ? LEDGER_UNKNOWN
                   : ledger_field_get(field, base), visitor->data);
}

static void visit_table(const Visitor *visitor, const char *prefix,
                        const LedgerTable *table, const void *base)
{
    for (unsigned i = 0; i < table->count; i++) {
        const LedgerField *field = &table->fields[i];
        visit_field(visitor, field->group != NULL ? field->group : prefix,
                    field, base);
    }
}

static void visit_phases(const Visitor *visitor,
                         const LedgerMigration *migration)
{
    bool done = migration->outcome == OUTCOME_DONE;

    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &migration->phases[i];
        g_autofree char *time = g_strconcat(ledger_phase_names[i], "_ns",
                                            NULL);
        g_autofree char *instructions =
            g_strconcat(ledger_phase_names[i], "_instructions", NULL);
        visitor->visit(time, LEDGER_NS, done ? phase->duration_ns
                       : LEDGER_UNKNOWN, visitor->data);
        visitor->visit(instructions, LEDGER_NUMBER, done ? phase->instructions
                       : LEDGER_UNKNOWN, visitor->data);
    }
}

static void visit_traffic(const Visitor *visitor,
                          const LedgerMigration *migration)
{
    LedgerCount total = ledger_traffic_total(migration);

    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        visit_table(visitor, ledger_traffic_names[i], &ledger_count_table,
                    &migration->traffic[i]);
    }
    visit_table(visitor, "total", &ledger_count_table, &total);
}

static void visit_faults(const Visitor *visitor,
                         const LedgerMigration *migration)
{
    LedgerStatistics stall = ledger_fault_statistics(migration, PART_COUNT);

    visitor->visit("faults", LEDGER_NUMBER, migration->faults->len,
                   visitor->data);
    visit_table(visitor, "stall", &ledger_statistics_table, &stall);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        g_autofree char *name = g_strdup_printf("fault_%s_ns",
                                                ledger_part_names[i]);
        visitor->visit(name, LEDGER_NS, ledger_fault_statistics(
            migration, (LedgerPart)i).total, visitor->data);
    }
}

void ledger_visit(const LedgerMigration *migration, LedgerVisit visit,
                  void *data)
{
    const Visitor visitor = { visit, data };

    visit_table(&visitor, NULL, &ledger_migration_table, migration);
    visit_phases(&visitor, migration);
    visit_traffic(&visitor, migration);
    visit_faults(&visitor, migration);
}
