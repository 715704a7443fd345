/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ledger*.c: exact sums from a trace with known numbers.
 */
#include "ledger-fixture.h"

START_TEST(phases_are_what_was_put_in)
{
    static const struct {
        uint32_t node;
        uint64_t start_ns;
        uint64_t end_ns;
    } expected[PHASE_COUNT] = {
        [PHASE_SELECT] = { 0, 0, SYNTHETIC_SELECTED },
        [PHASE_CAPTURE] = { 0, SYNTHETIC_SELECTED, SYNTHETIC_FIRST_START },
        [PHASE_TRANSMIT] = { 0, SYNTHETIC_FIRST_START, SYNTHETIC_TX_END },
        [PHASE_WIRE] = { 0, SYNTHETIC_TX_END, SYNTHETIC_RX },
        [PHASE_RECEIVE] = { 1, SYNTHETIC_RX, SYNTHETIC_RECEIVED },
        [PHASE_INSTALL] = { 1, SYNTHETIC_RECEIVED, SYNTHETIC_INSTALLED },
        [PHASE_RESUME] = { 1, SYNTHETIC_INSTALLED, SYNTHETIC_RESUMED },
    };
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];

    ck_assert_uint_eq(ledger->migrations->len, 1);
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &m->phases[i];
        uint64_t duration = expected[i].end_ns - expected[i].start_ns;
        ck_assert_uint_eq(phase->node, expected[i].node);
        ck_assert_uint_eq(phase->start_ns, START_NS + expected[i].start_ns);
        ck_assert_uint_eq(phase->duration_ns, duration);
        ck_assert_uint_eq(phase->instructions, i == PHASE_WIRE ? 0
                          : duration / SYNTHETIC_NS_PER_INSN);
        bool carries = i == PHASE_TRANSMIT || i == PHASE_WIRE;
        ck_assert_uint_eq(phase->bytes, carries ? CRITICAL_BYTES : 0);
        ck_assert_uint_eq(phase->messages, carries ? 3 : 0);
    }
    ck_assert_int_eq(m->outcome, OUTCOME_DONE);
    ck_assert_uint_eq(m->latency_ns, SYNTHETIC_RESUMED);
    ck_assert_int_eq(m->residue_ns, 0);
    ck_assert_uint_eq(m->wire_alone_ns, 50000 + CRITICAL_BYTES * 8);
}
END_TEST

START_TEST(knows_who_moved_what)
{
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];

    ck_assert_uint_eq(m->pid, 1);
    ck_assert_uint_eq(m->epoch, 1);
    ck_assert_uint_eq(m->plan_index, 0);
    ck_assert_uint_eq(m->source, 0);
    ck_assert_uint_eq(m->target, 1);
    ck_assert_uint_eq(m->started_ns, START_NS);
    ck_assert_uint_eq(m->drained_ns, SYNTHETIC_DRAINED - SYNTHETIC_RESUMED);
    ck_assert_uint_eq(m->page_count, 17);
    ck_assert_uint_eq(m->traffic[TRAFFIC_STATE].messages, 1);
    ck_assert_uint_eq(m->critical_pages, 2);
    ck_assert_uint_eq(m->traffic[TRAFFIC_MAP].messages, 1);
    ck_assert_uint_eq(m->traffic[TRAFFIC_PUSHED].messages, 1);
    ck_assert_uint_eq(m->traffic[TRAFFIC_DEMANDED].messages, 1);
    ck_assert_uint_eq(m->traffic[TRAFFIC_REQUESTS].messages, 1);
    ck_assert_uint_eq(m->traffic[TRAFFIC_REPLIES].messages, 1);
    ck_assert_uint_eq(m->traffic[TRAFFIC_DEMANDED].wire_bytes, 4096 + MB_WIRE_HEADER);
    ck_assert_uint_eq(m->traffic[TRAFFIC_REPLIES].wire_bytes, MB_WIRE_HEADER);
    ck_assert_uint_eq(m->critical_messages, 3);
    ck_assert_uint_eq(m->critical_bytes, CRITICAL_BYTES);
}
END_TEST

START_TEST(faults_split_without_a_rest)
{
    static const uint64_t asked[PART_COUNT] = {
        [PART_TRAP] = 10, [PART_REQUEST] = 4, [PART_REQUEST_WIRE] = 50512,
        [PART_SERVE] = 974, [PART_PAGE] = 10, [PART_PAGE_WIRE] = 84000,
        [PART_INSTALL] = 90,
    };
    static const uint64_t unasked[PART_COUNT] = {
        [PART_TRAP] = 20, [PART_AWAIT] = 40000, [PART_INSTALL] = 80,
    };
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];

    ck_assert_uint_eq(m->faults->len, 2);
    for (unsigned i = 0; i < 2; i++) {
        const LedgerFault *fault = &g_array_index(m->faults, LedgerFault, i);
        const uint64_t *parts = i == 0 ? asked : unasked;
        uint64_t sum = 0;
        for (unsigned k = 0; k < PART_COUNT; k++) {
            ck_assert_uint_eq(fault->parts_ns[k], parts[k]);
            sum += fault->parts_ns[k];
        }
        ck_assert_uint_eq(fault->stall_ns, sum);
        ck_assert_uint_eq(fault->kind, i == 0 ? FAULT_DEMANDED
                          : FAULT_AWAITED);
        ck_assert_uint_eq(fault->index, 0x11 + i);
    }
}
END_TEST

/* Kernels stamp the request behind the doorbell that starts it. */
START_TEST(a_request_begins_when_it_starts_or_is_stamped)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_find(synthetic, MB_TRACE_FAULT, MB_FAULT_REQUESTED)->time_ns +=
        100;
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    const LedgerFault *fault = &g_array_index(m->faults, LedgerFault, 0);
    ck_assert_uint_eq(fault->parts_ns[PART_TRAP], 14);
    ck_assert_uint_eq(fault->parts_ns[PART_REQUEST], 0);
    ck_assert_uint_eq(fault->stall_ns, 135600);
}
END_TEST

/* Of a page that the bridge serves, READ says when it was ready to leave. */
START_TEST(a_bridge_serves_a_page)
{
    g_autoptr(Synthetic) synthetic = make_run();
    uint64_t tag = synthetic_find(synthetic, MB_TRACE_FAULT,
                                  MB_FAULT_TAKEN)->arg[0];

    synthetic_remove(synthetic, MB_TRACE_FAULT, MB_FAULT_TAKEN);
    synthetic_remove(synthetic, MB_TRACE_FAULT, MB_FAULT_SERVED);
    synthetic_message(synthetic, MB_TRACE_READ, 1, START_NS + 160626, 0,
                      synthetic_what(MB_MSG_REQUEST, 0, 0), tag,
                      MB_READ_READY);
    synthetic_message(synthetic, MB_TRACE_READ, 1, START_NS + 160700, 0,
                      synthetic_what(MB_MSG_REQUEST, 0, 0), tag, MB_READ_GONE);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    const LedgerFault *fault = &g_array_index(m->faults, LedgerFault, 0);
    ck_assert_uint_eq(fault->kind, FAULT_DEVICE);
    ck_assert_uint_eq(fault->parts_ns[PART_SERVE], 100);
    ck_assert_uint_eq(fault->parts_ns[PART_PAGE], 884);
    ck_assert_uint_eq(fault->stall_ns, 135600);
    ck_assert_uint_eq(fault->serve_instructions, 984 / SYNTHETIC_NS_PER_INSN);
    ck_assert_uint_eq(m->fault_counts[FAULT_DEVICE], 1);
    ck_assert_uint_eq(m->fault_counts[FAULT_DEMANDED], 0);
}
END_TEST

START_TEST(follows_the_process)
{
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerProcess *process = &ledger->processes[0];

    ck_assert(process->started && process->ended);
    ck_assert_uint_eq(process->node, 1);
    ck_assert_uint_eq(process->start_ns, 1000);
    ck_assert_uint_eq(process->end_ns, START_NS + 500000);
    ck_assert_uint_eq(process->wait_status, 3 << 8);
    ck_assert_uint_eq(process->user_instructions, 123456);
    ck_assert_uint_eq(process->syscalls, 78);
    ck_assert_uint_eq(process->page_faults, 9);
}
END_TEST

START_TEST(names_a_missing_mark)
{
    static const struct {
        int mark;
        const char *name;
    } marks[] = {
        { MB_MARK_SELECTED, "selected" }, { MB_MARK_SENT, "sent" },
        { MB_MARK_RECEIVED, "received" }, { MB_MARK_INSTALLED, "installed" },
        { MB_MARK_RESUMED, "resumed" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_autoptr(Synthetic) synthetic = make_run();
        synthetic_remove(synthetic, MB_TRACE_PHASE, marks[i].mark);
        synthetic_remove(synthetic, MB_TRACE_PROC_EXIT, -1);
        g_autoptr(Ledger) ledger = compute_good(synthetic);
        const LedgerMigration *m = ledger->migrations->pdata[0];
        ck_assert_int_eq(m->outcome, OUTCOME_UNFINISHED);
        ck_assert_str_eq(m->missing, marks[i].name);
    }
}
END_TEST

START_TEST(names_a_missing_message)
{
    g_autoptr(Synthetic) synthetic = make_run();

    for (unsigned i = 0; i < synthetic->records->len; i++) {
        struct mb_trace_record *record = &g_array_index(
            synthetic->records, struct mb_trace_record, i);
        if (record->type == MB_TRACE_RX &&
            (record->arg[0] >> 16 & MB_MSG_RESUME)) {
            record->type = MB_TRACE_BOOT;
        }
    }
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_int_eq(m->outcome, OUTCOME_UNFINISHED);
    ck_assert_str_eq(m->missing, "last message arrived");
}
END_TEST

START_TEST(counts_faults_that_were_cut)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_remove(synthetic, MB_TRACE_FAULT, MB_FAULT_RESUMED);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_uint_eq(m->cut_fault_count, 1);
    ck_assert_uint_eq(m->faults->len, 1);
}
END_TEST

/* A page that comes after the process has moved on belongs to the fault. */
START_TEST(ends_a_fault_in_the_next_epoch)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_find(synthetic, MB_TRACE_FAULT, MB_FAULT_RESUMED)->epoch = 2;
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_uint_eq(m->faults->len, 2);
}
END_TEST

START_TEST(tells_aborted_from_lost)
{
    g_autoptr(Synthetic) aborted = synthetic_new();
    g_autoptr(Synthetic) lost = synthetic_new();

    /* Refused at once: no mark at all. */
    synthetic_add(aborted, 0, MB_TRACE_ABORT, START_NS, 22,
                  mb_move_kind(5, 2), 7, 3);
    g_autoptr(Ledger) ledger = compute_good(aborted);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_int_eq(m->outcome, OUTCOME_ABORTED);
    ck_assert_uint_eq(m->error_number, 22);
    ck_assert_uint_eq(m->plan_index, 3);
    ck_assert_uint_eq(m->source, 0);
    ck_assert_uint_eq(m->target, 7);    /* even if there is no such node */
    ck_assert_uint_eq(m->algorithm, 5);
    ck_assert_uint_eq(m->without, 2);

    synthetic_migration(lost, START_NS);
    synthetic_add(lost, 0, MB_TRACE_TIMEOUT, START_NS + 900000, 110, 0, 0, 0);
    g_autoptr(Ledger) second = compute_good(lost);
    m = second->migrations->pdata[0];
    ck_assert_int_eq(m->outcome, OUTCOME_LOST);
    ck_assert_uint_eq(m->error_number, 110);
}
END_TEST

/* Refused with the epoch of the one before: two migrations, not one. */
START_TEST(keeps_a_refusal_apart_from_the_migration_before)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_add(synthetic, 1, MB_TRACE_ABORT, START_NS + 450000, 16, 0, 0,
                  1);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_uint_eq(ledger->migrations->len, 2);
    ck_assert_int_eq(((LedgerMigration *)ledger->migrations->pdata[0])->outcome,
                     OUTCOME_DONE);
    ck_assert_int_eq(((LedgerMigration *)ledger->migrations->pdata[1])->outcome,
                     OUTCOME_ABORTED);
}
END_TEST

START_TEST(ignores_processes_it_does_not_know)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_add(synthetic, 0, MB_TRACE_PROC_EXIT, 2000, 0, 0, 0, 0)->pid = 99;
    synthetic_add(synthetic, 0, MB_TRACE_NOSYS, 3000, 220, 0, 0, 0);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_uint_eq(ledger->processes[0].unimplemented, 1);
    ck_assert_uint_eq(ledger->processes[0].end_ns, START_NS + 500000);
}
END_TEST

START_TEST(survives_random_records)
{
    uint64_t state = 2;

    for (unsigned round = 0; round < 2000; round++) {
        g_autoptr(Synthetic) synthetic = make_run();
        unsigned changes = 1 + suite_random(&state) % 8;
        for (unsigned i = 0; i < changes; i++) {
            struct mb_trace_record *record = &g_array_index(
                synthetic->records, struct mb_trace_record,
                suite_random(&state) % synthetic->records->len);
            record->arg[suite_random(&state) % 4] = suite_random(&state) >>
                suite_random(&state) % 64;
            record->time_ns = suite_random(&state) >>
                suite_random(&state) % 64;
            record->type = (uint16_t)(suite_random(&state) % 16 |
                                      suite_random(&state) % 2 << 8);
            record->epoch = (uint32_t)(suite_random(&state) % 3);
        }
        g_autoptr(GError) error = NULL;
        g_autoptr(Ledger) ledger = synthetic_ledger(synthetic, &error);
        ck_assert((ledger == NULL) == (error != NULL));
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        phases_are_what_was_put_in, knows_who_moved_what,
        faults_split_without_a_rest,
        a_request_begins_when_it_starts_or_is_stamped,
        a_bridge_serves_a_page, follows_the_process, names_a_missing_mark,
        names_a_missing_message, counts_faults_that_were_cut,
        ends_a_fault_in_the_next_epoch, tells_aborted_from_lost,
        keeps_a_refusal_apart_from_the_migration_before,
        ignores_processes_it_does_not_know, survives_random_records,
    };

    return suite_run("ledger", tests, G_N_ELEMENTS(tests));
}
