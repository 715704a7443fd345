/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rounds of a migration, and how long all of it took (docs/specs/result.md,
 * "Rounds").
 */
#include "ledger-marks.h"

bool ledger_take_round(MigrationMarks *marks, const Record *record,
                       GError **error)
{
    GArray *rounds = marks->migration->rounds;
    const LedgerRound round = {
        .number = record->arg[0],
        .end_ns = record->time_ns,
        .pages = record->arg[1],
        .changed_pages = record->arg[2],
    };

    if (round.number != rounds->len + 1) {
        return ledger_fail(marks, error, "round %" G_GUINT64_FORMAT
                           " stands behind round %u", round.number,
                           rounds->len);
    }
    g_array_append_val(rounds, round);
    return true;
}

bool ledger_compute_rounds(const MigrationMarks *marks, GError **error)
{
    LedgerMigration *migration = marks->migration;
    const Record *begun = marks->marks[MB_MARK_BEGUN];
    const Record *first = begun != NULL ? begun
                                        : marks->marks[MB_MARK_FROZEN];
    uint64_t start_ns = begun != NULL ? begun->time_ns : 0;

    if (begun == NULL && migration->rounds->len > 0) {
        return ledger_fail(marks, error, "rounds that have not begun");
    }
    for (unsigned i = 0; i < migration->rounds->len; i++) {
        LedgerRound *round = &g_array_index(migration->rounds, LedgerRound, i);

        if (round->end_ns < start_ns) {
            return ledger_fail(marks, error, "round %u ends before it begins",
                               i + 1);
        }
        round->start_ns = start_ns;
        round->duration_ns = round->end_ns - start_ns;
        start_ns = round->end_ns;
    }
    migration->round_count = migration->rounds->len;
    if (first != NULL && marks->drained != NULL &&
        migration->outcome == OUTCOME_DONE) {
        migration->total_ns = marks->drained->time_ns - first->time_ns;
    }
    return true;
}
