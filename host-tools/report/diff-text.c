/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two runs differ in, for people.
 */
#include "report.h"

#include "lib/trace-words.h"
#include "table.h"

#define HASH_DIGITS 16          /* of a hash that is shown */

static char *shorten(const char *value)
{
    if (value == NULL) {
        return g_strdup("-");
    }
    return sha256_is_text(value) ? g_strndup(value, HASH_DIGITS)
                                 : g_strdup(value);
}

static void add_text(Table *table, const DiffText *text)
{
    table_row(table, text->name);
    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *value = shorten(text->values[i]);
        table_cell(table, "%s", value);
    }
}

static void add_value(Table *table, const DiffNumber *number, unsigned i)
{
    if (number->known[i]) {
        table_cell(table, "%" G_GUINT64_FORMAT, number->values[i]);
    } else {
        table_cell(table, "-");
    }
}

static void add_number(Table *table, const DiffNumber *number)
{
    table_row(table, number->name);
    add_value(table, number, 0);
    add_value(table, number, 1);
    if (number->known[0] && number->known[1]) {
        double percent;
        table_cell(table, "%+" G_GINT64_FORMAT,
                   (int64_t)(number->values[1] - number->values[0]));
        if (report_diff_percent(number, &percent)) {
            table_cell(table, "%+.2f%%", percent);
        }
    }
}

static void append_part(GString *text, const DiffPart *part)
{
    g_autoptr(Table) table = table_new(5);

    g_string_append_printf(text, "  %s\n", part->name);
    for (unsigned i = 0; i < part->texts->len; i++) {
        add_text(table, part->texts->pdata[i]);
    }
    for (unsigned i = 0; i < part->numbers->len; i++) {
        add_number(table, part->numbers->pdata[i]);
    }
    table_format(table, 4, text);
}

bool report_diff_percent(const DiffNumber *number, double *percent)
{
    if (!number->known[0] || !number->known[1] || number->values[0] == 0) {
        return false;
    }
    *percent = 100.0 * ((double)number->values[1] - (double)number->values[0]) /
        (double)number->values[0];
    return true;
}

static void append_section(GString *text, const Diff *diff,
                           DiffSection section)
{
    const GPtrArray *parts = diff->parts[section];

    if (parts->len > 0) {
        g_string_append_printf(text, "%s\n", diff_section_names[section]);
    }
    for (unsigned i = 0; i < parts->len; i++) {
        append_part(text, parts->pdata[i]);
    }
}

static void append_record(GString *text, const char *run,
                          const struct mb_trace_record *record)
{
    if (record == NULL) {
        g_string_append_printf(text, "  %s: no such record\n", run);
        return;
    }
    g_autofree char *words = trace_words(record);
    g_string_append_printf(text, "  %s: at %" G_GUINT64_FORMAT "ns, "
                           "instruction %" G_GUINT64_FORMAT ": %s\n", run,
                           record->time_ns, record->instret, words);
}

static void append_trace(GString *text, const Diff *diff,
                         const char *const names[2])
{
    const DiffTrace *trace = diff->trace;
    const struct mb_trace_record *first =
        trace->records[trace->records[0] == NULL];

    g_string_append_printf(text, "the traces part at record %" G_GUINT64_FORMAT
                           ": node %u, %" G_GUINT64_FORMAT "ns, instruction %"
                           G_GUINT64_FORMAT, trace->index, trace->node,
                           trace->time_ns, trace->instret);
    if (trace->migration != NULL) {
        g_string_append_printf(text, ", in %s", trace->migration);
    }
    if (trace->phase != NULL) {
        g_string_append_printf(text, " (%s)", trace->phase);
    }
    g_string_append_printf(text, "\nrecord %u of node %u\n", first->seq,
                           first->node);
    append_record(text, names[0], trace->records[0]);
    append_record(text, names[1], trace->records[1]);
}

void report_diff(const Diff *diff, GString *text)
{
    const char *names[] = { diff->runs[0]->path, diff->runs[1]->path };

    if (diff_is_empty(diff)) {
        g_string_append_printf(text, "%s and %s are the same: digest %s\n",
                               names[0], names[1],
                               diff->runs[0]->result->digest);
        return;
    }
    g_string_append_printf(text, "%s and %s differ; their digests are %s\n",
                           names[0], names[1],
                           diff->same_digest ? "the same" : "not the same");
    for (DiffSection i = 0; i < DIFF_SECTIONS; i++) {
        append_section(text, diff, i);
    }
    if (diff->trace != NULL) {
        append_trace(text, diff, names);
    }
}

void report_verify(const Diff *diff, GString *text)
{
    static const char *const names[] = { "recorded", "now" };
    const char *path = diff->runs[0]->path;

    if (diff->same_digest) {
        g_string_append_printf(text, "%s: REPRODUCED\ndigest %s\n", path,
                               diff->runs[0]->result->digest);
    } else {
        g_string_append_printf(text, "%s: DIVERGED\ndigest recorded %s\n"
                               "digest now      %s\n", path,
                               diff->runs[0]->result->digest,
                               diff->runs[1]->result->digest);
    }
    append_section(text, diff, DIFF_CONFIGURATION);
    append_section(text, diff, DIFF_INGREDIENTS);
    if (diff->trace != NULL) {
        append_trace(text, diff, names);
    } else if (!diff->same_digest) {
        g_string_append(text, "the traces are the same\n");
        append_section(text, diff, DIFF_RESULTS);
    }
}
