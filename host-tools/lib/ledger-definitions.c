/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other systems' definitions. Where a system's term does not say enough, its
 * meaning here is the reading that is written beside it.
 */
#include "ledger-definitions.h"

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a == LEDGER_UNKNOWN || b == LEDGER_UNKNOWN ? LEDGER_UNKNOWN : a + b;
}

/* From the start of one phase to the end of another. */
static uint64_t span(const LedgerMigration *m, LedgerPhaseKind first,
                     LedgerPhaseKind last)
{
    return m->phases[last].start_ns + m->phases[last].duration_ns -
        m->phases[first].start_ns;
}

static uint64_t latency(const LedgerMigration *m)
{
    return m->latency_ns;
}

static uint64_t until_drained(const LedgerMigration *m)
{
    return sum(m->latency_ns, m->drained_ns);
}

static uint64_t all_time(const LedgerMigration *m)
{
    return m->total_ns;
}

static uint64_t until_sent(const LedgerMigration *m)
{
    return span(m, PHASE_SELECT, PHASE_TRANSMIT);
}

static uint64_t select_time(const LedgerMigration *m)
{
    return m->phases[PHASE_SELECT].duration_ns;
}

static uint64_t transmit_time(const LedgerMigration *m)
{
    return m->phases[PHASE_TRANSMIT].duration_ns;
}

static uint64_t pages_total(const LedgerMigration *m)
{
    return m->page_count;
}

static uint64_t pages_critical(const LedgerMigration *m)
{
    return m->critical_pages;
}

static uint64_t pages_after(const LedgerMigration *m)
{
    return m->traffic[TRAFFIC_PUSHED].messages +
        m->traffic[TRAFFIC_DEMANDED].messages;
}

static uint64_t pages_ahead(const LedgerMigration *m)
{
    return m->traffic[TRAFFIC_ROUNDS].messages;
}

static uint64_t pages_all(const LedgerMigration *m)
{
    return pages_ahead(m) + pages_critical(m) + pages_after(m);
}

static uint64_t at_target(const LedgerMigration *m)
{
    return span(m, PHASE_RECEIVE, PHASE_RESUME);
}

static uint64_t requests(const LedgerMigration *m)
{
    return m->traffic[TRAFFIC_REQUESTS].messages;
}

static uint64_t critical_bytes(const LedgerMigration *m)
{
    return m->critical_bytes;
}

static uint64_t bytes_ahead(const LedgerMigration *m)
{
    return m->traffic[TRAFFIC_ROUNDS].wire_bytes;
}

static uint64_t bytes_after(const LedgerMigration *m)
{
    return m->traffic[TRAFFIC_PUSHED].wire_bytes +
        m->traffic[TRAFFIC_DEMANDED].wire_bytes;
}

static uint64_t bytes_all(const LedgerMigration *m)
{
    return ledger_traffic_total(m).wire_bytes;
}

static uint64_t stall_total(const LedgerMigration *m)
{
    return ledger_fault_statistics(m, PART_COUNT).total;
}

static uint64_t stall_mean(const LedgerMigration *m)
{
    return ledger_fault_statistics(m, PART_COUNT).mean;
}

static uint64_t excise(const LedgerMigration *m)
{
    return span(m, PHASE_SELECT, PHASE_CAPTURE);
}

static uint64_t transfer(const LedgerMigration *m)
{
    return span(m, PHASE_TRANSMIT, PHASE_WIRE);
}

static uint64_t insert(const LedgerMigration *m)
{
    return span(m, PHASE_RECEIVE, PHASE_INSTALL);
}

static uint64_t until_installed(const LedgerMigration *m)
{
    return span(m, PHASE_SELECT, PHASE_INSTALL);
}

/* The last page may have come before the resume. */
static uint64_t resume_time(const LedgerMigration *m)
{
    uint64_t last_ns = m->residual.stay.max;

    return last_ns == LEDGER_UNKNOWN || last_ns < m->latency_ns ? 0
        : last_ns - m->latency_ns;
}

static uint64_t faults_demanded(const LedgerMigration *m)
{
    return m->fault_counts[FAULT_DEMANDED] + m->fault_counts[FAULT_DEVICE];
}

#define NS      LEDGER_NS
#define BYTES   LEDGER_BYTES
#define NUMBER  LEDGER_NUMBER

const LedgerDefinition ledger_definitions[] = {
    { "Accent", "excise", "FROZEN to SENT", NS, excise },
    { "Accent", "transfer", "SENT to the arrival of the last critical message",
      NS, transfer },
    { "Accent", "insert", "that to INSTALLED", NS, insert },
    { "CRIU dump", "frozen_time", "FROZEN to the last bit of the last critical "
      "message", NS, until_sent },
    { "CRIU dump", "memdump_time", "finding what to send: select", NS,
      select_time },
    { "CRIU dump", "memwrite_time", "critical messages leaving: transmit", NS,
      transmit_time },
    { "CRIU dump", "pages_scanned", "pages present at the freeze", NUMBER,
      pages_total },
    { "CRIU dump", "pages_written", "pages sent between freeze and resume",
      NUMBER, pages_critical },
    { "CRIU dump", "pages_lazy", "pages sent after the resume", NUMBER,
      pages_after },
    { "CRIU restore", "restore_time", "arrival of the last critical message to "
      "RESUMED", NS, at_target },
    { "CRIU restore", "pages_restored", "these pages, put in place", NUMBER,
      pages_critical },
    { "Nu", "migration latency", "FROZEN to RESUMED", NS, latency },
    { "QEMU", "downtime", "FROZEN to RESUMED", NS, latency },
    { "QEMU", "total-time", "BEGUN, or FROZEN without rounds, to DRAINED", NS,
      all_time },
    { "QEMU", "precopy-bytes", "pages on the wire before the freeze", BYTES,
      bytes_ahead },
    { "QEMU", "downtime-bytes", "on the wire between freeze and resume", BYTES,
      critical_bytes },
    { "QEMU", "postcopy-bytes", "pages on the wire after the resume", BYTES,
      bytes_after },
    { "QEMU", "transferred", "all on the wire, both ways", BYTES, bytes_all },
    { "QEMU", "postcopy-requests", "requests for pages", NUMBER, requests },
    { "QEMU", "postcopy-blocktime", "stalls of all remote faults together", NS,
      stall_total },
    { "QEMU", "postcopy-latency", "mean stall of a remote fault", NS,
      stall_mean },
    { "RHODOS", "migration time", "FROZEN to INSTALLED", NS, until_installed },
    { "Sprite", "migration time", "FROZEN to RESUMED", NS, latency },
    { "V", "freeze time", "FROZEN to RESUMED", NS, latency },
    { "Xen", "downtime", "FROZEN to RESUMED", NS, latency },
    { "Xen", "total migration time", "BEGUN, or FROZEN without rounds, to "
      "DRAINED", NS, all_time },
    { "post-copy (Hines)", "downtime", "FROZEN to RESUMED", NS, latency },
    { "post-copy (Hines)", "resume time", "RESUMED to the arrival of the last "
      "page", NS, resume_time },
    { "post-copy (Hines)", "total migration time", "FROZEN to DRAINED", NS,
      until_drained },
    { "post-copy (Hines)", "pages transferred", "pages sent", NUMBER,
      pages_all },
    { "post-copy (Hines)", "network faults", "remote faults answered by the "
      "source", NUMBER, faults_demanded },
};
const unsigned ledger_definition_count = G_N_ELEMENTS(ledger_definitions);

uint64_t ledger_definition_get(const LedgerDefinition *definition,
                               const LedgerMigration *migration)
{
    return migration->outcome == OUTCOME_DONE ? definition->get(migration)
                                              : LEDGER_UNKNOWN;
}
