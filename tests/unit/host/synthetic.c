/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces made by hand.
 */
#include "synthetic.h"

#include "lib/trace-store.h"
#include "suite.h"

#include "guest/include/uapi/algorithms.h"

#define PAGE_FLAGS  (MB_MSG_CRITICAL | MB_MSG_CODE)
#define LAST_FLAGS  (MB_MSG_CRITICAL | MB_MSG_STACK | MB_MSG_RESUME)
#define TAG_ASKED   (UINT64_C(1) << 48 | 1)
#define TAG_UNASKED (UINT64_C(1) << 48 | 2)

#define LINK    { .latency_ns = 50000, .bits_per_s = 1000000000 }
const struct mb_link_model
    synthetic_links[SYNTHETIC_NODES * SYNTHETIC_NODES] = {
    LINK, LINK, LINK, LINK,
};

const LedgerClock synthetic_clocks[SYNTHETIC_NODES] = {
    { 2, 3 }, { 4, 3 },
};

Synthetic *synthetic_new(void)
{
    Synthetic *synthetic = g_new0(Synthetic, 1);

    synthetic->records = g_array_new(FALSE, FALSE,
                                     sizeof(struct mb_trace_record));
    return synthetic;
}

void synthetic_free(Synthetic *synthetic)
{
    if (synthetic != NULL) {
        g_array_unref(synthetic->records);
        g_free(synthetic);
    }
}

struct mb_trace_record *synthetic_add(Synthetic *synthetic, uint32_t node,
                                      uint16_t type, uint64_t time_ns,
                                      uint64_t arg0, uint64_t arg1,
                                      uint64_t arg2, uint64_t arg3)
{
    struct mb_trace_record record = {
        .time_ns = time_ns,
        .instret = time_ns / SYNTHETIC_NS_PER_INSN + 1000 * node,
        .seq = synthetic->seq[node]++,
        .node = (uint16_t)node,
        .type = type,
        .pid = 1,
        .epoch = 1,
        .arg = { arg0, arg1, arg2, arg3 },
    };

    g_array_append_val(synthetic->records, record);
    return &g_array_index(synthetic->records, struct mb_trace_record,
                          synthetic->records->len - 1);
}

void synthetic_start(Synthetic *synthetic, uint32_t node, uint64_t time_ns)
{
    synthetic_add(synthetic, node, MB_TRACE_PROC_START, time_ns, 0, 0, 0,
                  0)->epoch = 0;
}

void synthetic_exit(Synthetic *synthetic, uint32_t node, uint64_t time_ns,
                    uint32_t wait_status)
{
    synthetic_add(synthetic, node, MB_TRACE_PROC_EXIT, time_ns, wait_status,
                  123456, 78, 9);
}

static void phase(Synthetic *synthetic, uint32_t node, uint64_t time_ns,
                  enum mb_phase_mark mark)
{
    synthetic_add(synthetic, node, MB_TRACE_PHASE, time_ns, mark,
                  ALGORITHM_FREEZE_FREE, 1, 0);
}

uint64_t synthetic_what(uint32_t type, uint32_t flags, uint32_t bytes)
{
    return type | flags << 16 | (uint64_t)bytes << 32;
}

struct mb_trace_record *synthetic_message(Synthetic *synthetic, uint16_t type,
                                          uint32_t source, uint64_t time_ns,
                                          uint64_t number, uint64_t what,
                                          uint64_t tag, uint64_t more)
{
    bool arrives = type == MB_TRACE_RX || type == MB_TRACE_DROPPED ||
        type == MB_TRACE_READ;
    uint32_t node = arrives ? !source : source;

    return synthetic_add(synthetic, node, type, time_ns, what, tag, number,
                         (uint64_t)!node | more << 48);
}

/* A message from its start to its arrival 50 us after its last bit. */
static void message(Synthetic *synthetic, uint32_t source, uint64_t start_ns,
                    uint64_t end_ns, uint32_t type, uint32_t flags,
                    uint32_t bytes, uint64_t tag)
{
    uint64_t what = synthetic_what(type, flags, bytes);
    uint64_t number = synthetic->number[source]++;

    synthetic_message(synthetic, MB_TRACE_TX_START, source, start_ns, number,
                      what, tag, 0);
    synthetic_message(synthetic, MB_TRACE_TX_END, source, end_ns, number,
                      what, tag, 0);
    synthetic_message(synthetic, MB_TRACE_RX, source, end_ns + 50000, number,
                      what, tag, 0);
}

static void fault(Synthetic *synthetic, uint32_t node, uint64_t time_ns,
                  uint64_t tag, enum mb_fault_mark mark)
{
    synthetic_add(synthetic, node, MB_TRACE_FAULT, time_ns, tag, mark,
                  MB_OBJECT_SPACE, 0x10 + tag % 16);
}

static void critical_path(Synthetic *synthetic, uint64_t t)
{
    message(synthetic, 0, t + SYNTHETIC_FIRST_START, t + 10000, MB_MSG_STATE,
            MB_MSG_CRITICAL, SYNTHETIC_STATE_BYTES, 0);
    /* All stamped late, as kernels do. */
    phase(synthetic, 0, t + SYNTHETIC_SENT, MB_MARK_SENT);
    phase(synthetic, 0, t, MB_MARK_FROZEN);
    phase(synthetic, 0, t + SYNTHETIC_SELECTED, MB_MARK_SELECTED);
    message(synthetic, 0, t + 10000, t + 45000, MB_MSG_PAGE, PAGE_FLAGS, 4096,
            0);
    message(synthetic, 0, t + 45000, t + SYNTHETIC_TX_END, MB_MSG_PAGE,
            LAST_FLAGS, SYNTHETIC_STACK_BYTES, 0);
    phase(synthetic, 1, t + SYNTHETIC_INSTALLED, MB_MARK_INSTALLED);
    phase(synthetic, 1, t + SYNTHETIC_RECEIVED, MB_MARK_RECEIVED);
    phase(synthetic, 1, t + SYNTHETIC_RESUMED, MB_MARK_RESUMED);
}

static void after_resume(Synthetic *synthetic, uint64_t t)
{
    message(synthetic, 0, t + 60000, t + 61000, MB_MSG_MAP, 0, 64, 0);
    message(synthetic, 1, t + 102000, t + 102512, MB_MSG_RESUMED, 0, 0, 0);
    /* Asked for: 10 trap, 4 request, 50512 wire, 984 serve, 84000 wire, 90
     * install. */
    fault(synthetic, 1, t + 110000, TAG_ASKED, MB_FAULT_TRAP);
    message(synthetic, 1, t + 110014, t + 110526, MB_MSG_REQUEST, 0, 0,
            TAG_ASKED);
    fault(synthetic, 1, t + 110010, TAG_ASKED, MB_FAULT_REQUESTED);
    fault(synthetic, 0, t + 160700, TAG_ASKED, MB_FAULT_TAKEN);
    fault(synthetic, 0, t + 161500, TAG_ASKED, MB_FAULT_SERVED);
    message(synthetic, 0, t + 161510, t + 195510, MB_MSG_PAGE, MB_MSG_DEMANDED,
            4096, TAG_ASKED);
    fault(synthetic, 1, t + 245550, TAG_ASKED, MB_FAULT_RECEIVED);
    fault(synthetic, 1, t + 245600, TAG_ASKED, MB_FAULT_RESUMED);
    /* Came unasked: 20 trap, 40000 await, 80 install. */
    message(synthetic, 0, t + 195510, t + 229510, MB_MSG_PAGE, MB_MSG_PUSHED,
            4096, 0);
    fault(synthetic, 1, t + 250000, TAG_UNASKED, MB_FAULT_TRAP);
    fault(synthetic, 1, t + 250020, TAG_UNASKED, MB_FAULT_REQUESTED);
    fault(synthetic, 1, t + 290020, TAG_UNASKED, MB_FAULT_RECEIVED);
    fault(synthetic, 1, t + 290100, TAG_UNASKED, MB_FAULT_RESUMED);
    synthetic_add(synthetic, 0, MB_TRACE_DRAINED, t + SYNTHETIC_DRAINED, 1, 1,
                  17, 0);
    synthetic_add(synthetic, 1, MB_TRACE_FIRST_RUN, t + SYNTHETIC_RESUMED, 0, 0,
                  0, 0);
    synthetic_add(synthetic, 1, MB_TRACE_SETTLED, t + SYNTHETIC_SETTLED,
                  SYNTHETIC_USER_CYCLES, 0, 0, 0);
    synthetic_add(synthetic, 1, MB_TRACE_PREFETCH, t + SYNTHETIC_SETTLED, 3, 7,
                  5, 0);
}

void synthetic_migration(Synthetic *synthetic, uint64_t time_ns)
{
    critical_path(synthetic, time_ns);
    after_resume(synthetic, time_ns);
}

struct mb_trace_record *synthetic_find(Synthetic *synthetic, uint16_t type,
                                       int mark)
{
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        uint64_t value = record->arg[type == MB_TRACE_FAULT ? 1 : 0];
        if (record->type == type && (mark < 0 || value == (uint64_t)mark)) {
            return record;
        }
    }
    return NULL;
}

void synthetic_remove(Synthetic *synthetic, uint16_t type, int mark)
{
    struct mb_trace_record *found = synthetic_find(synthetic, type, mark);
    struct mb_trace_record *all =
        (struct mb_trace_record *)synthetic->records->data;

    g_assert(found != NULL);
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        if (all[i].node == found->node && all[i].seq > found->seq) {
            all[i].seq--;
        }
    }
    synthetic->seq[found->node]--;
    g_array_remove_index(synthetic->records, (unsigned)(found - all));
}

TraceFile *synthetic_open(Synthetic *synthetic)
{
    GError *error = NULL;
    int fd = suite_file();
    g_autoptr(TraceStore) store = trace_store_new(SYNTHETIC_NODES, AT_FDCWD,
                                                  &error);
    g_assert_no_error(error);
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        const struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        bool taken = trace_store_append(store, record->node, record, 1,
                                        &error);
        g_assert_no_error(error);
        g_assert(taken);
    }
    bool written = trace_store_write(store, fd, &error);
    g_assert_no_error(error);
    g_assert(written);
    TraceFile *file = trace_file_open(fd, &error);
    g_assert_no_error(error);
    close(fd);
    return file;
}

Ledger *synthetic_ledger(Synthetic *synthetic, GError **error)
{
    static const uint32_t homes[] = { 0 };
    static const LedgerConfig config = {
        .process_count = 1,
        .node_count = SYNTHETIC_NODES,
        .homes = homes,
        .links = synthetic_links,
        .clocks = synthetic_clocks,
    };
    g_autoptr(TraceFile) trace = synthetic_open(synthetic);

    return ledger_compute(trace, &config, error);
}
