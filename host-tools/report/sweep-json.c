/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep as JSON, see docs/specs/sweep.md, "sweep.json".
 */
#include "sweep-report.h"

#include "lib/json-write.h"

static void write_strings(JsonBuilder *json, const char *name,
                          char *const *texts)
{
    json_write_begin_array(json, name);
    for (size_t i = 0; texts[i] != NULL; i++) {
        json_builder_add_string_value(json, texts[i]);
    }
    json_builder_end_array(json);
}

static void write_axis(JsonBuilder *json, const SweepAxis *axis)
{
    json_builder_begin_object(json);
    json_write_text(json, "name", axis->name);
    write_strings(json, "keys", axis->keys);
    json_write_begin_array(json, "values");
    for (unsigned i = 0; i < axis->values->len; i++) {
        const SweepValue *value = axis->values->pdata[i];
        json_builder_begin_object(json);
        json_write_text(json, "label", value->label);
        write_strings(json, "texts", value->texts);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void write_point(JsonBuilder *json, const Sweep *sweep,
                        const SweepPoint *point)
{
    json_builder_begin_object(json);
    json_write_number(json, "point", point->number);
    json_write_begin_object(json, "values");
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        json_write_text(json, ((SweepAxis *)sweep->axes->pdata[i])->name,
                        sweep_value(sweep, point, i)->label);
    }
    json_builder_end_object(json);
    write_strings(json, "set", point->sets);
    json_write_text(json, "key", point->key);
    json_write_text(json, "end", point->end);
    json_write_known(json, "virtual_ns", point->end != NULL,
                     point->virtual_ns);
    json_write_text(json, "digest", point->digest);
    json_write_text(json, "reason", point->reason);
    json_builder_end_object(json);
}

static void write_summary(JsonBuilder *json, const ReportSweep *report)
{
    json_write_begin_object(json, "summary");
    json_write_number(json, "points", report->sweep->points->len);
    json_write_number(json, "failed", report->failed);
    json_write_number(json, "migrations", report->migrations);
    json_write_number(json, "done", report->done);
    json_builder_end_object(json);
}

char *report_sweep_json(const ReportSweep *report)
{
    const Sweep *sweep = report->sweep;
    g_autoptr(JsonBuilder) json = json_builder_new_immutable();
    char digest[SHA256_TEXT];

    sweep_compute_digest(sweep, digest);
    json_builder_begin_object(json);
    json_write_text(json, "schema", "godwit-sweep-1");
    json_write_text(json, "name", sweep->name);
    json_write_text(json, "experiment", sweep->experiment);
    json_write_text(json, "digest", digest);
    write_summary(json, report);
    json_write_begin_array(json, "axes");
    for (unsigned i = 0; i < sweep->axes->len; i++) {
        write_axis(json, sweep->axes->pdata[i]);
    }
    json_builder_end_array(json);
    json_write_begin_array(json, "points");
    for (unsigned i = 0; i < sweep->points->len; i++) {
        write_point(json, sweep, sweep->points->pdata[i]);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
    return json_write_finish(json);
}
