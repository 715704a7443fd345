/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit report DIR [DIR...] [--json|--csv]
 */
#include "verb.h"

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

static void append_report(const Results *results, bool json, bool csv,
                          GString *data)
{
    const ReportItem *items = (const ReportItem *)results->items->data;

    if (json) {
        append_json(results->texts, data);
    } else if (csv) {
        report_csv(items, results->items->len, data);
    } else if (results->items->len == 1) {
        report_ledgers(items, data);
    } else {
        report_comparison(items, results->items->len, data);
    }
}

bool verb_report(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    gboolean json = FALSE;
    gboolean csv = FALSE;
    const GOptionEntry entries[] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &json,
          "print result.json, or an array of several", NULL },
        { "csv", 0, 0, G_OPTION_ARG_NONE, &csv,
          "print a line per migration", NULL },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("report", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) < 2) {
        return verb_misuse("report", error, "name a run directory");
    }
    if (json && csv) {
        return verb_misuse("report", error, "--json or --csv, not both");
    }
    g_auto(Results) results = {
        .texts = g_ptr_array_new_with_free_func(g_free),
        .results = g_ptr_array_new_with_free_func(free_result),
        .items = g_array_new(FALSE, FALSE, sizeof(ReportItem)),
    };
    if (!read_results(words + 1, &results, error)) {
        return false;
    }
    append_report(&results, json, csv, output->data);
    return true;
}
