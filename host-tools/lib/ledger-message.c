/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of a migration, as the devices recorded them: what was sent for
 * what, and when the last critical one and those of a fault were on the wire
 * (docs/specs/result.md, "Traffic").
 */
#include "ledger-marks.h"

static LedgerTraffic classify(const Record *record)
{
    uint32_t flags = record_message_flags(record);

    switch (record_message_type(record)) {
    case MB_MSG_STATE:
        return TRAFFIC_STATE;
    case MB_MSG_MAP:
        return TRAFFIC_MAP;
    case MB_MSG_REQUEST:
        return TRAFFIC_REQUESTS;
    case MB_MSG_PAGE:
        return flags & MB_MSG_CRITICAL ? TRAFFIC_CRITICAL
            : flags & MB_MSG_DEMANDED ? TRAFFIC_DEMANDED : TRAFFIC_PUSHED;
    default:
        return TRAFFIC_CONTROL;
    }
}

/* A request, or the page that answers it, starts or arrives. */
static void take_fault_message(LedgerCollector *collector,
                               const Record *record)
{
    uint32_t type = record_message_type(record);
    bool start = record->type == MB_TRACE_TX_START;
    FaultMarks *fault = g_hash_table_lookup(collector->fault_by_tag,
                                            &record->arg[1]);
    const Record **place;

    if (fault == NULL || (type != MB_MSG_REQUEST && type != MB_MSG_PAGE)) {
        return;
    }
    if (type == MB_MSG_REQUEST) {
        place = start ? &fault->request_start : &fault->request_arrival;
    } else {
        place = start ? &fault->page_start : &fault->page_arrival;
    }
    if (*place == NULL) {
        *place = record;
    }
}

bool ledger_take_message(LedgerCollector *collector, const Record *record,
                         GError **error)
{
    MigrationMarks *marks;
    uint32_t flags = record_message_flags(record);
    bool last = flags & MB_MSG_RESUME;

    if (record->pid == 0 || record->epoch == 0) {
        return true;
    }
    marks = ledger_need_migration(collector, record);
    if (record->type == MB_TRACE_TX_END) {
        return !last || ledger_set_once(marks, &marks->resume_end, record,
                                        "end of the last message", error);
    }
    if (record->type == MB_TRACE_TX_START) {
        LedgerTraffic traffic = classify(record);
        marks->migration->messages[traffic]++;
        marks->migration->bytes[traffic] += record_message_bytes(record);
        if (flags & MB_MSG_CRITICAL) {
            marks->migration->critical_messages++;
            marks->migration->critical_bytes += record_message_bytes(record);
            marks->first_start = marks->first_start != NULL
                ? marks->first_start : record;
        }
    }
    take_fault_message(collector, record);
    return record->type != MB_TRACE_RX || !last ||
        ledger_set_once(marks, &marks->resume_arrival, record,
                        "arrival of the last message", error);
}
