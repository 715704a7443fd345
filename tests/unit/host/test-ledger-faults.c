/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ledger*.c: links that lose messages, nodes that crash, processes that
 * are killed on the way.
 */
#include "ledger-fixture.h"

#define PAGE_BYTES  4096
#define TAG         (UINT64_C(1) << 48 | 1)
#define LAST        synthetic_what(MB_MSG_PAGE, MB_MSG_CRITICAL | \
                                   MB_MSG_STACK | MB_MSG_RESUME, \
                                   SYNTHETIC_STACK_BYTES)
/* Number of the last critical message on its link, see synthetic.c. */
#define LAST_NUMBER 2

static struct mb_trace_record *find_message(Synthetic *synthetic,
                                            uint16_t type, uint64_t what)
{
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        if (record->type == type && record->arg[0] == what) {
            return record;
        }
    }
    ck_abort_msg("no such message");
}

static const LedgerMigration *first(const Ledger *ledger)
{
    return ledger->migrations->pdata[0];
}

static void crash(Synthetic *synthetic, uint32_t node, uint64_t time_ns)
{
    struct mb_trace_record *record =
        synthetic_add(synthetic, node, MB_TRACE_CRASH, time_ns, 0, 0, 0, 0);

    record->pid = 0;
    record->epoch = 0;
}

/* A migration of which nothing is known from `t` on, relative to its start,
 * and process 1, which has not ended. */
static Synthetic *make_cut_run(uint64_t t)
{
    Synthetic *synthetic = synthetic_new();

    synthetic_start(synthetic, 0, 1000);
    synthetic_migration(synthetic, START_NS);
    for (unsigned i = 0; i < synthetic->records->len;) {
        struct mb_trace_record *all =
            (struct mb_trace_record *)synthetic->records->data;
        if (all[i].time_ns >= START_NS + t) {
            all[i].type = UINT16_MAX;
            synthetic_remove(synthetic, UINT16_MAX, -1);
        } else {
            i++;
        }
    }
    return synthetic;
}

/* The last message is lost, sent again, and arrives twice. */
START_TEST(the_critical_path_is_that_of_the_accepted_transmission)
{
    g_autoptr(Synthetic) synthetic = make_run();
    struct mb_trace_record *end = find_message(synthetic, MB_TRACE_TX_END,
                                               LAST);

    end->time_ns -= 6000;
    end->instret -= 6000 / SYNTHETIC_NS_PER_INSN;
    synthetic_message(synthetic, MB_TRACE_LOST, 0, end->time_ns, LAST_NUMBER,
                      LAST, 0, MB_LOST_BY_RATE);
    synthetic_message(synthetic, MB_TRACE_TX_START, 0, START_NS + 45500, 90,
                      LAST, 0, 0);
    synthetic_message(synthetic, MB_TRACE_TX_END, 0,
                      START_NS + SYNTHETIC_TX_END, 90, LAST, 0, 0);
    find_message(synthetic, MB_TRACE_RX, LAST)->arg[2] = 90;
    synthetic_message(synthetic, MB_TRACE_RX, 0, START_NS + SYNTHETIC_RX + 10,
                      90, LAST, 0, 1);
    synthetic_message(synthetic, MB_TRACE_TX_END, 0, START_NS + 60000, 91,
                      LAST, 0, 0);
    synthetic_message(synthetic, MB_TRACE_RX, 0, START_NS + 110000, 91, LAST,
                      0, 0);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = first(ledger);
    ck_assert_int_eq(m->outcome, OUTCOME_DONE);
    ck_assert_int_eq(m->residue_ns, 0);
    ck_assert_uint_eq(m->latency_ns, SYNTHETIC_RESUMED);
    ck_assert_uint_eq(m->phases[PHASE_WIRE].start_ns,
                      START_NS + SYNTHETIC_TX_END);
    ck_assert_uint_eq(m->phases[PHASE_WIRE].duration_ns,
                      SYNTHETIC_RX - SYNTHETIC_TX_END);
    ck_assert_uint_eq(m->lost_messages, 1);
    ck_assert_uint_eq(m->copied_messages, 1);
    ck_assert_uint_eq(m->dropped_messages, 0);
    ck_assert_uint_eq(m->critical_messages, 4);
}
END_TEST

/* A last bit of another link does not stand in for the one that is missing. */
START_TEST(a_transmission_is_of_one_link)
{
    g_autoptr(Synthetic) synthetic = make_run();

    find_message(synthetic, MB_TRACE_TX_END, LAST)->arg[2] = 77;
    synthetic_message(synthetic, MB_TRACE_TX_END, 1, START_NS + 50000,
                      LAST_NUMBER, LAST, 0, 0);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_int_eq(first(ledger)->outcome, OUTCOME_UNFINISHED);
    ck_assert_str_eq(first(ledger)->missing, "last message sent");
}
END_TEST

/* Request and page are lost once each: waiting is not time on the wire. */
START_TEST(faults_are_split_by_the_accepted_transmissions)
{
    uint64_t request = synthetic_what(MB_MSG_REQUEST, 0, 0);
    uint64_t page = synthetic_what(MB_MSG_PAGE, MB_MSG_DEMANDED, PAGE_BYTES);
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_message(synthetic, MB_TRACE_TX_START, 1, START_NS + 120014, 50,
                      request, TAG, 0);
    find_message(synthetic, MB_TRACE_RX, request)->arg[2] = 50;
    synthetic_message(synthetic, MB_TRACE_TX_START, 0, START_NS + 171510, 60,
                      page, TAG, 0);
    find_message(synthetic, MB_TRACE_RX, page)->arg[2] = 60;
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerFault *fault = &g_array_index(first(ledger)->faults,
                                              LedgerFault, 0);
    ck_assert(fault->kind == FAULT_DEMANDED);
    ck_assert_uint_eq(fault->parts_ns[PART_REQUEST], 4 + 10000);
    ck_assert_uint_eq(fault->parts_ns[PART_REQUEST_WIRE], 50512 - 10000);
    ck_assert_uint_eq(fault->parts_ns[PART_SERVE], 974);
    ck_assert_uint_eq(fault->parts_ns[PART_PAGE], 10 + 10000);
    ck_assert_uint_eq(fault->parts_ns[PART_PAGE_WIRE], 84000 - 10000);
    ck_assert_uint_eq(fault->stall_ns, 135600);
}
END_TEST

START_TEST(counts_what_links_did)
{
    static const struct {
        uint16_t type;
        uint64_t reason;
        LedgerLinkCount count;
    } cases[] = {
        { MB_TRACE_LOST, MB_LOST_BY_RATE, LINK_LOST },
        { MB_TRACE_LOST, MB_LOST_DOWN, LINK_DOWN },
        { MB_TRACE_DROPPED, MB_LOST_CORRUPT, LINK_CORRUPT },
        { MB_TRACE_DROPPED, MB_LOST_CRASHED, LINK_CUT },
        { MB_TRACE_RX, 1, LINK_DOUBLED },
    };
    uint64_t what = synthetic_what(MB_MSG_MAP, 0, 64);
    g_autoptr(Synthetic) synthetic = make_run();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        synthetic_message(synthetic, cases[i].type, 0, START_NS + 300000 + i,
                          80 + i, what, 0, cases[i].reason);
    }
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = first(ledger);
    ck_assert_uint_eq(ledger->links->len, 2);
    const LedgerLink *there = &g_array_index(ledger->links, LedgerLink, 0);
    const LedgerLink *back = &g_array_index(ledger->links, LedgerLink, 1);
    ck_assert_uint_eq(there->source, 0);
    ck_assert_uint_eq(there->target, 1);
    ck_assert_uint_eq(there->counts[LINK_MESSAGES], 6);
    ck_assert_uint_eq(there->counts[LINK_BYTES], 6 * MB_WIRE_HEADER + 64 +
                      3 * PAGE_BYTES + SYNTHETIC_STATE_BYTES +
                      SYNTHETIC_STACK_BYTES);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ck_assert_uint_eq(there->counts[cases[i].count], 1);
        ck_assert_uint_eq(back->counts[cases[i].count], 0);
    }
    ck_assert_uint_eq(back->counts[LINK_MESSAGES], 2);
    ck_assert_uint_eq(m->lost_messages, 2);
    ck_assert_uint_eq(m->dropped_messages, 2);
    ck_assert_uint_eq(m->copied_messages, 1);
}
END_TEST

/* The wire of the source's link to the target, by its model. */
START_TEST(the_wire_alone_is_of_the_pair)
{
    static const uint32_t homes[] = { 0 };
    struct mb_link_model links[SYNTHETIC_NODES * SYNTHETIC_NODES];
    const LedgerConfig config = {
        .process_count = 1, .node_count = SYNTHETIC_NODES, .homes = homes,
        .links = links, .clocks = synthetic_clocks,
    };
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(TraceFile) trace = synthetic_open(synthetic);
    GError *error = NULL;

    memcpy(links, synthetic_links, sizeof(links));
    links[1] = (struct mb_link_model) {
        .latency_ns = 7, .bits_per_s = 8000000000, .overhead_ns = 100,
        .mtu_bytes = 1500, .framing_bytes = 38,
    };
    g_autoptr(Ledger) ledger = ledger_compute(trace, &config, &error);
    ck_assert_no_error(error);
    /* A byte a nanosecond; the page takes three frames, the others one. */
    ck_assert_uint_eq(first(ledger)->wire_alone_ns,
                      7 + 3 * 100 + CRITICAL_BYTES + 5 * 38);
}
END_TEST

START_TEST(a_process_is_lost_with_its_node)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_remove(synthetic, MB_TRACE_PROC_EXIT, -1);
    crash(synthetic, 1, START_NS + 450000);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerProcess *process = &ledger->processes[0];
    ck_assert_int_eq(first(ledger)->outcome, OUTCOME_DONE);
    ck_assert_uint_eq(first(ledger)->crashed_node, LEDGER_NONE);
    ck_assert(process->lost && !process->ended);
    ck_assert_uint_eq(process->node, 1);
    ck_assert_uint_eq(process->lost_ns, START_NS + 450000);
    ck_assert_int_eq(ledger->nodes[0].state, NODE_UP);
    ck_assert_int_eq(ledger->nodes[1].state, NODE_CRASHED);
    ck_assert_uint_eq(ledger->nodes[1].time_ns, START_NS + 450000);
}
END_TEST

START_TEST(a_process_that_is_elsewhere_is_not_lost)
{
    g_autoptr(Synthetic) ended = make_run();
    g_autoptr(Synthetic) moved = make_run();

    crash(ended, 1, START_NS + 600000);
    g_autoptr(Ledger) first_ledger = compute_good(ended);
    ck_assert(!first_ledger->processes[0].lost);
    synthetic_remove(moved, MB_TRACE_PROC_EXIT, -1);
    crash(moved, 0, START_NS + 450000);
    g_autoptr(Ledger) second_ledger = compute_good(moved);
    ck_assert(!second_ledger->processes[0].lost);
}
END_TEST

START_TEST(a_process_that_never_started_is_lost_with_its_home)
{
    g_autoptr(Synthetic) synthetic = synthetic_new();

    crash(synthetic, 0, 500);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert(ledger->processes[0].lost && !ledger->processes[0].started);
    ck_assert_uint_eq(ledger->processes[0].node, 0);
    ck_assert_uint_eq(ledger->processes[0].lost_ns, 500);
}
END_TEST

START_TEST(the_target_crashes_on_the_way)
{
    g_autoptr(Synthetic) given = make_cut_run(SYNTHETIC_RX);
    g_autoptr(Synthetic) aborted = make_cut_run(SYNTHETIC_TX_END);

    crash(given, 1, START_NS + 60000);
    synthetic_add(given, 0, MB_TRACE_TIMEOUT, START_NS + 900000, 110, 0, 0, 0);
    g_autoptr(Ledger) lost = compute_good(given);
    ck_assert_int_eq(first(lost)->outcome, OUTCOME_TARGET_CRASHED);
    ck_assert_uint_eq(first(lost)->crashed_node, 1);
    ck_assert_uint_eq(first(lost)->crashed_ns, START_NS + 60000);
    ck_assert_uint_eq(first(lost)->error_number, 110);
    ck_assert_ptr_null(first(lost)->missing);
    ck_assert(lost->processes[0].lost);
    ck_assert_uint_eq(lost->processes[0].node, 1);

    crash(aborted, 1, START_NS + 40000);
    synthetic_add(aborted, 0, MB_TRACE_ABORT, START_NS + 900000, 110, 0, 0,
                  0);
    g_autoptr(Ledger) kept = compute_good(aborted);
    ck_assert_int_eq(first(kept)->outcome, OUTCOME_ABORTED);
    ck_assert_uint_eq(first(kept)->crashed_node, 1);
    ck_assert(!kept->processes[0].lost);
    ck_assert_uint_eq(kept->processes[0].node, 0);
}
END_TEST

/* The target says that the process runs there when it traps first; all else
 * may be over by then. */
START_TEST(the_target_crashes_before_it_tells)
{
    g_autoptr(Synthetic) synthetic = make_cut_run(SYNTHETIC_RECEIVED);

    synthetic_add(synthetic, 0, MB_TRACE_DRAINED, START_NS + 400000, 1, 1, 17,
                  0);
    crash(synthetic, 1, START_NS + 500000);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_int_eq(first(ledger)->outcome, OUTCOME_TARGET_CRASHED);
    ck_assert(ledger->processes[0].lost);
    ck_assert_uint_eq(ledger->processes[0].node, 1);
}
END_TEST

START_TEST(the_source_crashes_on_the_way)
{
    g_autoptr(Synthetic) synthetic = make_cut_run(40000);

    crash(synthetic, 0, START_NS + 40000);
    /* The target gives up what it has of it. */
    synthetic_add(synthetic, 1, MB_TRACE_ABORT, START_NS + 900000, 110, 0, 0,
                  0);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_int_eq(first(ledger)->outcome, OUTCOME_SOURCE_CRASHED);
    ck_assert_uint_eq(first(ledger)->crashed_node, 0);
    ck_assert_uint_eq(first(ledger)->crashed_ns, START_NS + 40000);
    ck_assert(ledger->processes[0].lost);
    ck_assert_uint_eq(ledger->processes[0].node, 0);
}
END_TEST

/* It has all that the target needs: the process goes on there. */
START_TEST(the_source_crashes_behind_the_last_message)
{
    g_autoptr(Synthetic) synthetic = make_cut_run(SYNTHETIC_DRAINED);

    crash(synthetic, 0, START_NS + 60000);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_int_eq(first(ledger)->outcome, OUTCOME_DONE);
    ck_assert(first(ledger)->drained_ns == LEDGER_UNKNOWN);
    ck_assert_uint_eq(first(ledger)->crashed_node, 0);
    ck_assert(!ledger->processes[0].lost);
}
END_TEST

/* A source that could not ask: done all the same if the target ran it and
 * crashed, lost if the target is there and says nothing. */
START_TEST(a_time_out_is_judged_by_what_happened)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_remove(synthetic, MB_TRACE_DRAINED, -1);
    synthetic_remove(synthetic, MB_TRACE_PROC_EXIT, -1);
    synthetic_add(synthetic, 0, MB_TRACE_TIMEOUT, START_NS + 900000, 110, 0,
                  0, 0);
    g_autoptr(Ledger) lost = compute_good(synthetic);
    ck_assert_int_eq(first(lost)->outcome, OUTCOME_LOST);
    crash(synthetic, 1, START_NS + 500000);
    g_autoptr(Ledger) done = compute_good(synthetic);
    ck_assert_int_eq(first(done)->outcome, OUTCOME_DONE);
    ck_assert_uint_eq(first(done)->crashed_node, 1);
    ck_assert(done->processes[0].lost);
}
END_TEST

START_TEST(killed_before_its_first_instruction)
{
    g_autoptr(Synthetic) synthetic = make_cut_run(SYNTHETIC_RECEIVED);

    synthetic_exit(synthetic, 1, START_NS + 300000, 9);
    /* What happens to the node later changes nothing. */
    crash(synthetic, 1, START_NS + 400000);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    ck_assert_int_eq(first(ledger)->outcome, OUTCOME_KILLED);
    ck_assert_uint_eq(first(ledger)->crashed_node, LEDGER_NONE);
    ck_assert_ptr_null(first(ledger)->missing);
    ck_assert(ledger->processes[0].ended && !ledger->processes[0].lost);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_critical_path_is_that_of_the_accepted_transmission,
        a_transmission_is_of_one_link,
        faults_are_split_by_the_accepted_transmissions, counts_what_links_did,
        the_wire_alone_is_of_the_pair, a_process_is_lost_with_its_node,
        a_process_that_is_elsewhere_is_not_lost,
        a_process_that_never_started_is_lost_with_its_home,
        the_target_crashes_on_the_way, the_target_crashes_before_it_tells,
        the_source_crashes_on_the_way,
        the_source_crashes_behind_the_last_message,
        a_time_out_is_judged_by_what_happened,
        killed_before_its_first_instruction,
    };

    return suite_run("ledger-faults", tests, G_N_ELEMENTS(tests));
}
