/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger against what it is made from. Everything is worked out a second
 * time, from raw records and the link's numbers, without the ledger's code or
 * the link's functions: what messages were sent and how big, how long each
 * occupied its port and was on its way, what the critical path and the faults
 * had of that.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "lib/trace-file.h"
#include "scenario.h"

#include "hw/abi/message.h"
#include "hw/abi/trace.h"

#define HEADER_BYTES    64u
#define DMA_NS          100u        /* as [cluster] has it by itself */
#define MOVE_NS         3000000u
#define TIMEOUT_S       300

typedef struct mb_trace_record Record;

static const struct {
    const char *keys;
    uint64_t latency_ns;
    uint64_t bits_per_s;
    uint64_t overhead_ns;
    uint64_t mtu;               /* 0: none */
    uint64_t framing;
} links[] = {
    { "latency = 50us\nbandwidth = 1Gbit/s\n", 50000, 1000000000, 0, 0, 0 },
    { "latency = 7us\nbandwidth = 333Mbit/s\noverhead = 1300ns\nmtu = 1500B\n"
      "framing = 38B\n", 7000, 333000000, 1300, 1500, 38 },
};

/* What is known of the messages of process 1, epoch 1. */
typedef struct {
    unsigned link;
    uint64_t messages;
    uint64_t payload_bytes;
    uint64_t wire_bytes;
    uint64_t pages;
    uint64_t critical_port_ns;
    uint64_t critical_gap_ns;   /* between two of them */
    uint64_t critical_first_ns; /* start of the first one */
    uint64_t critical_last_ns;  /* end of the last one */
} Sums;

static uint64_t wire_bytes(unsigned link, uint64_t length)
{
    uint64_t bytes = length + HEADER_BYTES;
    uint64_t frames = 1;

    while (links[link].mtu != 0 && frames * links[link].mtu < bytes) {
        frames++;
    }
    return bytes + frames * links[link].framing;
}

/* The wire's arithmetic: bits / bandwidth, rounded up, behind the overhead. */
static uint64_t port_ns(unsigned link, uint64_t length)
{
    uint64_t scaled = wire_bytes(link, length) * 8 * 1000000000;
    uint64_t ns = scaled / links[link].bits_per_s;

    ns += ns * links[link].bits_per_s < scaled;
    return links[link].overhead_ns + ns;
}

static const Record *find_same(const TraceFile *trace, const Record *start,
                               uint16_t type)
{
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        bool at_sender = record->node == start->node;
        if (record->type == type && record->arg[2] == start->arg[2] &&
            at_sender == (type != MB_TRACE_RX)) {
            return record;
        }
    }
    ck_abort_msg("a message has no record of type %x", type);
}

static void add_critical(Sums *sums, const Record *start, const Record *end)
{
    if (sums->critical_last_ns == 0) {
        sums->critical_first_ns = start->time_ns;
    } else {
        sums->critical_gap_ns += start->time_ns - sums->critical_last_ns;
    }
    sums->critical_port_ns += end->time_ns - start->time_ns;
    sums->critical_last_ns = end->time_ns;
}

static void add_message(Sums *sums, const TraceFile *trace,
                        const Record *start)
{
    uint64_t length = start->arg[0] >> 32;
    const Record *end = find_same(trace, start, MB_TRACE_TX_END);
    const Record *arrival = find_same(trace, start, MB_TRACE_RX);

    ck_assert_uint_eq(end->time_ns - start->time_ns,
                      port_ns(sums->link, length));
    ck_assert_uint_eq(arrival->time_ns - end->time_ns,
                      links[sums->link].latency_ns);
    sums->messages++;
    sums->payload_bytes += length;
    sums->wire_bytes += wire_bytes(sums->link, length);
    sums->pages += (uint16_t)start->arg[0] == MB_MSG_PAGE;
    if ((start->arg[0] >> 16) & MB_MSG_CRITICAL) {
        add_critical(sums, start, end);
    }
}

static Sums add_up(unsigned link, const TraceFile *trace)
{
    Sums sums = { .link = link };

    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        if (record->type == MB_TRACE_TX_START && record->pid == 1 &&
            record->epoch == 1) {
            add_message(&sums, trace, record);
        }
    }
    return sums;
}

static uint64_t mark_ns(const TraceFile *trace, enum mb_phase_mark mark)
{
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        if (record->type == MB_TRACE_PHASE && record->arg[0] == mark) {
            return record->time_ns;
        }
    }
    ck_abort_msg("no mark %u", mark);
}

static void check_path(const Sums *sums, const TraceFile *trace,
                       const LedgerMigration *m)
{
    uint64_t arrival_ns = sums->critical_last_ns +
        links[sums->link].latency_ns;
    uint64_t sum_ns = 0;

    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        sum_ns += m->phases[i].duration_ns;
    }
    ck_assert_uint_eq(sum_ns, m->latency_ns);
    ck_assert_uint_eq(m->latency_ns, mark_ns(trace, MB_MARK_RESUMED) -
                      mark_ns(trace, MB_MARK_FROZEN));
    ck_assert_uint_eq(m->phases[PHASE_TRANSMIT].start_ns,
                      MIN(sums->critical_first_ns,
                          mark_ns(trace, MB_MARK_SENT)));
    ck_assert_uint_eq(m->phases[PHASE_TRANSMIT].duration_ns,
                      sums->critical_first_ns -
                      m->phases[PHASE_TRANSMIT].start_ns +
                      sums->critical_port_ns + sums->critical_gap_ns);
    ck_assert_uint_eq(m->phases[PHASE_WIRE].duration_ns,
                      links[sums->link].latency_ns);
    ck_assert_uint_eq(m->phases[PHASE_RECEIVE].start_ns, arrival_ns);
    ck_assert_uint_eq(m->wire_alone_ns, sums->critical_port_ns +
                      links[sums->link].latency_ns);
}

/* Pages sent while the process still ran at the source. */
static uint64_t count_ahead(const LedgerMigration *m)
{
    uint64_t pages = 0;

    for (unsigned i = 0; i < m->rounds->len; i++) {
        pages += g_array_index(m->rounds, LedgerRound, i).pages;
    }
    return pages;
}

static void check_traffic(const Sums *sums, const LedgerMigration *m)
{
    LedgerCount total = ledger_traffic_total(m);
    uint64_t ahead = count_ahead(m);

    ck_assert_int_eq(m->residue_bytes, 0);
    ck_assert_uint_eq(total.messages, sums->messages);
    ck_assert_uint_eq(total.payload_bytes, sums->payload_bytes);
    ck_assert_uint_eq(total.wire_bytes, sums->wire_bytes);
    ck_assert_uint_eq(m->critical_pages +
                      m->traffic[TRAFFIC_PUSHED].messages +
                      m->traffic[TRAFFIC_DEMANDED].messages,
                      sums->pages - ahead);
    if (ahead == 0) {
        /* All that is sent was at the source alone, and none is lost. */
        ck_assert_uint_eq(m->residual.frozen_pages, sums->pages);
    }
}

static void check_faults(unsigned link, const LedgerMigration *m)
{
    for (unsigned i = 0; i < m->faults->len; i++) {
        const LedgerFault *fault = &g_array_index(m->faults, LedgerFault, i);
        uint64_t sum_ns = 0;
        for (unsigned k = 0; k < PART_COUNT; k++) {
            sum_ns += fault->parts_ns[k];
        }
        ck_assert_uint_eq(sum_ns, fault->stall_ns);
        if (fault->kind == FAULT_DEVICE) {
            ck_assert_uint_eq(fault->parts_ns[PART_SERVE], DMA_NS);
        }
        if (fault->kind == FAULT_DEMANDED || fault->kind == FAULT_DEVICE) {
            ck_assert_uint_eq(fault->parts_ns[PART_REQUEST_WIRE],
                              links[link].latency_ns + port_ns(link, 0));
            ck_assert_uint_eq(fault->parts_ns[PART_PAGE_WIRE],
                              links[link].latency_ns + port_ns(link, 4096));
        }
    }
}

static void check_after(const LedgerMigration *m)
{
    const LedgerAfter *after = &m->after;
    uint64_t sum_ns = after->running_ns + after->other_ns;

    for (unsigned i = 0; i < FAULT_KINDS; i++) {
        sum_ns += after->stalled_ns[i];
    }
    ck_assert_uint_ne(after->settled_ns, LEDGER_UNKNOWN);
    ck_assert_uint_eq(sum_ns, after->settled_ns);
    ck_assert_uint_gt(after->running_ns, 0);
}

/* Without its code page it runs only after a fault, of which there is a record
 * if the page was on another node. */
static void check_first_run(const LedgerMigration *m)
{
    ck_assert_uint_ne(m->first_run_ns, LEDGER_UNKNOWN);
    ck_assert_uint_ge(m->first_run_ns, m->latency_ns);
    if (m->algorithm == ALGORITHM_TOTAL_COPY) {
        ck_assert_uint_eq(m->first_run_ns, m->latency_ns);
    } else if (m->algorithm == ALGORITHM_COPY_ON_REFERENCE) {
        ck_assert_uint_gt(m->first_run_ns, m->latency_ns);
    }
}

static TraceFile *open_trace(const Run *run)
{
    g_autofree char *path = g_build_filename(run->folder, "trace.bin", NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    TraceFile *trace = trace_file_open(fd, NULL);

    ck_assert_ptr_nonnull(trace);
    close(fd);
    return trace;
}

START_TEST(is_what_the_records_say)
{
    unsigned link = (unsigned)_i / ALGORITHM_COUNT;
    g_autofree char *head = g_strconcat(
        "[experiment]\nname = test\nseed = 1\nuntil = 60s\n"
        "[cluster]\nnodes = 2\nmemory = 32MiB\nclock = 1GHz\n[link]\n",
        links[link].keys, NULL);
    g_autoptr(Scenario) scenario = scenario_new_with(head);

    scenario_add_process(scenario, "chase", 0, "chase 400");
    scenario_add_migration(scenario, "chase", MOVE_NS, 1,
                           scenario_algorithms[_i % ALGORITHM_COUNT]);
    g_autoptr(Run) run = scenario_run(scenario, true);
    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    g_autoptr(TraceFile) trace = open_trace(run);
    const ResultMigration *migration = run->result->migrations->pdata[0];
    Sums sums = add_up(link, trace);
    check_path(&sums, trace, migration->ledger);
    check_traffic(&sums, migration->ledger);
    check_faults(link, migration->ledger);
    check_after(migration->ledger);
    check_first_run(migration->ledger);
}
END_TEST

/* -- messages that a move has put off -- */

/* Those that left the old home for the new one, by their last parts: out of a
 * queue, or sent on. */
typedef struct {
    uint64_t queued;
    uint64_t sent_on;
    uint64_t last_arrival_ns;
} Forwarded;

static Forwarded add_forwarded(const TraceFile *trace)
{
    Forwarded sums = { 0 };

    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        uint32_t object = (uint32_t)(record->arg[3] >> 16);
        if ((uint16_t)record->arg[0] != MB_MSG_PART || record->epoch != 1 ||
            !(object & MB_PART_LAST)) {
            continue;
        }
        if (record->type == MB_TRACE_TX_START) {
            sums.queued += (object & MB_PART_QUEUED) != 0;
            sums.sent_on += (object & MB_PART_QUEUED) == 0;
        } else if (record->type == MB_TRACE_RX) {
            sums.last_arrival_ns = MAX(sums.last_arrival_ns, record->time_ns);
        }
    }
    return sums;
}

#define TAKEN_NS    100000u     /* until the kernel has, at the latest */

/* The longest that one can have been put off: since the freeze, until the last
 * one arrived and was taken. */
static void check_freeze(const Forwarded *sums, const LedgerMigration *m)
{
    const LedgerFreeze *freeze = &m->freeze;

    ck_assert_uint_eq(freeze->ports, 1);
    ck_assert_uint_eq(freeze->refused, 0);
    ck_assert_uint_eq(freeze->sent_on, sums->sent_on);
    ck_assert_uint_gt(sums->queued, 0);
    ck_assert_uint_ge(freeze->queued + freeze->accepted,
                      sums->queued + sums->sent_on);
    ck_assert_uint_eq(freeze->delayed, freeze->queued + freeze->accepted);
    ck_assert_uint_gt(freeze->home_ns,
                      m->phases[PHASE_RESUME].start_ns - m->started_ns);
    ck_assert_uint_ge(freeze->delay.max, freeze->home_ns);
    ck_assert_uint_ge(freeze->delay.max, m->latency_ns);
    ck_assert_uint_lt(freeze->delay.max, MAX(m->latency_ns + 1,
                      sums->last_arrival_ns - m->started_ns + TAKEN_NS));
}

START_TEST(messages_are_put_off_as_the_wire_says)
{
    g_autoptr(Scenario) scenario = scenario_new();

    scenario_add_process(scenario, "receiver", 0, "flood receive flood 2 200");
    scenario_add_process(scenario, "near", 0, "flood send flood 0 200");
    scenario_add_process(scenario, "far", 1, "flood send flood 1 200");
    scenario_add_migration(scenario, "receiver", MOVE_NS, 1,
                           scenario_algorithms[_i]);
    g_autoptr(Run) run = scenario_run(scenario, true);
    ck_assert_uint_eq(scenario_check(scenario, run), 1);
    g_autoptr(TraceFile) trace = open_trace(run);
    const ResultMigration *migration = run->result->migrations->pdata[0];
    Forwarded sums = add_forwarded(trace);
    check_freeze(&sums, migration->ledger);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("ledger");

    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, is_what_the_records_say, 0,
                        (int)G_N_ELEMENTS(links) * ALGORITHM_COUNT);
    tcase_add_loop_test(tcase, messages_are_put_off_as_the_wire_says, 0,
                        ALGORITHM_COUNT);
    return scenario_main("ledger", tcase);
}
