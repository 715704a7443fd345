/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two runs differ in, as JSON (docs/specs/result.md, "Comparing runs").
 */
#include "report.h"

#include "lib/json-write.h"
#include "lib/trace-words.h"

#define DIFF_SCHEMA     "godwit-diff-1"
#define VERIFY_SCHEMA   "godwit-verify-1"

static void add_text(JsonBuilder *json, const char *text)
{
    if (text != NULL) {
        json_builder_add_string_value(json, text);
    } else {
        json_builder_add_null_value(json);
    }
}

static void write_text(JsonBuilder *json, const DiffText *text)
{
    json_builder_begin_object(json);
    json_write_text(json, "name", text->name);
    json_write_begin_array(json, "values");
    add_text(json, text->values[0]);
    add_text(json, text->values[1]);
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void write_number(JsonBuilder *json, const DiffNumber *number)
{
    double percent;

    json_builder_begin_object(json);
    json_write_text(json, "name", number->name);
    json_write_begin_array(json, "values");
    for (unsigned i = 0; i < 2; i++) {
        if (number->known[i]) {
            json_builder_add_int_value(json, (gint64)number->values[i]);
        } else {
            json_builder_add_null_value(json);
        }
    }
    json_builder_end_array(json);
    json_write_known(json, "difference", number->known[0] && number->known[1],
                     number->values[1] - number->values[0]);
    if (report_diff_percent(number, &percent)) {
        json_builder_set_member_name(json, "percent");
        json_builder_add_double_value(json, percent);
    } else {
        json_write_null(json, "percent");
    }
    json_builder_end_object(json);
}

static void write_section(JsonBuilder *json, const Diff *diff,
                          DiffSection section)
{
    json_write_begin_array(json, diff_section_names[section]);
    for (unsigned i = 0; i < diff->parts[section]->len; i++) {
        const DiffPart *part = diff->parts[section]->pdata[i];
        json_builder_begin_object(json);
        json_write_text(json, "name", part->name);
        json_write_begin_array(json, "texts");
        for (unsigned k = 0; k < part->texts->len; k++) {
            write_text(json, part->texts->pdata[k]);
        }
        json_builder_end_array(json);
        json_write_begin_array(json, "numbers");
        for (unsigned k = 0; k < part->numbers->len; k++) {
            write_number(json, part->numbers->pdata[k]);
        }
        json_builder_end_array(json);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void write_record(JsonBuilder *json,
                         const struct mb_trace_record *record)
{
    if (record == NULL) {
        json_builder_add_null_value(json);
        return;
    }
    g_autofree char *words = trace_words(record);
    json_builder_begin_object(json);
    json_write_number(json, "seq", record->seq);
    json_write_number(json, "node", record->node);
    json_write_number(json, "time_ns", record->time_ns);
    json_write_number(json, "instructions", record->instret);
    json_write_text(json, "words", words);
    json_builder_end_object(json);
}

static void write_trace(JsonBuilder *json, const DiffTrace *trace)
{
    if (trace == NULL) {
        json_write_null(json, "trace");
        return;
    }
    json_write_begin_object(json, "trace");
    json_write_number(json, "index", trace->index);
    json_write_number(json, "node", trace->node);
    json_write_number(json, "time_ns", trace->time_ns);
    json_write_number(json, "instructions", trace->instret);
    json_write_text(json, "migration", trace->migration);
    json_write_text(json, "phase", trace->phase);
    json_write_begin_array(json, "records");
    write_record(json, trace->records[0]);
    write_record(json, trace->records[1]);
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void write_pair(JsonBuilder *json, const char *name, const char *a,
                       const char *b)
{
    json_write_begin_array(json, name);
    add_text(json, a);
    add_text(json, b);
    json_builder_end_array(json);
}

/* What both kinds have behind their heads. */
static void write_body(JsonBuilder *json, const Diff *diff)
{
    write_pair(json, "digests", diff->runs[0]->result->digest,
               diff->runs[1]->result->digest);
    for (DiffSection i = 0; i < DIFF_SECTIONS; i++) {
        write_section(json, diff, i);
    }
    write_trace(json, diff->trace);
}

char *report_diff_json(const Diff *diff)
{
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();

    json_builder_begin_object(json);
    json_write_text(json, "schema", DIFF_SCHEMA);
    write_pair(json, "runs", diff->runs[0]->path, diff->runs[1]->path);
    json_write_bool(json, "equal", diff_is_empty(diff));
    write_body(json, diff);
    json_builder_end_object(json);
    return json_write_finish(json);
}

char *report_verify_json(const Diff *diff)
{
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();

    json_builder_begin_object(json);
    json_write_text(json, "schema", VERIFY_SCHEMA);
    json_write_text(json, "run", diff->runs[0]->path);
    json_write_bool(json, "reproduced", diff->same_digest);
    write_body(json, diff);
    json_builder_end_object(json);
    return json_write_finish(json);
}
