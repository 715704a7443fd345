/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger (docs/specs/result.md): one pass over the trace sorts the records
 * by what they tell of; then every migration is computed by itself.
 */
#include "ledger.h"

#include "error.h"
#include "ledger-marks.h"

const char *const ledger_phase_names[PHASE_COUNT] = {
    "select", "capture", "transmit", "wire", "receive", "install", "resume",
};
const char *const ledger_part_names[PART_COUNT] = {
    "trap", "request", "request_wire", "serve", "page", "page_wire", "await",
    "install",
};
const char *const ledger_fault_kinds[FAULT_KINDS] = {
    "demanded", "device", "awaited", "map",
};
const char *const ledger_outcome_names[OUTCOME_COUNT] = {
    "done", "aborted", "not-started", "lost", "unfinished", "killed",
    "source-crashed", "target-crashed",
};
const char *const ledger_node_states[NODE_STATES] = {
    "up", "crashed", "halted",
};
const char *const ledger_link_counts[LINK_COUNTS] = {
    "messages", "bytes", "acks", "ack_bytes", "lost",
    "down", "corrupt", "cut", "doubled",
};

static void migration_free(void *data)
{
    ledger_migration_free(data);
}

void ledger_free(Ledger *ledger)
{
    if (ledger != NULL) {
        g_free(ledger->processes);
        g_free(ledger->nodes);
        g_clear_pointer(&ledger->migrations, g_ptr_array_unref);
        g_clear_pointer(&ledger->links, g_array_unref);
        g_free(ledger);
    }
}

static void marks_free(void *data)
{
    MigrationMarks *marks = data;

    ledger_migration_free(marks->migration);
    g_ptr_array_unref(marks->resume_ends);
    g_ptr_array_unref(marks->faults);
    g_hash_table_unref(marks->messages);
    ledger_pages_finish(&marks->pages);
    g_free(marks);
}

bool ledger_fail(const MigrationMarks *marks, GError **error,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return godwit_fail(error, "trace of process %u, migration %u: %s",
                       marks->migration->pid, marks->migration->epoch,
                       message);
}

static MigrationMarks *add_migration(LedgerCollector *collector,
                                     const Record *record)
{
    MigrationMarks *marks = g_new0(MigrationMarks, 1);

    marks->migration = ledger_migration_new();
    marks->migration->pid = record->pid;
    marks->migration->epoch = record->epoch;
    marks->migration->started_ns = record->time_ns;
    marks->resume_ends = g_ptr_array_new();
    marks->faults = g_ptr_array_new_with_free_func(g_free);
    marks->messages = ledger_messages_new();
    ledger_pages_init(&marks->pages);
    g_ptr_array_add(collector->migrations, marks);
    return marks;
}

static uint64_t *epoch_key(const Record *record)
{
    uint64_t *key = g_new(uint64_t, 1);

    *key = (uint64_t)record->pid << 32 | record->epoch;
    return key;
}

static MigrationMarks *find_migration(LedgerCollector *collector,
                                      const Record *record)
{
    g_autofree uint64_t *key = epoch_key(record);

    return g_hash_table_lookup(collector->by_epoch, key);
}

MigrationMarks *ledger_need_migration(LedgerCollector *collector,
                                      const Record *record)
{
    MigrationMarks *marks = find_migration(collector, record);

    if (marks == NULL) {
        marks = add_migration(collector, record);
        g_hash_table_insert(collector->by_epoch, epoch_key(record), marks);
    }
    return marks;
}

bool ledger_set_once(const MigrationMarks *marks, const Record **place,
                     const Record *record, const char *what, GError **error)
{
    if (*place != NULL) {
        return ledger_fail(marks, error, "'%s' comes twice, at %"
                           G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT "ns",
                           what, (*place)->time_ns, record->time_ns);
    }
    *place = record;
    return true;
}

/* What a record tells that has the arguments of PHASE: who is to go where. */
static void take_move(LedgerMigration *migration, const Record *record)
{
    migration->source = record->node;
    migration->algorithm = (uint16_t)record->arg[1];
    migration->without = (uint32_t)(record->arg[1] >> 16);
    migration->target = (uint32_t)record->arg[2];
    migration->plan_index = (uint32_t)record->arg[3];
}

static bool take_phase(LedgerCollector *collector, const Record *record,
                       GError **error)
{
    static const char *const names[MB_MARKS] = {
        "frozen", "selected", "sent", "received", "installed", "resumed",
        "begun",
    };
    MigrationMarks *marks = ledger_need_migration(collector, record);
    uint64_t mark = record->arg[0];

    if (mark >= MB_MARKS) {
        return ledger_fail(marks, error, "unknown mark %" G_GUINT64_FORMAT,
                           mark);
    }
    if (mark == MB_MARK_FROZEN || mark == MB_MARK_BEGUN) {
        take_move(marks->migration, record);
        marks->migration->started_ns = record->time_ns;
    }
    if (mark == MB_MARK_RESUMED && record->pid >= 1 &&
        record->pid <= collector->ledger->process_count) {
        collector->ledger->processes[record->pid - 1].node = record->node;
    }
    return ledger_set_once(marks, &marks->marks[mark], record, names[mark],
                           error);
}

static bool take_fault(LedgerCollector *collector, const Record *record,
                       GError **error)
{
    MigrationMarks *marks = ledger_need_migration(collector, record);
    const uint64_t *tag = &record->arg[0];
    uint16_t mark = (uint16_t)record->arg[1];
    FaultMarks *fault = g_hash_table_lookup(collector->fault_by_tag, tag);

    if (mark >= MB_FAULT_MARKS) {
        return ledger_fail(marks, error, "unknown mark %u of a fault", mark);
    }
    if (fault == NULL) {
        fault = g_new0(FaultMarks, 1);
        g_ptr_array_add(marks->faults, fault);
        /* The key stays in the trace, which outlives the table. */
        g_hash_table_insert(collector->fault_by_tag, (gpointer)tag, fault);
    }
    if (record->arg[1] & MB_FAULT_AWAITS_MAP) {
        fault->awaits_map = true;
    }
    return ledger_set_once(marks, &fault->marks[mark], record,
                           "mark of a fault", error);
}

/* One that was refused at once has the epoch of the migration before it. */
static bool take_abort(LedgerCollector *collector, const Record *record,
                       GError **error)
{
    MigrationMarks *marks = find_migration(collector, record);
    uint32_t plan_index = (uint32_t)record->arg[3];

    if (marks == NULL || (marks->marks[MB_MARK_FROZEN] == NULL &&
                          marks->marks[MB_MARK_BEGUN] == NULL) ||
        marks->migration->plan_index != plan_index) {
        marks = add_migration(collector, record);
        take_move(marks->migration, record);
    }
    return ledger_set_once(marks, &marks->abort, record, "abort", error);
}

static void take_exit(LedgerCollector *collector, const Record *record)
{
    MigrationMarks *marks = find_migration(collector, record);

    ledger_take_process(collector, record);
    if (marks != NULL) {
        marks->exit = record;
    }
}

static bool take_record(LedgerCollector *collector, const Record *record,
                        GError **error)
{
    MigrationMarks *marks;

    switch (record->type) {
    case MB_TRACE_PROC_EXIT:
        take_exit(collector, record);
        return true;
    case MB_TRACE_PROC_START:
    case MB_TRACE_NOSYS:
        ledger_take_process(collector, record);
        return true;
    case MB_TRACE_CRASH:
        ledger_take_node(collector, record, NODE_CRASHED);
        return true;
    case MB_TRACE_HALT:
        ledger_take_node(collector, record, NODE_HALTED);
        return true;
    case MB_TRACE_PHASE:
        return take_phase(collector, record, error);
    case MB_TRACE_FAULT:
        return take_fault(collector, record, error);
    case MB_TRACE_TX_START:
    case MB_TRACE_TX_END:
    case MB_TRACE_RX:
    case MB_TRACE_LOST:
    case MB_TRACE_DROPPED:
        ledger_take_message(collector, record);
        return true;
    case MB_TRACE_READ:
        ledger_take_read(collector, record);
        return true;
    case MB_TRACE_ABORT:
        return take_abort(collector, record, error);
    case MB_TRACE_DRAINED:
        marks = ledger_need_migration(collector, record);
        marks->migration->page_count = record->arg[2];
        return ledger_set_once(marks, &marks->drained, record, "drained",
                               error);
    case MB_TRACE_ROUND:
        return ledger_take_round(ledger_need_migration(collector, record),
                                 record, error);
    case MB_TRACE_MESSAGE:
        return ledger_take_freeze(ledger_need_migration(collector, record),
                                  record, error);
    case MB_TRACE_FIRST_RUN:
        marks = ledger_need_migration(collector, record);
        return ledger_set_once(marks, &marks->first_run, record, "first run",
                               error);
    case MB_TRACE_SETTLED:
        marks = ledger_need_migration(collector, record);
        return ledger_set_once(marks, &marks->settled, record, "settled",
                               error);
    case MB_TRACE_PREFETCH:
        return ledger_take_prefetch(ledger_need_migration(collector, record),
                                    record, error);
    case MB_TRACE_TIMEOUT:
        marks = ledger_need_migration(collector, record);
        return ledger_set_once(marks, &marks->timeout, record, "time-out",
                               error);
    case MB_TRACE_DUPLICATE:
        ledger_need_migration(collector, record)->migration->duplicate_count++;
        return true;
    default:
        return true;
    }
}

static int compare_migrations(const void *a, const void *b)
{
    const LedgerMigration *left = *(LedgerMigration *const *)a;
    const LedgerMigration *right = *(LedgerMigration *const *)b;

    if (left->started_ns != right->started_ns) {
        return left->started_ns < right->started_ns ? -1 : 1;
    }
    return left->pid != right->pid ? (left->pid < right->pid ? -1 : 1)
        : (left->epoch > right->epoch) - (left->epoch < right->epoch);
}

static bool compute_all(LedgerCollector *collector, GError **error)
{
    for (unsigned i = 0; i < collector->migrations->len; i++) {
        MigrationMarks *marks = collector->migrations->pdata[i];
        ledger_compute_traffic(marks);
        if (!ledger_compute_outcome(collector, marks, error) ||
            !ledger_compute_rounds(marks, error) ||
            !ledger_compute_faults(marks, error) ||
            !ledger_compute_freeze(marks, error)) {
            return false;
        }
        ledger_compute_residual(marks);
        ledger_compute_after(collector, marks);
        g_ptr_array_add(collector->ledger->migrations,
                        g_steal_pointer(&marks->migration));
    }
    g_ptr_array_sort(collector->ledger->migrations, compare_migrations);
    ledger_compute_lost(collector);
    ledger_compute_links(collector);
    return true;
}

static Ledger *ledger_new(const LedgerConfig *config)
{
    Ledger *ledger = g_new0(Ledger, 1);

    ledger->process_count = config->process_count;
    ledger->processes = g_new0(LedgerProcess, config->process_count + 1);
    ledger->node_count = config->node_count;
    ledger->nodes = g_new0(LedgerNode, config->node_count);
    ledger->migrations = g_ptr_array_new_with_free_func(migration_free);
    ledger->links = g_array_new(FALSE, FALSE, sizeof(LedgerLink));
    return ledger;
}

Ledger *ledger_compute(const TraceFile *trace, const LedgerConfig *config,
                       GError **error)
{
    g_autoptr(Ledger) ledger = ledger_new(config);
    g_autoptr(GPtrArray) migrations =
        g_ptr_array_new_with_free_func(marks_free);
    g_autoptr(GHashTable) by_epoch =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_autoptr(GHashTable) fault_by_tag =
        g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GHashTable) starts = ledger_starts_new();
    g_autofree LedgerLink *links =
        g_new0(LedgerLink, (size_t)config->node_count * config->node_count);
    LedgerCollector collector = {
        .config = config,
        .ledger = ledger,
        .migrations = migrations,
        .by_epoch = by_epoch,
        .fault_by_tag = fault_by_tag,
        .starts = starts,
        .links = links,
    };

    g_assert(trace->node_count == config->node_count);
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        if (!take_record(&collector, record, error)) {
            return NULL;
        }
        MigrationMarks *marks = find_migration(&collector, record);
        if (marks != NULL) {
            ledger_pages_take(&marks->pages, record);
        }
    }
    return compute_all(&collector, error) ? g_steal_pointer(&ledger) : NULL;
}
