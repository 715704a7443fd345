/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases of a migration (docs/specs/result.md, "Phases").
 *
 * Each phase is taken from the records of its own two marks; nothing is
 * derived from the phase beside it or from the whole, so that a sum that
 * equals the latency says something.
 */
#include "ledger-marks.h"

/* The boundaries of the phases, by the records that mark them. */
enum {
    BOUNDARY_FROZEN,
    BOUNDARY_SELECTED,
    BOUNDARY_SENT,
    BOUNDARY_TX_END,
    BOUNDARY_RX,
    BOUNDARY_RECEIVED,
    BOUNDARY_INSTALLED,
    BOUNDARY_RESUMED,
    BOUNDARIES,
};
_Static_assert(BOUNDARIES == PHASE_COUNT + 1, "a phase between two boundaries");

static const char *const boundary_names[BOUNDARIES] = {
    "frozen", "selected", "sent", "last message sent", "last message arrived",
    "received", "installed", "resumed",
};

/*
 * The kernel stamps SENT behind its doorbell, the device starts the first
 * message at the doorbell: whichever says so first.
 */
static const Record *find_sent(const MigrationMarks *marks)
{
    const Record *sent = marks->marks[MB_MARK_SENT];

    if (sent != NULL && marks->first_start != NULL &&
        marks->first_start->time_ns < sent->time_ns) {
        return marks->first_start;
    }
    return sent;
}

/* The last bit of that transmission of the last message which arrived. */
static const Record *find_resume_end(const MigrationMarks *marks)
{
    const Record *arrival = marks->resume_arrival;

    for (unsigned i = 0; i < marks->resume_ends->len && arrival != NULL; i++) {
        const Record *end = marks->resume_ends->pdata[i];
        if (record_message_number(end) == record_message_number(arrival) &&
            end->node == record_peer(arrival) &&
            record_peer(end) == arrival->node) {
            return end;
        }
    }
    /* None has arrived: it is known at least that it was sent. */
    return arrival == NULL && marks->resume_ends->len > 0
        ? marks->resume_ends->pdata[0] : NULL;
}

static void find_boundaries(const MigrationMarks *marks,
                            const Record *boundaries[BOUNDARIES])
{
    boundaries[BOUNDARY_FROZEN] = marks->marks[MB_MARK_FROZEN];
    boundaries[BOUNDARY_SELECTED] = marks->marks[MB_MARK_SELECTED];
    boundaries[BOUNDARY_SENT] = find_sent(marks);
    boundaries[BOUNDARY_TX_END] = find_resume_end(marks);
    boundaries[BOUNDARY_RX] = marks->resume_arrival;
    boundaries[BOUNDARY_RECEIVED] = marks->marks[MB_MARK_RECEIVED];
    boundaries[BOUNDARY_INSTALLED] = marks->marks[MB_MARK_INSTALLED];
    boundaries[BOUNDARY_RESUMED] = marks->marks[MB_MARK_RESUMED];
}

static bool check_nodes(const MigrationMarks *marks,
                        const Record *const boundaries[BOUNDARIES],
                        GError **error)
{
    for (unsigned i = 0; i < BOUNDARIES; i++) {
        uint32_t node = i <= BOUNDARY_TX_END ? marks->migration->source
                                             : marks->migration->target;
        if (boundaries[i]->node != node) {
            return ledger_fail(marks, error, "'%s' is of node %u, not of node "
                               "%u", boundary_names[i], boundaries[i]->node,
                               node);
        }
    }
    return true;
}

/* A phase from one mark to the next; the wire is on no node's account. */
static bool compute_phase(const MigrationMarks *marks, unsigned kind,
                          const Record *const boundaries[BOUNDARIES],
                          GError **error)
{
    const Record *from = boundaries[kind];
    const Record *to = boundaries[kind + 1];
    LedgerPhase *phase = &marks->migration->phases[kind];

    if (to->time_ns < from->time_ns ||
        (kind != PHASE_WIRE && to->instret < from->instret)) {
        return ledger_fail(marks, error, "'%s' at %" G_GUINT64_FORMAT "ns "
                           "stands before '%s' at %" G_GUINT64_FORMAT "ns",
                           boundary_names[kind + 1], to->time_ns,
                           boundary_names[kind], from->time_ns);
    }
    phase->node = from->node;
    phase->start_ns = from->time_ns;
    phase->duration_ns = to->time_ns - from->time_ns;
    phase->instructions = kind == PHASE_WIRE ? 0
        : to->instret - from->instret;
    return true;
}

static void compute_critical_traffic(const LedgerConfig *config,
                                     const MigrationMarks *marks)
{
    LedgerMigration *migration = marks->migration;
    LedgerPhase *transmit = &migration->phases[PHASE_TRANSMIT];
    LedgerPhase *wire = &migration->phases[PHASE_WIRE];

    transmit->bytes = migration->critical_bytes;
    transmit->messages = migration->critical_messages;
    wire->bytes = transmit->bytes;
    wire->messages = transmit->messages;
    /* What the messages occupy at the sender's port, then the way. */
    migration->wire_alone_ns = marks->port_ns +
        config->links[migration->source * config->node_count +
                      migration->target].latency_ns;
}

static bool compute_done(const LedgerCollector *collector,
                         const MigrationMarks *marks,
                         const Record *const boundaries[BOUNDARIES],
                         GError **error)
{
    LedgerMigration *migration = marks->migration;
    uint64_t sum_ns = 0;

    migration->instructions = 0;
    if (!check_nodes(marks, boundaries, error)) {
        return false;
    }
    for (unsigned kind = 0; kind < PHASE_COUNT; kind++) {
        if (!compute_phase(marks, kind, boundaries, error)) {
            return false;
        }
        sum_ns += migration->phases[kind].duration_ns;
        migration->instructions += migration->phases[kind].instructions;
    }
    compute_critical_traffic(collector->config, marks);
    uint64_t resumed_ns = marks->marks[MB_MARK_RESUMED]->time_ns;
    migration->latency_ns = resumed_ns -
        marks->marks[MB_MARK_FROZEN]->time_ns;
    migration->residue_ns = (int64_t)(migration->latency_ns - sum_ns);
    if (marks->first_run != NULL) {
        migration->first_run_ns = marks->first_run->time_ns -
            marks->marks[MB_MARK_FROZEN]->time_ns;
    }
    if (marks->drained != NULL) {
        migration->drained_ns = marks->drained->time_ns > resumed_ns
            ? marks->drained->time_ns - resumed_ns : 0;
    }
    return true;
}

bool ledger_compute_phases(const LedgerCollector *collector,
                           const MigrationMarks *marks, bool *complete,
                           GError **error)
{
    const Record *boundaries[BOUNDARIES];

    *complete = false;
    find_boundaries(marks, boundaries);
    for (unsigned i = 0; i < BOUNDARIES; i++) {
        if (boundaries[i] == NULL) {
            marks->migration->missing = g_strdup(boundary_names[i]);
            return true;
        }
    }
    *complete = true;
    return compute_done(collector, marks, boundaries, error);
}
