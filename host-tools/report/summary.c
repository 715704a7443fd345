/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run was and what came of it, in a few lines.
 */
#include "report.h"

#include <string.h>

#include "lib/units.h"

char *report_us(uint64_t ns)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT ".%03u", ns / 1000,
                           (unsigned)(ns % 1000));
}

static void look_at(const char *name, LedgerUnit unit, uint64_t value,
                    void *data)
{
    ReportNumber *number = data;

    if (strcmp(name, number->name) == 0) {
        number->found = true;
        number->unit = unit;
        number->value = value;
    }
}

char *report_number(const ReportNumber *number)
{
    if (number->value == LEDGER_UNKNOWN) {
        return g_strdup("-");
    }
    return number->unit == LEDGER_NS ? report_us(number->value)
        : g_strdup_printf("%" G_GUINT64_FORMAT, number->value);
}

ReportNumber report_find_number(const LedgerMigration *migration,
                                const char *name)
{
    ReportNumber number = { .name = name };

    ledger_visit(migration, look_at, &number);
    g_assert(number.found);
    return number;
}

double report_wire_ratio(const LedgerMigration *migration)
{
    return migration->wire_alone_ns == 0 ? 0
        : (double)migration->latency_ns / (double)migration->wire_alone_ns;
}

char *report_migration_name(const ResultMigration *migration)
{
    return migration->id == 0 ? g_strdup("migration")
        : g_strdup_printf("migration %" G_GUINT64_FORMAT, migration->id);
}

static void append_node(GString *text, uint32_t node)
{
    if (node == LEDGER_NONE) {
        g_string_append_c(text, '?');
    } else {
        g_string_append_printf(text, "%u", node);
    }
}

char *report_route(const LedgerMigration *migration)
{
    GString *text = g_string_new(NULL);

    append_node(text, migration->source);
    g_string_append(text, " -> ");
    append_node(text, migration->target);
    return g_string_free(text, FALSE);
}

static void append_process(GString *text, const ResultProcess *process)
{
    int status = result_exit_status(&process->facts);
    int signal = result_signal(&process->facts);
    g_autofree char *bytes = unit_format_short(UNIT_SIZE,
                                               process->stdout_bytes);

    g_string_append_printf(text, "process %s: ", process->name);
    if (!process->facts.started && !process->facts.lost) {
        g_string_append(text, "has not started\n");
        return;
    }
    if (process->facts.lost) {
        g_autofree char *lost = unit_format_short(UNIT_TIME,
                                                  process->facts.lost_ns);
        g_string_append_printf(text, "lost with node %u at %s",
                               process->facts.node, lost);
    } else if (!process->facts.ended) {
        g_string_append_printf(text, "has not ended, is on node %u",
                               process->facts.node);
    } else if (signal >= 0) {
        g_string_append_printf(text, "ended by signal %d (%s) on node %u",
                               signal, strsignal(signal),
                               process->facts.node);
    } else {
        g_string_append_printf(text, "exit status %d on node %u", status,
                               process->facts.node);
    }
    if (process->facts.ended) {
        g_autofree char *time = unit_format_short(
            UNIT_TIME, process->facts.end_ns - process->facts.start_ns);
        g_string_append_printf(text, " after %s", time);
    }
    g_string_append_printf(text, ", %s of output\n", bytes);
    /* Every C library probes for a few and does without: worth a line only if
     * the program did not end well. */
    if (process->facts.unimplemented > 0 && (status != 0 || signal >= 0)) {
        g_string_append_printf(text, "  it made %" G_GUINT64_FORMAT
                               " system calls that the kernel does not have\n",
                               process->facts.unimplemented);
    }
}

static void append_crash(GString *text, const LedgerMigration *ledger)
{
    if (ledger->crashed_node != LEDGER_NONE) {
        g_autofree char *time = unit_format_short(UNIT_TIME,
                                                  ledger->crashed_ns);
        g_string_append_printf(text, ", node %u crashed at %s",
                               ledger->crashed_node, time);
    }
}

static void append_nodes(GString *text, const Result *result)
{
    for (unsigned i = 0; i < result->nodes->len; i++) {
        const ResultNode *node = result->nodes->pdata[i];
        if (node->facts.state != NODE_UP) {
            g_autofree char *time = unit_format_short(UNIT_TIME,
                                                      node->facts.time_ns);
            g_string_append_printf(text, "node %u: %s at %s\n", node->node,
                                   ledger_node_states[node->facts.state],
                                   time);
        }
    }
}

/* "link 0 -> 1: 50 messages, 3 lost, 2 corrupt"; nothing of one that did what
 * it should. */
static void append_links(GString *text, const Result *result)
{
    for (unsigned i = 0; i < result->links->len; i++) {
        const LedgerLink *link = &g_array_index(result->links, LedgerLink, i);
        g_autoptr(GString) faults = g_string_new(NULL);
        for (unsigned k = LINK_LOST; k < LINK_COUNTS; k++) {
            if (link->counts[k] > 0) {
                g_string_append_printf(faults, ", %" G_GUINT64_FORMAT " %s",
                                       link->counts[k], ledger_link_counts[k]);
            }
        }
        if (faults->len > 0) {
            g_string_append_printf(text, "link %u -> %u: %" G_GUINT64_FORMAT
                                   " messages%s\n", link->source,
                                   link->target, link->counts[LINK_MESSAGES],
                                   faults->str);
        }
    }
}

static void append_outcome(GString *text, const LedgerMigration *ledger)
{
    g_autofree char *latency = unit_format_short(UNIT_TIME,
                                                 ledger->latency_ns);
    g_autofree char *drained = unit_format_short(UNIT_TIME,
                                                 ledger->drained_ns);

    switch (ledger->outcome) {
    case OUTCOME_DONE:
        g_string_append_printf(text, "latency %s, %.2f times what the wire "
                               "needs, %u remote faults", latency,
                               report_wire_ratio(ledger),
                               ledger->faults->len);
        if (ledger->drained_ns != LEDGER_UNKNOWN) {
            g_string_append_printf(text, ", drained after %s", drained);
        }
        break;
    case OUTCOME_ABORTED:
        g_string_append_printf(text, "aborted (%s), the process went on",
                               g_strerror((int)ledger->error_number));
        break;
    case OUTCOME_NOT_STARTED:
        g_string_append(text, "not started, the process was not there");
        break;
    case OUTCOME_KILLED:
        g_string_append(text, "the process ended before its first instruction "
                        "there");
        break;
    default:
        g_string_append_printf(text, "%s",
                               ledger_outcome_names[ledger->outcome]);
        break;
    }
    append_crash(text, ledger);
    g_string_append_c(text, '\n');
}

void report_summary(const Result *result, const char *folder, GString *text)
{
    g_autofree char *time = unit_format_short(UNIT_TIME, result->virtual_ns);

    g_string_append_printf(text, "%s: %u node%s, %s of virtual time\n",
                           result->name, result->nodes->len,
                           result->nodes->len == 1 ? "" : "s", time);
    append_nodes(text, result);
    for (unsigned i = 0; i < result->processes->len; i++) {
        append_process(text, result->processes->pdata[i]);
    }
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        g_autofree char *name = report_migration_name(migration);
        g_autofree char *how = result_migration_how(migration);
        g_autofree char *route = report_route(migration->ledger);
        g_string_append_printf(text, "%s: %s %s, %s: ", name,
                               migration->process, route,
                               how);
        append_outcome(text, migration->ledger);
    }
    append_links(text, result);
    g_string_append_printf(text, "digest %s\nresults in %s\n", result->digest,
                           folder);
}
