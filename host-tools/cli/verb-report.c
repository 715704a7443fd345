/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit report DIR... [--json|--csv|--definitions|--residual]
 * godwit report DIR --chrome
 * godwit report --definitions [--json]
 */
#include "verb.h"

#include <unistd.h>

#include "lib/run-dir.h"
#include "report/report.h"

/* The results that were named. */
typedef struct {
    GPtrArray *texts;           /* JSON */
    GPtrArray *results;         /* Result */
    GArray *items;              /* ReportItem */
} Results;

static void free_result(void *data)
{
    result_free(data);
}

static void results_clear(Results *results)
{
    g_ptr_array_unref(results->texts);
    g_ptr_array_unref(results->results);
    g_array_unref(results->items);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Results, results_clear)

static bool read_results(char **folders, Results *results, GError **error)
{
    for (size_t i = 0; folders[i] != NULL; i++) {
        ReportItem item = { .name = folders[i] };
        Result *result;
        char *text = run_dir_read_result(folders[i], &result, error);
        if (text == NULL) {
            return false;
        }
        g_ptr_array_add(results->texts, text);
        g_ptr_array_add(results->results, result);
        item.result = result;
        g_array_append_val(results->items, item);
    }
    return true;
}

/* One as it is, several as an array. */
static void append_json(const GPtrArray *texts, GString *data)
{
    if (texts->len == 1) {
        g_string_append(data, texts->pdata[0]);
        return;
    }
    g_string_append(data, "[\n");
    for (unsigned i = 0; i < texts->len; i++) {
        g_string_append_printf(data, "%s%s", i > 0 ? ",\n" : "",
                               g_strchomp(texts->pdata[i]));
    }
    g_string_append(data, "\n]\n");
}

/* What is printed; the first of them that is set. */
typedef struct {
    gboolean json;
    gboolean csv;
    gboolean definitions;
    gboolean residual;
    gboolean chrome;
} Form;

static void append_report(const Results *results, const Form *form,
                          GString *data)
{
    const ReportItem *items = (const ReportItem *)results->items->data;
    size_t count = results->items->len;

    if (form->json) {
        append_json(results->texts, data);
    } else if (form->csv) {
        report_csv(items, count, data);
    } else if (form->definitions) {
        report_definitions(items, count, data);
    } else if (count == 1) {
        report_ledgers(items, isatty(STDOUT_FILENO) == 1, data);
    } else {
        report_comparison(items, count, data);
    }
}

static bool append_results(char **folders, const Form *form, GString *data,
                           GError **error)
{
    g_auto(Results) results = {
        .texts = g_ptr_array_new_with_free_func(g_free),
        .results = g_ptr_array_new_with_free_func(free_result),
        .items = g_array_new(FALSE, FALSE, sizeof(ReportItem)),
    };

    if (!read_results(folders, &results, error)) {
        return false;
    }
    append_report(&results, form, data);
    return true;
}

/* What needs traces. */
static bool append_residuals(char **folders, GString *data, GError **error)
{
    report_residual_heading(data);
    for (size_t i = 0; folders[i] != NULL; i++) {
        g_autoptr(RunRecord) record = run_record_open(folders[i], error);
        if (record == NULL) {
            return false;
        }
        report_residual(record, data);
    }
    return true;
}

/* Times of several runs are not on one line. */
static bool append_chrome(char **folders, GString *data, GError **error)
{
    if (folders[1] != NULL) {
        return verb_misuse("report", error, "--chrome is of one run directory");
    }
    g_autoptr(RunRecord) record = run_record_open(folders[0], error);
    if (record == NULL) {
        return false;
    }
    report_chrome(record, data);
    return true;
}

static bool append_meanings(const Form *form, GString *data)
{
    if (form->json) {
        g_autofree char *text = report_definitions_json();
        g_string_append(data, text);
    } else {
        report_definitions(NULL, 0, data);
    }
    return true;
}

bool verb_report(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    Form form = { 0 };
    const GOptionEntry entries[] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &form.json,
          "print result.json, or an array of several", NULL },
        { "csv", 0, 0, G_OPTION_ARG_NONE, &form.csv,
          "print a line per migration", NULL },
        { "definitions", 0, 0, G_OPTION_ARG_NONE, &form.definitions,
          "print other systems' measures; without DIR, what they mean",
          NULL },
        { "residual", 0, 0, G_OPTION_ARG_NONE, &form.residual,
          "print the pages left at the source over time, as CSV", NULL },
        { "chrome", 0, 0, G_OPTION_ARG_NONE, &form.chrome,
          "print all of a run on one line of time, for Perfetto or Chrome",
          NULL },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("report", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    bool dirs = g_strv_length(words) >= 2;
    bool meanings = form.definitions && !dirs;
    if (form.json + form.csv + form.definitions + form.residual +
        form.chrome > 1 &&
        !(meanings && form.json && !form.csv && !form.residual &&
          !form.chrome)) {
        return verb_misuse("report", error, "one of --json, --csv, "
                           "--definitions, --residual and --chrome, not both");
    }
    if (!dirs && !meanings) {
        return verb_misuse("report", error, "name a run directory");
    }
    if (meanings) {
        return append_meanings(&form, output->data);
    }
    if (form.chrome) {
        return append_chrome(words + 1, output->data, error);
    }
    return form.residual
        ? append_residuals(words + 1, output->data, error)
        : append_results(words + 1, &form, output->data, error);
}
