/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remote faults of a migrated process (docs/specs/result.md, "Faults").
 */
#include "ledger-marks.h"

#include <string.h>

/* What was asked for and came as the answer, before the kernel had it. */
static bool was_demanded(const FaultMarks *fault)
{
    return fault->request_start != NULL && fault->request_arrival != NULL &&
        fault->page_start != NULL && fault->page_arrival != NULL &&
        fault->page_arrival->time_ns <=
        fault->marks[MB_FAULT_RECEIVED]->time_ns;
}

/* When the page was ready to leave. The kernel stamps that behind the doorbell
 * that starts it. */
static uint64_t ready_time(const FaultMarks *fault)
{
    const Record *ready = fault->page_ready != NULL
        ? fault->page_ready : fault->marks[MB_FAULT_SERVED];
    uint64_t ready_ns = ready != NULL ? ready->time_ns : UINT64_MAX;

    return CLAMP(ready_ns, fault->request_arrival->time_ns,
                 fault->page_start->time_ns);
}

static LedgerFaultKind kind_of(const FaultMarks *fault)
{
    if (was_demanded(fault)) {
        return fault->page_ready != NULL ? FAULT_DEVICE : FAULT_DEMANDED;
    }
    return fault->awaits_map ? FAULT_MAP : FAULT_AWAITED;
}

/* The boundaries of the parts, in order; returns how many. parts[i] lies
 * between the boundaries i and i + 1. */
static unsigned find_boundaries(const FaultMarks *fault, uint64_t *boundaries,
                                LedgerPart *parts)
{
    uint64_t requested = fault->marks[MB_FAULT_REQUESTED]->time_ns;
    unsigned count = 0;

    boundaries[count] = fault->marks[MB_FAULT_TRAP]->time_ns;
    parts[count++] = PART_TRAP;
    if (was_demanded(fault)) {
        /* The mark is stamped behind the doorbell that starts the request. */
        boundaries[count] = MIN(requested, fault->request_start->time_ns);
        parts[count++] = PART_REQUEST;
        boundaries[count] = fault->request_start->time_ns;
        parts[count++] = PART_REQUEST_WIRE;
        boundaries[count] = fault->request_arrival->time_ns;
        parts[count++] = PART_SERVE;
        boundaries[count] = ready_time(fault);
        parts[count++] = PART_PAGE;
        boundaries[count] = fault->page_start->time_ns;
        parts[count++] = PART_PAGE_WIRE;
        boundaries[count] = fault->page_arrival->time_ns;
    } else {
        boundaries[count] = requested;
        parts[count++] = PART_AWAIT;
        boundaries[count] = fault->marks[MB_FAULT_RECEIVED]->time_ns;
    }
    parts[count++] = PART_INSTALL;
    boundaries[count++] = fault->marks[MB_FAULT_RESUMED]->time_ns;
    return count;
}

static bool compute_fault(const MigrationMarks *marks, const FaultMarks *fault,
                          GError **error)
{
    uint64_t boundaries[PART_COUNT + 1];
    LedgerPart parts[PART_COUNT + 1];
    const Record *trap = fault->marks[MB_FAULT_TRAP];
    LedgerFault result = {
        .tag = trap->arg[0],
        .object = trap->arg[2],
        .index = trap->arg[3],
        .start_ns = trap->time_ns,
        .kind = kind_of(fault),
        .serve_instructions = was_demanded(fault)
            ? fault->page_start->instret - fault->request_arrival->instret
            : LEDGER_UNKNOWN,
    };
    unsigned count = find_boundaries(fault, boundaries, parts);

    for (unsigned i = 0; i + 1 < count; i++) {
        if (boundaries[i + 1] < boundaries[i]) {
            return ledger_fail(marks, error, "part '%s' of fault %"
                               G_GUINT64_FORMAT " ends at %" G_GUINT64_FORMAT
                               "ns, before it starts at %" G_GUINT64_FORMAT
                               "ns", ledger_part_names[parts[i]], result.tag,
                               boundaries[i + 1], boundaries[i]);
        }
        result.parts_ns[parts[i]] = boundaries[i + 1] - boundaries[i];
    }
    result.stall_ns = boundaries[count - 1] - boundaries[0];
    marks->migration->fault_counts[result.kind]++;
    g_array_append_val(marks->migration->faults, result);
    return true;
}

static int compare_faults(const void *a, const void *b)
{
    const LedgerFault *left = a;
    const LedgerFault *right = b;

    if (left->start_ns != right->start_ns) {
        return left->start_ns < right->start_ns ? -1 : 1;
    }
    return (left->tag > right->tag) - (left->tag < right->tag);
}

/* Those of the new host; what the old host stamped is only there if it had to
 * be asked, and then lies between the messages. */
static bool check_order(const MigrationMarks *marks, const FaultMarks *fault,
                        GError **error)
{
    static const struct {
        enum mb_fault_mark mark;
        const char *name;
    } order[] = {
        { MB_FAULT_TRAP, "trap" },
        { MB_FAULT_REQUESTED, "requested" },
        { MB_FAULT_RECEIVED, "received" },
        { MB_FAULT_RESUMED, "resumed" },
    };
    uint64_t tag = fault->marks[MB_FAULT_TRAP]->arg[0];

    for (size_t i = 1; i < G_N_ELEMENTS(order); i++) {
        const Record *record = fault->marks[order[i].mark];
        if (record == NULL) {
            return ledger_fail(marks, error, "fault %" G_GUINT64_FORMAT
                               " has no mark '%s'", tag, order[i].name);
        }
        if (record->time_ns < fault->marks[order[i - 1].mark]->time_ns) {
            return ledger_fail(marks, error, "'%s' of fault %" G_GUINT64_FORMAT
                               " stands before '%s'", order[i].name, tag,
                               order[i - 1].name);
        }
    }
    return true;
}

bool ledger_compute_faults(const MigrationMarks *marks, GError **error)
{
    for (unsigned i = 0; i < marks->faults->len; i++) {
        const FaultMarks *fault = marks->faults->pdata[i];
        const Record *const *stamps = fault->marks;

        if (stamps[MB_FAULT_TRAP] == NULL) {
            return ledger_fail(marks, error, "a fault without its trap");
        }
        if (stamps[MB_FAULT_RESUMED] == NULL) {
            marks->migration->cut_fault_count++;
            continue;
        }
        if (!check_order(marks, fault, error) ||
            !compute_fault(marks, fault, error)) {
            return false;
        }
    }
    g_array_sort(marks->migration->faults, compare_faults);
    return true;
}
