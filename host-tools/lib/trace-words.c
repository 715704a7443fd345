/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace records in words (docs/specs/trace.md).
 */
#include "trace-words.h"

#include <stdbool.h>

#include <glib.h>

#include "hw/abi/message.h"

typedef struct mb_trace_record Record;

static const char *const message_names[] = {
    [MB_MSG_STATE] = "STATE",
    [MB_MSG_PAGE] = "PAGE",
    [MB_MSG_MAP] = "MAP",
    [MB_MSG_REQUEST] = "REQUEST",
    [MB_MSG_RESUMED] = "RESUMED",
    [MB_MSG_REJECT] = "REJECT",
    [MB_MSG_DRAINED] = "DRAINED",
    [MB_MSG_GONE] = "GONE",
    [MB_MSG_GOTO] = "GOTO",
    [MB_MSG_ACK] = "ACK",
    [MB_MSG_FLUSH] = "FLUSH",
    [MB_MSG_PART] = "PART",
    [MB_MSG_PORT] = "PORT",
    [MB_MSG_FILE] = "FILE",
    [MB_MSG_ASK] = "ASK",
    [MB_MSG_GRANT] = "GRANT",
    [MB_MSG_READY] = "READY",
    [MB_MSG_GO] = "GO",
    [MB_MSG_ROUND] = "ROUND",
    [MB_MSG_COLLECTED] = "COLLECTED",
    [MB_MSG_HOME] = "HOME",
    [MB_MSG_NOTED] = "NOTED",
    [MB_MSG_KEEP] = "KEEP",
    [MB_MSG_KEPT] = "KEPT",
    [MB_MSG_PREFETCH] = "PREFETCH",
};
_Static_assert(G_N_ELEMENTS(message_names) == MB_MSG_TYPES, "all messages");

static const char *const flag_names[] = {
    "critical", "resume", "pushed", "demanded", "code", "heap", "stack",
    "clean", "again", "last", "ahead", "prefetched", "store",
};

static const char *const phase_marks[MB_MARKS] = {
    "FROZEN", "SELECTED", "SENT", "RECEIVED", "INSTALLED", "RESUMED",
    "BEGUN",
};
static const char *const fault_marks[MB_FAULT_MARKS] = {
    "TRAP", "REQUESTED", "TAKEN", "SERVED", "RECEIVED", "RESUMED",
};
static const char *const lost_reasons[] = {
    [MB_LOST_BY_RATE] = "lost on the link",
    [MB_LOST_DOWN] = "link down",
    [MB_LOST_CORRUPT] = "corrupt",
    [MB_LOST_CRASHED] = "its sender crashed",
};

/* The name, or the number where there is none. */
static void append_name(GString *text, const char *const *names, size_t count,
                        uint64_t number)
{
    if (number < count && names[number] != NULL) {
        g_string_append(text, names[number]);
    } else {
        g_string_append_printf(text, "%" G_GUINT64_FORMAT, number);
    }
}

const char *trace_message_name(uint32_t type)
{
    return type < G_N_ELEMENTS(message_names) ? message_names[type] : NULL;
}

static void append_message(GString *text, const Record *record)
{
    uint32_t flags = (uint16_t)(record->arg[0] >> 16);
    uint64_t reason = record->arg[3] >> 48;
    bool arrives = record->type == MB_TRACE_RX ||
        record->type == MB_TRACE_DROPPED || record->type == MB_TRACE_READ;

    g_string_append(text, " of ");
    append_name(text, message_names, G_N_ELEMENTS(message_names),
                (uint16_t)record->arg[0]);
    g_string_append(text, " (");
    for (unsigned i = 0; i < G_N_ELEMENTS(flag_names); i++) {
        if (flags & 1u << i) {
            g_string_append_printf(text, "%s, ", flag_names[i]);
        }
    }
    g_string_append_printf(text, "%u bytes) number %" G_GUINT64_FORMAT
                           " %s node %u",
                           (uint32_t)(record->arg[0] >> 32), record->arg[2],
                           arrives ? "from" : "to", (uint16_t)record->arg[3]);
    if (record->arg[1] != 0) {
        g_string_append_printf(text, ", tag %" G_GINT64_MODIFIER "x",
                               record->arg[1]);
    }
    if (reason != 0 && record->type == MB_TRACE_RX) {
        g_string_append(text, ", second copy");
    } else if (record->type == MB_TRACE_READ) {
        g_string_append(text, reason == MB_READ_READY ? ": ready" : ": gone");
    } else if (reason != 0) {
        g_string_append(text, ": ");
        append_name(text, lost_reasons, G_N_ELEMENTS(lost_reasons), reason);
    }
}

static void append_phase(GString *text, const Record *record)
{
    g_string_append_c(text, ' ');
    append_name(text, phase_marks, MB_MARKS, record->arg[0]);
    g_string_append_printf(text, " of a migration to node %" G_GUINT64_FORMAT,
                           record->arg[2]);
}

static void append_fault(GString *text, const Record *record)
{
    g_string_append_c(text, ' ');
    append_name(text, fault_marks, MB_FAULT_MARKS,
                (uint16_t)record->arg[1]);
    g_string_append_printf(text, " of page %" G_GINT64_MODIFIER
                           "x of object %" G_GUINT64_FORMAT ", tag %"
                           G_GINT64_MODIFIER "x", record->arg[3],
                           record->arg[2], record->arg[0]);
    if (record->arg[1] & MB_FAULT_AWAITS_MAP) {
        g_string_append(text, ", awaits the map");
    }
}

static void append_freeze(GString *text, const Record *record)
{
    static const char *const marks[MB_MESSAGE_MARKS] = {
        "ACCEPTED", "SENT_ON", "READABLE", "READ", "HOME", "REFUSED",
    };

    g_string_append_c(text, ' ');
    append_name(text, marks, MB_MESSAGE_MARKS, record->arg[3]);
    g_string_append_printf(text, " at port %" G_GINT64_MODIFIER "x",
                           record->arg[0]);
    if (record->arg[3] == MB_MESSAGE_REFUSED) {
        g_string_append_printf(text, ", from port %" G_GINT64_MODIFIER
                               "x, since %" G_GUINT64_FORMAT " ns",
                               record->arg[1], record->arg[2]);
    } else if (record->arg[3] != MB_MESSAGE_HOME) {
        g_string_append_printf(text, ", number %" G_GUINT64_FORMAT
                               " from port %" G_GINT64_MODIFIER "x",
                               record->arg[2], record->arg[1]);
    }
}

static void append_exit(GString *text, const Record *record)
{
    uint64_t status = record->arg[0];

    if (status & 0x7f) {
        g_string_append_printf(text, " by signal %u",
                               (unsigned)(status & 0x7f));
    } else {
        g_string_append_printf(text, " with status %u",
                               (unsigned)(status >> 8 & 0xff));
    }
    g_string_append_printf(text, " after %" G_GUINT64_FORMAT
                           " user instructions, %" G_GUINT64_FORMAT
                           " system calls and %" G_GUINT64_FORMAT
                           " page faults", record->arg[1], record->arg[2],
                           record->arg[3]);
}

/* Types whose arguments say what their names are. NULL ends the names. */
static const struct {
    uint16_t type;
    const char *name;
    void (*append)(GString *text, const Record *record);
    const char *arguments[5];
} types[] = {
    { MB_TRACE_BOOT, "BOOT", NULL, { "free bytes" } },
    { MB_TRACE_PROC_START, "PROC_START", NULL, { "index in the plan" } },
    { MB_TRACE_PROC_EXIT, "PROC_EXIT", append_exit, { NULL } },
    { MB_TRACE_FATAL, "FATAL", NULL, { "signal", "pc", "address", "scause" } },
    { MB_TRACE_NOSYS, "NOSYS", NULL, { "system call", "pc" } },
    { MB_TRACE_PANIC, "PANIC", NULL, { "pc", "scause", "stval" } },
    { MB_TRACE_PHASE, "PHASE", append_phase, { NULL } },
    { MB_TRACE_FAULT, "FAULT", append_fault, { NULL } },
    { MB_TRACE_DRAINED, "DRAINED", NULL, { "pushed", "served", "pages" } },
    { MB_TRACE_ABORT, "ABORT", NULL, { "errno" } },
    { MB_TRACE_TIMEOUT, "TIMEOUT", NULL, { "errno" } },
    { MB_TRACE_FILE_FLUSH, "FILE_FLUSH", NULL,
      { "file", "blocks", "reason", "since" } },
    { MB_TRACE_FILE_WAIT, "FILE_WAIT", NULL,
      { "file", "block", "from", "since" } },
    { MB_TRACE_FILE_LOST, "FILE_LOST", NULL,
      { "file", "node", "blocks", "errno" } },
    { MB_TRACE_ROUND, "ROUND", NULL, { "number", "sent", "changed" } },
    { MB_TRACE_FIRST_RUN, "FIRST_RUN", NULL, { NULL } },
    { MB_TRACE_SETTLED, "SETTLED", NULL, { "cycles" } },
    { MB_TRACE_MESSAGE, "MESSAGE", append_freeze, { NULL } },
    { MB_TRACE_DUPLICATE, "DUPLICATE", NULL, { "object", "page" } },
    { MB_TRACE_PREFETCH, "PREFETCH", NULL, { "batches", "pages", "hits" } },
    { MB_TRACE_REFERENCE, "REFERENCE", NULL, { "number", "page", "local" } },
    { MB_TRACE_TX_START, "TX_START", append_message, { NULL } },
    { MB_TRACE_TX_END, "TX_END", append_message, { NULL } },
    { MB_TRACE_RX, "RX", append_message, { NULL } },
    { MB_TRACE_DOORBELL, "DOORBELL", NULL, { "queue", "tail" } },
    { MB_TRACE_STATUS, "STATUS", NULL, { "bits" } },
    { MB_TRACE_HALT, "HALT", NULL, { "code" } },
    { MB_TRACE_LOST, "LOST", append_message, { NULL } },
    { MB_TRACE_DROPPED, "DROPPED", append_message, { NULL } },
    { MB_TRACE_CRASH, "CRASH", NULL, { NULL } },
    { MB_TRACE_READ, "READ", append_message, { NULL } },
};

static void append_type(GString *text, const Record *record)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (types[i].type != record->type) {
            continue;
        }
        g_string_append(text, types[i].name);
        for (unsigned k = 0; types[i].arguments[k] != NULL; k++) {
            g_string_append_printf(text, "%s %s 0x%" G_GINT64_MODIFIER "x",
                                   k > 0 ? "," : "", types[i].arguments[k],
                                   record->arg[k]);
        }
        if (types[i].append != NULL) {
            types[i].append(text, record);
        }
        return;
    }
    g_string_append_printf(text, "record of type 0x%x", record->type);
}

char *trace_words(const struct mb_trace_record *record)
{
    GString *text = g_string_new(NULL);

    append_type(text, record);
    if (record->pid != 0) {
        g_string_append_printf(text, ", process %u", record->pid);
    }
    if (record->epoch != 0) {
        g_string_append_printf(text, ", epoch %u", record->epoch);
    }
    return g_string_free(text, FALSE);
}
