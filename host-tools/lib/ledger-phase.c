/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases of a migration (docs/specs/result.md, "Phases").
 *
 * Each phase is taken from the records of its own two marks; nothing is
 * derived from the phase beside it or from the whole, so that a sum that
 * equals the latency says something.
 */
#include "ledger-marks.h"

#include "error.h"

#define NS_PER_S    UINT64_C(1000000000)

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

static void find_boundaries(const MigrationMarks *marks,
                            const Record *boundaries[BOUNDARIES])
{
    boundaries[BOUNDARY_FROZEN] = marks->marks[MB_MARK_FROZEN];
    boundaries[BOUNDARY_SELECTED] = marks->marks[MB_MARK_SELECTED];
    boundaries[BOUNDARY_SENT] = find_sent(marks);
    boundaries[BOUNDARY_TX_END] = marks->resume_end;
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

/* Latency of the link and the time its bytes take. */
static uint64_t wire_time(const LedgerConfig *config, uint64_t bytes)
{
    unsigned __int128 bits = (unsigned __int128)bytes * 8 * NS_PER_S;

    return config->latency_ns +
        (uint64_t)((bits + config->bits_per_s - 1) / config->bits_per_s);
}

static void compute_critical_traffic(const MigrationMarks *marks,
                                     const LedgerConfig *config)
{
    LedgerMigration *migration = marks->migration;
    LedgerPhase *transmit = &migration->phases[PHASE_TRANSMIT];
    LedgerPhase *wire = &migration->phases[PHASE_WIRE];

    transmit->bytes = migration->critical_bytes;
    transmit->messages = migration->critical_messages;
    wire->bytes = transmit->bytes;
    wire->messages = transmit->messages;
    migration->wire_ns = wire_time(config, transmit->bytes);
}

static bool compute_done(const MigrationMarks *marks,
                         const LedgerConfig *config,
                         const Record *const boundaries[BOUNDARIES],
                         GError **error)
{
    LedgerMigration *migration = marks->migration;
    uint64_t sum_ns = 0;

    if (!check_nodes(marks, boundaries, error)) {
        return false;
    }
    for (unsigned kind = 0; kind < PHASE_COUNT; kind++) {
        if (!compute_phase(marks, kind, boundaries, error)) {
            return false;
        }
        sum_ns += migration->phases[kind].duration_ns;
    }
    compute_critical_traffic(marks, config);
    uint64_t resumed_ns = marks->marks[MB_MARK_RESUMED]->time_ns;
    migration->outcome = OUTCOME_DONE;
    migration->latency_ns = resumed_ns -
        marks->marks[MB_MARK_FROZEN]->time_ns;
    migration->residue_ns = (int64_t)(migration->latency_ns - sum_ns);
    migration->drained = marks->drained != NULL;
    if (migration->drained && marks->drained->time_ns > resumed_ns) {
        migration->drained_ns = marks->drained->time_ns - resumed_ns;
    }
    return true;
}

bool ledger_compute_phases(const MigrationMarks *marks,
                           const LedgerConfig *config, GError **error)
{
    LedgerMigration *migration = marks->migration;
    const Record *boundaries[BOUNDARIES];

    if (marks->abort != NULL && marks->marks[MB_MARK_RESUMED] != NULL) {
        return ledger_fail(marks, error, "aborted, and resumed at the target: "
                           "two copies");
    }
    if (marks->timeout != NULL) {
        migration->outcome = OUTCOME_LOST;
        migration->error_number = (uint32_t)marks->timeout->arg[0];
        return true;
    }
    if (marks->abort != NULL) {
        migration->outcome = OUTCOME_ABORTED;
        migration->error_number = (uint32_t)marks->abort->arg[0];
        return true;
    }
    find_boundaries(marks, boundaries);
    for (unsigned i = 0; i < BOUNDARIES; i++) {
        if (boundaries[i] == NULL) {
            migration->outcome = OUTCOME_UNFINISHED;
            migration->missing = g_strdup(boundary_names[i]);
            return true;
        }
    }
    return compute_done(marks, config, boundaries, error);
}
