/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the messages of a migration are for (docs/specs/result.md, "Traffic").
 *
 * Every message is of one kind: that of the first row of the table which it
 * fits. That the kinds' sum is all that the devices sent for the migration is
 * checked, like the sum of the phases.
 */
#include "ledger-marks.h"

#define ANY_TYPE    0u

static const struct {
    LedgerTraffic kind;
    uint32_t type;
    uint32_t flags;             /* all of them */
} rules[] = {
    { TRAFFIC_STATE, MB_MSG_STATE, 0 },
    { TRAFFIC_DEMANDED, MB_MSG_PAGE, MB_MSG_DEMANDED },
    { TRAFFIC_PUSHED, MB_MSG_PAGE, MB_MSG_PUSHED },
    { TRAFFIC_STORED, MB_MSG_PAGE, MB_MSG_STORE },
    { TRAFFIC_CODE, MB_MSG_PAGE, MB_MSG_CRITICAL | MB_MSG_CODE },
    { TRAFFIC_HEAP, MB_MSG_PAGE, MB_MSG_CRITICAL | MB_MSG_HEAP },
    { TRAFFIC_STACK, MB_MSG_PAGE, MB_MSG_CRITICAL | MB_MSG_STACK },
    { TRAFFIC_BULK, MB_MSG_PAGE, MB_MSG_CRITICAL },
    { TRAFFIC_ROUNDS, MB_MSG_PAGE, MB_MSG_AHEAD },
    { TRAFFIC_PUSHED, MB_MSG_PAGE, 0 },
    { TRAFFIC_MAP, MB_MSG_MAP, 0 },
    { TRAFFIC_REQUESTS, MB_MSG_REQUEST, 0 },
    { TRAFFIC_REQUESTS, MB_MSG_PREFETCH, 0 },
    { TRAFFIC_REPLIES, MB_MSG_RESUMED, 0 },
    { TRAFFIC_REPLIES, MB_MSG_REJECT, 0 },
    { TRAFFIC_REPLIES, MB_MSG_GONE, 0 },
    { TRAFFIC_REPLIES, MB_MSG_GRANT, 0 },
    { TRAFFIC_REPLIES, MB_MSG_READY, 0 },
    { TRAFFIC_REPLIES, MB_MSG_FLUSH, 0 },
    { TRAFFIC_REPLIES, MB_MSG_COLLECTED, 0 },
    { TRAFFIC_REPLIES, MB_MSG_HOME, 0 },
    { TRAFFIC_CONTROL, ANY_TYPE, 0 },
};

const char *const ledger_traffic_names[TRAFFIC_COUNT] = {
    [TRAFFIC_ROUNDS] = "rounds",
    [TRAFFIC_STATE] = "state",
    [TRAFFIC_CODE] = "code",
    [TRAFFIC_HEAP] = "heap",
    [TRAFFIC_STACK] = "stack",
    [TRAFFIC_BULK] = "bulk",
    [TRAFFIC_MAP] = "map",
    [TRAFFIC_PUSHED] = "pushed",
    [TRAFFIC_DEMANDED] = "demanded",
    [TRAFFIC_STORED] = "stored",
    [TRAFFIC_CONTROL] = "control",
    [TRAFFIC_RESENT] = "resent",
    [TRAFFIC_REQUESTS] = "requests",
    [TRAFFIC_REPLIES] = "replies",
    [TRAFFIC_RESENT_BACK] = "resent_back",
};

static LedgerTraffic classify(const Record *record)
{
    uint32_t type = record_message_type(record);
    uint32_t flags = record_message_flags(record);
    size_t i = 0;

    /* The last row fits every message. */
    while ((rules[i].type != ANY_TYPE && rules[i].type != type) ||
           (rules[i].flags & ~flags) != 0) {
        i++;
    }
    if (flags & MB_MSG_AGAIN) {
        return rules[i].kind >= TRAFFIC_REQUESTS ? TRAFFIC_RESENT_BACK
                                                 : TRAFFIC_RESENT;
    }
    return rules[i].kind;
}

static void count(LedgerCount *count, const Record *record,
                  uint64_t wire_bytes)
{
    count->messages++;
    count->payload_bytes += record_message_length(record);
    count->wire_bytes += wire_bytes;
}

void ledger_take_traffic(MigrationMarks *marks, const Record *record,
                         uint64_t wire_bytes)
{
    count(&marks->sent, record, wire_bytes);
    count(&marks->migration->traffic[classify(record)], record, wire_bytes);
}

LedgerCount ledger_traffic_total(const LedgerMigration *migration)
{
    LedgerCount total = { 0 };

    for (unsigned i = 0; i < TRAFFIC_COUNT; i++) {
        total.messages += migration->traffic[i].messages;
        total.payload_bytes += migration->traffic[i].payload_bytes;
        total.wire_bytes += migration->traffic[i].wire_bytes;
    }
    return total;
}

void ledger_compute_traffic(const MigrationMarks *marks)
{
    LedgerMigration *migration = marks->migration;

    migration->residue_bytes = (int64_t)(marks->sent.wire_bytes -
        ledger_traffic_total(migration).wire_bytes);
    for (unsigned i = TRAFFIC_CODE; i <= TRAFFIC_BULK; i++) {
        migration->critical_pages += migration->traffic[i].messages;
    }
}
