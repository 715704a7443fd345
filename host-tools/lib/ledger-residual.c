/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Residual dependency: pages that the target needs and only the source has, as
 * a function of time (docs/specs/result.md, "Residual dependency").
 *
 * It is a step down whenever a page arrives. Records do not say which page a
 * message carries, but every page is sent once after the freeze, so counting is
 * enough. What a channel sends again counts if a page has been lost and not made
 * up for; otherwise it was sent again in vain. A page that the file server
 * has got is not the source's any more; that it comes to the target later is not
 * counted.
 */
#include "ledger-marks.h"

void ledger_pages_init(PageArrivals *pages)
{
    pages->arrivals_ns = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

void ledger_pages_finish(PageArrivals *pages)
{
    g_array_unref(pages->arrivals_ns);
}

static void take_page(PageArrivals *pages, const Record *record)
{
    bool again = (record_message_flags(record) & MB_MSG_AGAIN) != 0;
    uint32_t sender = record->type == MB_TRACE_LOST ? record->node
                                                    : record_peer(record);

    if (pages->frozen && sender != pages->source) {
        return;                 /* the file server */
    }

    if (record->type == MB_TRACE_LOST || record->type == MB_TRACE_DROPPED) {
        pages->lost += !again;
        return;
    }
    if (record->type != MB_TRACE_RX || record_reason(record) != 0 ||
        (again && pages->lost == 0)) {
        return;
    }
    pages->lost -= again;
    if (pages->frozen) {
        g_array_append_val(pages->arrivals_ns, record->time_ns);
    }
}

void ledger_pages_take(PageArrivals *pages, const Record *record)
{
    switch (record->type) {
    case MB_TRACE_PHASE:
        if (record->arg[0] == MB_MARK_FROZEN) {
            pages->frozen = true;
            pages->source = record->node;
            pages->frozen_ns = record->time_ns;
        }
        break;
    case MB_TRACE_RX:
    case MB_TRACE_LOST:
    case MB_TRACE_DROPPED:
        if (record_message_type(record) == MB_MSG_PAGE) {
            take_page(pages, record);
        }
        break;
    default:
        break;
    }
}

void ledger_compute_residual(const MigrationMarks *marks)
{
    LedgerMigration *migration = marks->migration;
    LedgerResidual *residual = &migration->residual;
    const uint64_t *arrivals_ns =
        (const uint64_t *)marks->pages.arrivals_ns->data;
    unsigned count = marks->pages.arrivals_ns->len;
    g_autofree uint64_t *stays = g_new(uint64_t, count + 1);

    if (migration->outcome != OUTCOME_DONE) {
        return;
    }
    residual->frozen_pages = count;
    residual->resumed_pages = 0;
    for (unsigned i = 0; i < count; i++) {
        stays[i] = arrivals_ns[i] - marks->pages.frozen_ns;
        residual->resumed_pages += stays[i] > migration->latency_ns;
    }
    residual->stay = ledger_statistics(stays, count);
}

static void append_step(GArray *steps, uint64_t time_ns, uint64_t count)
{
    const LedgerResidualStep step = { time_ns, count };

    g_array_append_val(steps, step);
}

GArray *ledger_residual_steps(const TraceFile *trace, uint32_t pid,
                              uint32_t epoch)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(LedgerResidualStep));
    PageArrivals pages = { 0 };

    ledger_pages_init(&pages);
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        if (record->pid == pid && record->epoch == epoch) {
            ledger_pages_take(&pages, record);
        }
    }
    if (pages.frozen) {
        append_step(steps, pages.frozen_ns, pages.arrivals_ns->len);
    }
    for (unsigned i = 0; i < pages.arrivals_ns->len; i++) {
        append_step(steps, g_array_index(pages.arrivals_ns, uint64_t, i),
                    pages.arrivals_ns->len - i - 1);
    }
    ledger_pages_finish(&pages);
    return steps;
}
