/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run as a trace of the Trace Event Format, which Perfetto and Chrome show
 * (docs/specs/result.md, "Reports").
 *
 * A node is a process of it. Below it stand a track for each process that was
 * there, one for what its port sends, one for what it receives; stalls of
 * threads, which may overlap, are asynchronous events.
 */
#include "report.h"

#include <json-glib/json-glib.h>

#include "lib/trace-words.h"

#include "hw/abi/message.h"

#define TRACK_OUT       1u
#define TRACK_IN        2u
#define TRACK_PROCESS   100u    /* and the pid */

typedef struct mb_trace_record Record;

static void append_string(GString *text, const char *value)
{
    JsonNode *node = json_node_init_string(json_node_alloc(), value);
    g_autofree char *quoted = json_to_string(node, FALSE);

    g_string_append(text, quoted);
    json_node_unref(node);
}

/* An event up to its braces; `more` are further members. */
static void append_event(GString *text, const char *kind, uint32_t node,
                         uint32_t track, uint64_t time_ns, const char *name,
                         const char *more)
{
    g_autofree char *time = report_us(time_ns);

    g_string_append_printf(text, ",\n{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,"
                           "\"ts\":%s,\"name\":", kind, node, track, time);
    append_string(text, name);
    g_string_append_printf(text, "%s}", more);
}

static void append_span(GString *text, uint32_t node, uint32_t track,
                        uint64_t start_ns, uint64_t duration_ns,
                        const char *name, const char *arguments)
{
    g_autofree char *duration = report_us(duration_ns);
    g_autofree char *more = g_strdup_printf(
        ",\"dur\":%s,\"args\":{%s}", duration, arguments);

    append_event(text, "X", node, track, start_ns, name, more);
}

static void append_name(GString *text, const char *kind, uint32_t node,
                        uint32_t track, const char *name)
{
    g_string_append_printf(text, ",\n{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,"
                           "\"name\":\"%s\",\"args\":{\"name\":", node, track,
                           kind);
    append_string(text, name);
    g_string_append(text, "}}");
}

static void append_names(GString *text, const Result *result)
{
    for (uint32_t node = 0; node < result->nodes->len; node++) {
        g_autofree char *name = g_strdup_printf("node %u", node);
        append_name(text, "process_name", node, 0, name);
        append_name(text, "thread_name", node, TRACK_OUT, "port: sends");
        append_name(text, "thread_name", node, TRACK_IN, "port: receives");
        for (uint32_t i = 0; i < result->processes->len; i++) {
            const ResultProcess *process = result->processes->pdata[i];
            append_name(text, "thread_name", node, TRACK_PROCESS + i + 1,
                        process->name);
        }
    }
}

/* -- processes and their migrations -- */

static void append_rounds(GString *text, const LedgerMigration *ledger,
                          uint32_t track)
{
    for (unsigned i = 0; i < ledger->rounds->len; i++) {
        const LedgerRound *round = &g_array_index(ledger->rounds, LedgerRound,
                                                  i);
        g_autofree char *arguments = g_strdup_printf(
            "\"pages\":%" G_GUINT64_FORMAT, round->pages);
        append_span(text, ledger->source, track, round->start_ns,
                    round->duration_ns, "round", arguments);
    }
}

static void append_faults(GString *text, const ResultMigration *migration,
                          uint32_t track)
{
    const LedgerMigration *ledger = migration->ledger;

    for (unsigned i = 0; i < ledger->faults->len; i++) {
        const LedgerFault *fault = &g_array_index(ledger->faults, LedgerFault,
                                                  i);
        g_autofree char *begin = g_strdup_printf(
            ",\"cat\":\"fault\",\"id\":\"%" G_GINT64_MODIFIER "x\",\"args\":{"
            "\"object\":%" G_GUINT64_FORMAT ",\"index\":%" G_GUINT64_FORMAT
            ",\"kind\":\"%s\"}", fault->tag, fault->object, fault->index,
            ledger_fault_kinds[fault->kind]);
        g_autofree char *end = g_strdup_printf(
            ",\"cat\":\"fault\",\"id\":\"%" G_GINT64_MODIFIER "x\"",
            fault->tag);
        append_event(text, "b", ledger->target, track, fault->start_ns,
                     "fault", begin);
        append_event(text, "e", ledger->target, track,
                     fault->start_ns + fault->stall_ns, "fault", end);
    }
}

static void append_migration(GString *text, const ResultMigration *migration)
{
    const LedgerMigration *ledger = migration->ledger;
    g_autofree char *how = result_migration_how(migration);
    g_autofree char *arguments = g_strdup_printf(
        "\"migration\":%" G_GUINT64_FORMAT ",\"epoch\":%u,\"how\":\"%s\"",
        migration->id, ledger->epoch, how);
    uint32_t track = TRACK_PROCESS + ledger->pid;

    append_rounds(text, ledger, track);
    for (unsigned i = 0; i < PHASE_COUNT; i++) {
        const LedgerPhase *phase = &ledger->phases[i];
        append_span(text, phase->node, track, phase->start_ns,
                    phase->duration_ns, ledger_phase_names[i], arguments);
    }
    append_faults(text, migration, track);
}

/* Where the process runs, between its migrations. */
static void append_process(GString *text, const Result *result, uint32_t pid)
{
    const ResultProcess *process = result->processes->pdata[pid - 1];
    const LedgerProcess *facts = &process->facts;
    uint64_t from_ns = facts->start_ns;

    if (!facts->started) {
        return;
    }
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        const LedgerMigration *ledger = migration->ledger;
        if (ledger->pid == pid && ledger->outcome == OUTCOME_DONE) {
            append_span(text, ledger->source, TRACK_PROCESS + pid, from_ns,
                        ledger->started_ns - from_ns, process->name, "");
            append_migration(text, migration);
            from_ns = ledger->started_ns + ledger->latency_ns;
        }
    }
    uint64_t until_ns = facts->ended ? facts->end_ns
        : facts->lost ? facts->lost_ns : result->virtual_ns;
    append_span(text, facts->node, TRACK_PROCESS + pid, from_ns,
                until_ns - from_ns, process->name, "");
}

/* -- messages -- */

static char *flow_of(uint32_t source, uint32_t target, uint64_t number)
{
    return g_strdup_printf(",\"cat\":\"message\",\"id\":\"%u-%u-%"
                           G_GUINT64_FORMAT "\"", source, target, number);
}

static const char *name_of(const Record *record)
{
    const char *name = trace_message_name((uint16_t)record->arg[0]);

    return name != NULL ? name : "message";
}

static char *describe(const Record *record)
{
    return g_strdup_printf("\"number\":%" G_GUINT64_FORMAT ",\"node\":%u,"
                           "\"bytes\":%u,\"process\":%u,\"epoch\":%u",
                           record->arg[2], (uint16_t)record->arg[3],
                           (uint32_t)(record->arg[0] >> 32), record->pid,
                           record->epoch);
}

static void append_sent(GString *text, const Record *start, const Record *end)
{
    g_autofree char *arguments = describe(start);
    g_autofree char *flow = flow_of(start->node, (uint16_t)start->arg[3],
                                    start->arg[2]);

    append_span(text, start->node, TRACK_OUT, start->time_ns,
                end->time_ns - start->time_ns, name_of(start), arguments);
    append_event(text, "s", start->node, TRACK_OUT, start->time_ns, "link",
                 flow);
}

static void append_received(GString *text, const Record *record)
{
    g_autofree char *arguments = describe(record);
    g_autofree char *flow = flow_of((uint16_t)record->arg[3], record->node,
                                    record->arg[2]);
    g_autofree char *bound = g_strconcat(flow, ",\"bp\":\"e\"", NULL);

    append_span(text, record->node, TRACK_IN, record->time_ns, 0,
                name_of(record), arguments);
    append_event(text, "f", record->node, TRACK_IN, record->time_ns, "link",
                 bound);
}

static void append_instant(GString *text, const Record *record,
                           uint32_t track)
{
    g_autofree char *words = trace_words(record);

    append_event(text, "i", record->node, track, record->time_ns, words,
                 ",\"s\":\"t\"");
}

static void append_messages(GString *text, const TraceFile *trace)
{
    g_autofree const Record **starts = g_new0(const Record *,
                                              trace->node_count);

    for (uint64_t i = 0; i < trace->record_count; i++) {
        const Record *record = &trace->records[i];
        switch (record->type) {
        case MB_TRACE_TX_START:
            starts[record->node] = record;
            break;
        case MB_TRACE_TX_END:
            if (starts[record->node] != NULL) {
                append_sent(text, starts[record->node], record);
                starts[record->node] = NULL;
            }
            break;
        case MB_TRACE_RX:
            append_received(text, record);
            break;
        case MB_TRACE_LOST:
        case MB_TRACE_CRASH:
            append_instant(text, record, TRACK_OUT);
            break;
        case MB_TRACE_DROPPED:
            append_instant(text, record, TRACK_IN);
            break;
        case MB_TRACE_MESSAGE:
            append_instant(text, record, TRACK_PROCESS + record->pid);
            break;
        default:
            break;
        }
    }
}

void report_chrome(const RunRecord *record, GString *text)
{
    const Result *result = record->result;

    g_string_append(text, "{\"displayTimeUnit\":\"ns\",\"otherData\":{"
                    "\"name\":");
    append_string(text, result->name);
    g_string_append_printf(text, ",\"digest\":\"%s\"},\"traceEvents\":[\n"
                           "{\"ph\":\"M\",\"pid\":0,\"tid\":0,\"name\":"
                           "\"process_sort_index\",\"args\":{"
                           "\"sort_index\":0}}", result->digest);
    append_names(text, result);
    for (uint32_t pid = 1; pid <= result->processes->len; pid++) {
        append_process(text, result, pid);
    }
    append_messages(text, record->trace);
    g_string_append(text, "\n]}\n");
}
