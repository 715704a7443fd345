/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages as the devices recorded them: what was sent for what, what the
 * links did to it, and when the last critical message and those of a fault
 * were on the wire (docs/specs/result.md, "Traffic" and "Links").
 */
#include "ledger-marks.h"

/* One transmission in the cluster. */
typedef struct {
    uint64_t number;
    uint32_t source;
    uint32_t target;
} Transmission;

static guint hash_transmission(gconstpointer key)
{
    const Transmission *t = key;

    return (guint)t->number * 31 + t->source * 257 + t->target;
}

static gboolean equal_transmissions(gconstpointer a, gconstpointer b)
{
    const Transmission *left = a;
    const Transmission *right = b;

    return left->number == right->number && left->source == right->source &&
        left->target == right->target;
}

GHashTable *ledger_starts_new(void)
{
    return g_hash_table_new_full(hash_transmission, equal_transmissions,
                                 g_free, NULL);
}

/* Is it made by the node that the message comes from? */
static bool is_sender(const Record *record)
{
    return record->type != MB_TRACE_RX && record->type != MB_TRACE_DROPPED;
}

static Transmission transmission_of(const Record *record)
{
    uint32_t peer = record_peer(record);
    bool sent = is_sender(record);

    return (Transmission) {
        .number = record_message_number(record),
        .source = sent ? record->node : peer,
        .target = sent ? peer : record->node,
    };
}

static void count_start(LedgerLink *link, const Record *record,
                        uint64_t wire_bytes)
{
    link->counts[LINK_MESSAGES]++;
    link->counts[LINK_BYTES] += wire_bytes;
    if (record_message_type(record) == MB_MSG_ACK) {
        link->counts[LINK_ACKS]++;
        link->counts[LINK_ACK_BYTES] += wire_bytes;
    }
}

static void count_on_link(LedgerLink *link, const Record *record,
                          uint64_t wire_bytes)
{
    static const LedgerLinkCount reasons[] = {
        [0] = LINK_LOST,
        [MB_LOST_BY_RATE] = LINK_LOST,
        [MB_LOST_DOWN] = LINK_DOWN,
        [MB_LOST_CORRUPT] = LINK_CORRUPT,
        [MB_LOST_CRASHED] = LINK_CUT,
    };
    uint32_t reason = record_reason(record);

    switch (record->type) {
    case MB_TRACE_TX_START:
        count_start(link, record, wire_bytes);
        break;
    case MB_TRACE_RX:
        link->counts[LINK_DOUBLED] += reason != 0;
        break;
    case MB_TRACE_LOST:
    case MB_TRACE_DROPPED:
        link->counts[reasons[reason < G_N_ELEMENTS(reasons) ? reason : 0]]++;
        break;
    default:
        break;
    }
}

/* A request, or the page that answers it, starts or arrives. */
static void take_fault_message(LedgerCollector *collector,
                               const Record *record)
{
    uint32_t type = record_message_type(record);
    Transmission transmission = transmission_of(record);
    FaultMarks *fault = g_hash_table_lookup(collector->fault_by_tag,
                                            &record->arg[1]);
    const Record **start;
    const Record **arrival;

    if (fault == NULL || (type != MB_MSG_REQUEST && type != MB_MSG_PAGE)) {
        return;
    }
    if (record->type == MB_TRACE_TX_START) {
        g_hash_table_insert(collector->starts,
                            g_memdup2(&transmission, sizeof(transmission)),
                            (gpointer)record);
        return;
    }
    start = type == MB_MSG_REQUEST ? &fault->request_start
                                   : &fault->page_start;
    arrival = type == MB_MSG_REQUEST ? &fault->request_arrival
                                     : &fault->page_arrival;
    if (record->type == MB_TRACE_RX && *arrival == NULL) {
        *arrival = record;
        *start = g_hash_table_lookup(collector->starts, &transmission);
    }
}

void ledger_take_read(LedgerCollector *collector, const Record *record)
{
    FaultMarks *fault = g_hash_table_lookup(collector->fault_by_tag,
                                            &record->arg[1]);

    if (fault != NULL && record_reason(record) == MB_READ_READY) {
        fault->page_ready = record;
    }
}

static void take_start(MigrationMarks *marks, const Record *record,
                       uint64_t wire_bytes)
{
    LedgerMigration *migration = marks->migration;

    if (record_message_type(record) == MB_MSG_STATE &&
        migration->source == LEDGER_NONE) {
        /* its marks may never be written, if the node crashes now */
        migration->source = record->node;
        migration->target = record_peer(record);
        migration->plan_index = (uint32_t)record->arg[1];
    }
    ledger_take_traffic(marks, record, wire_bytes);
    if (record_message_flags(record) & MB_MSG_CRITICAL) {
        migration->critical_messages++;
        migration->critical_bytes += wire_bytes;
        marks->first_start = marks->first_start != NULL ? marks->first_start
                                                        : record;
    }
}

static void take_arrival(const struct mb_link_model *model,
                         MigrationMarks *marks, const Record *record)
{
    uint32_t flags = record_message_flags(record);

    if (record_reason(record) != 0) {
        marks->migration->copied_messages++;
    } else if (flags & MB_MSG_CRITICAL) {
        marks->port_ns += mb_link_wire_ns(model,
                                          record_message_length(record));
        /* An answer to the source, or a question to the process's home: both
         * it and its other half are waited for. Of pages that go to the file
         * server the answer is enough. */
        if (record->node == marks->migration->source ||
            (record->node != marks->migration->target &&
             (flags & MB_MSG_STORE) == 0)) {
            marks->port_ns += 2 * model->latency_ns;
        }
    }
    if ((flags & MB_MSG_RESUME) && marks->resume_arrival == NULL) {
        marks->resume_arrival = record;
    }
}

void ledger_take_message(LedgerCollector *collector, const Record *record)
{
    const LedgerConfig *config = collector->config;
    Transmission transmission = transmission_of(record);

    /* Of a node that is not there: nothing of it can be told. */
    if (record_peer(record) >= config->node_count) {
        return;
    }
    uint32_t pair = transmission.source * config->node_count +
        transmission.target;
    const struct mb_link_model *model = &config->links[pair];
    uint64_t wire_bytes = mb_link_wire_bytes(model,
                                             record_message_length(record));
    count_on_link(&collector->links[pair], record, wire_bytes);
    if (record->pid == 0 || record->epoch == 0) {
        return;
    }
    MigrationMarks *marks = ledger_need_migration(collector, record);
    switch (record->type) {
    case MB_TRACE_TX_START:
        take_start(marks, record, wire_bytes);
        break;
    case MB_TRACE_TX_END:
        if (record_message_flags(record) & MB_MSG_RESUME) {
            g_ptr_array_add(marks->resume_ends, (gpointer)record);
        }
        break;
    case MB_TRACE_RX:
        take_arrival(model, marks, record);
        break;
    case MB_TRACE_LOST:
        marks->migration->lost_messages++;
        break;
    default:
        marks->migration->dropped_messages++;
        break;
    }
    take_fault_message(collector, record);
}

void ledger_compute_links(LedgerCollector *collector)
{
    uint32_t count = collector->config->node_count;

    for (uint32_t i = 0; i < count * count; i++) {
        LedgerLink *link = &collector->links[i];
        link->source = i / count;
        link->target = i % count;
        if (link->counts[LINK_MESSAGES] > 0) {
            g_array_append_val(collector->ledger->links, *link);
        }
    }
}
