/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/result*.c and report/: what is written is read back, the digest is what
 * it was, damaged files are refused.
 */
#include "lib/ledger.h"
#include "lib/result.h"
#include "report/bar.h"
#include "report/report.h"
#include "suite.h"
#include "synthetic.h"

static void set_sha256(char text[static SHA256_TEXT], char digit)
{
    memset(text, digit, SHA256_TEXT - 1);
    text[SHA256_TEXT - 1] = '\0';
}

static void fill_migrations(Result *result, Ledger *ledger)
{
    ResultMigration *done = result_add_migration(
        result, g_steal_pointer(&ledger->migrations->pdata[0]));
    done->id = 1;
    done->process = g_strdup("sort");
    done->algorithm = g_strdup("freeze-free");
    ResultMigration *asked = result_add_migration(result,
                                                  ledger_migration_new());
    asked->process = g_strdup("sort");
    asked->algorithm = g_strdup("total-copy");
    asked->ledger->outcome = OUTCOME_NOT_STARTED;
    asked->ledger->target = 0;
}

/* Node 1 has crashed; the link to it lost something. */
static void fill_cluster(Result *result)
{
    const LedgerLink links[] = {
        { .source = 0, .target = 1, .counts = {
            [LINK_MESSAGES] = 50, [LINK_BYTES] = 7000, [LINK_LOST] = 3,
            [LINK_CORRUPT] = 2, [LINK_DOUBLED] = 1 } },
        { .source = 1, .target = 0, .counts = {
            [LINK_MESSAGES] = 4, [LINK_BYTES] = 256 } },
    };

    for (uint32_t i = 0; i < 2; i++) {
        ResultNode *node = result_add_node(result);
        node->node = i;
        node->clock_num = 2 + i;
        node->clock_den = 3;
        node->cost = g_strdup(i == 0 ? "insn" : "load:2+mul:4");
        node->instructions = 1000 + i;
        set_sha256(node->memory_sha256, (char)('0' + i));
    }
    ResultNode *crashed = result->nodes->pdata[1];
    crashed->facts = (LedgerNode) { NODE_CRASHED, 9400000 };
    g_array_append_vals(result->links, links, G_N_ELEMENTS(links));
}

static Result *make_result(void)
{
    g_autoptr(Synthetic) synthetic = synthetic_new();
    Result *result = result_new();

    synthetic_start(synthetic, 0, 1000);
    synthetic_migration(synthetic, 5000000);
    synthetic_exit(synthetic, 1, 9000000, 0);
    g_autoptr(Ledger) ledger = synthetic_ledger(synthetic, NULL);
    ck_assert_ptr_nonnull(ledger);
    result->name = g_strdup("hand\"off");
    result->end = g_strdup("quiet");
    result->virtual_ns = 9500000;
    set_sha256(result->digest, 'd');
    set_sha256(result->trace_sha256, 'a');
    fill_cluster(result);
    ResultProcess *process = result_add_process(result);
    process->name = g_strdup("sort");
    process->facts = ledger->processes[0];
    process->stdout_bytes = 42;
    set_sha256(process->stdout_sha256, 'b');
    set_sha256(process->stderr_sha256, 'c');
    ResultProcess *lost = result_add_process(result);
    lost->name = g_strdup("wc");
    lost->facts = (LedgerProcess) {
        .started = true, .start_ns = 5, .lost = true, .lost_ns = 9400000,
        .node = 1,
    };
    fill_migrations(result, ledger);
    return result;
}

START_TEST(reads_back_what_was_written)
{
    g_autoptr(Result) result = make_result();
    g_autofree char *text = result_to_json(result);
    GError *error = NULL;
    g_autoptr(Result) read = result_from_json(text, &error);

    ck_assert_no_error(error);
    g_autofree char *again = result_to_json(read);
    ck_assert_str_eq(text, again);
    const ResultMigration *migration = read->migrations->pdata[0];
    ck_assert_uint_eq(migration->ledger->latency_ns, SYNTHETIC_RESUMED);
    ck_assert_uint_eq(migration->ledger->faults->len, 2);
    ck_assert_uint_eq(((ResultMigration *)read->migrations->pdata[1])->id, 0);
    const ResultProcess *lost = read->processes->pdata[1];
    ck_assert(lost->facts.lost && !lost->facts.ended);
    ck_assert_uint_eq(lost->facts.node, 1);
    ck_assert_uint_eq(read->links->len, 2);
}
END_TEST

START_TEST(has_the_fields_that_are_promised)
{
    static const char *const fields[] = {
        "\"schema\" : \"godwit-result-6\"", "\"digest\"", "\"virtual_ns\"",
        "\"nodes\"", "\"state\" : \"up\"", "\"state\" : \"crashed\"",
        "\"state_ns\" : 9400000", "\"state_ns\" : null",
        "\"clock_num\" : 3", "\"clock_den\" : 3",
        "\"cost\" : \"load:2+mul:4\"", "\"links\"", "\"corrupt\" : 2",
        "\"doubled\" : 1", "\"down\" : 0", "\"cut\" : 0",
        "\"lost_messages\" : 0", "\"dropped_messages\" : 0",
        "\"copied_messages\" : 0", "\"crashed_node\" : null",
        "\"crashed_ns\" : null", "\"state\" : \"ended\"",
        "\"state\" : \"lost\"", "\"lost_ns\" : 9400000",
        "\"instructions\"", "\"memory_sha256\"",
        "\"processes\"", "\"exit_status\" : 0", "\"signal\" : 0",
        "\"stdout_sha256\"", "\"migrations\"", "\"id\" : 1", "\"id\" : null",
        "\"algorithm\"", "\"source\"", "\"target\"", "\"started_ns\"",
        "\"latency_ns\" : 101050", "\"drained_ns\" : 298950",
        "\"residue_ns\" : 0", "\"phases\"", "\"name\" : \"select\"",
        "\"start_ns\"", "\"duration_ns\"", "\"messages\"", "\"bytes\"",
        "\"pages\"", "\"faults\"", "\"fault_statistics\"", "\"wire_alone_ns\"",
    };
    g_autoptr(Result) result = make_result();
    g_autofree char *text = result_to_json(result);

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        ck_assert_msg(strstr(text, fields[i]) != NULL, "%s", fields[i]);
    }
}
END_TEST

START_TEST(digest_is_of_this_text)
{
    g_autoptr(Result) result = make_result();
    g_autofree char *text = result_digest_text(result);
    char digest[SHA256_TEXT];

    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    ck_assert_str_eq(lines[0], "godwit-digest-2");
    ck_assert_uint_eq(g_strv_length(lines), 7);
    ck_assert(g_str_has_prefix(lines[1], "trace aaaa"));
    ck_assert(g_str_has_prefix(lines[2], "process sort 0 -1 bbbb"));
    ck_assert(g_str_has_prefix(lines[3], "process wc -1 -1 "));
    ck_assert(g_str_has_prefix(lines[4], "node 0 up 1000 0000"));
    ck_assert(g_str_has_prefix(lines[5], "node 1 crashed 1001 1111"));
    sha256_of_data(text, strlen(text), digest);
    ck_assert_str_eq(digest, "039d293afd198eed91297d45afa94429"
                     "5615cce2a7ede026779b9ee0d3ead057");
}
END_TEST

START_TEST(wait_status_splits)
{
    LedgerProcess process = { .ended = true, .wait_status = 3 << 8 };

    ck_assert_int_eq(result_exit_status(&process), 3);
    ck_assert_int_eq(result_signal(&process), -1);
    process.wait_status = 11;
    ck_assert_int_eq(result_exit_status(&process), -1);
    ck_assert_int_eq(result_signal(&process), 11);
    process.ended = false;
    ck_assert_int_eq(result_exit_status(&process), -1);
    ck_assert_int_eq(result_signal(&process), -1);
}
END_TEST

START_TEST(refuses_damaged_json)
{
    static const struct {
        const char *from;
        const char *to;
        const char *part;
    } cases[] = {
        { "godwit-result-6", "godwit-result-1", "'schema' is not" },
        { "\"virtual_ns\" : 9500000", "\"virtual_ns\" : \"x\"",
          "'virtual_ns' is not a whole number" },
        { "\"virtual_ns\"", "\"virtual\"", "'virtual_ns' is not there" },
        { "\"nodes\" : [", "\"nodes\" : 5, \"x\" : [", "'nodes' is not an a" },
        { "\"name\" : \"capture\"", "\"name\" : \"wire\"", "'phases' is not" },
        { "\"state\" : \"crashed\"", "\"state\" : \"asleep\"",
          "'state' is not a known word" },
        { "\"links\" : [", "\"links\" : 5, \"x\" : [", "'links' is not an a" },
        { "\"outcome\" : \"done\"", "\"outcome\" : \"fine\"", "'outcome'" },
        { "dddddddd", "dddddd", "'digest' is not a SHA-256" },
        { "{", "[", "" },
    };
    g_autoptr(Result) result = make_result();
    g_autofree char *good = result_to_json(result);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) parts = g_strsplit(good, cases[i].from, 2);
        ck_assert_msg(parts[1] != NULL, "%s", cases[i].from);
        g_autofree char *bad = g_strjoinv(cases[i].to, parts);
        GError *error = NULL;
        ck_assert_ptr_null(result_from_json(bad, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, cases[i].part);
    }
}
END_TEST

START_TEST(survives_json_that_is_cut_anywhere)
{
    g_autoptr(Result) result = make_result();
    g_autofree char *good = result_to_json(result);

    for (size_t length = 0; length < strlen(good) - 2; length += 7) {
        g_autofree char *bad = g_strndup(good, length);
        GError *error = NULL;
        ck_assert_ptr_null(result_from_json(bad, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, "");
    }
}
END_TEST

START_TEST(statistics_are_right)
{
    g_autoptr(Result) result = make_result();
    const ResultMigration *migration = result->migrations->pdata[0];
    LedgerStatistics trap = ledger_fault_statistics(migration->ledger,
                                                    PART_TRAP);

    ck_assert_uint_eq(trap.total, 30);
    ck_assert_uint_eq(trap.mean, 15);
    ck_assert_uint_eq(trap.median, 10);
    ck_assert_uint_eq(trap.max, 20);
}
END_TEST

START_TEST(reports_say_what_is_in_the_result)
{
    g_autoptr(Result) result = make_result();
    const ReportItem items[] = {
        { .name = "dir/one", .result = result },
        { .name = "dir/t\"w,o", .result = result },
    };
    g_autoptr(GString) ledgers = g_string_new(NULL);
    g_autoptr(GString) comparison = g_string_new(NULL);
    g_autoptr(GString) csv = g_string_new(NULL);

    report_ledgers(&items[0], false, ledgers);
    ck_assert_ptr_nonnull(strstr(ledgers->str, "\n  latency"));
    ck_assert_ptr_nonnull(strstr(ledgers->str, "101.050"));
    ck_assert_ptr_nonnull(strstr(ledgers->str, "residue 0 ns"));
    ck_assert_ptr_nonnull(strstr(ledgers->str, "2 remote faults"));
    ck_assert_ptr_nonnull(strstr(ledgers->str,
                                 "\nnode 1: crashed at 9.400 ms\n"));
    ck_assert_ptr_nonnull(strstr(ledgers->str, "\nprocess wc: lost with node 1"
                                 " at 9.400 ms, "));
    ck_assert_ptr_nonnull(strstr(ledgers->str, "\nlink 0 -> 1: 50 messages, "
                                 "3 lost, 2 corrupt, 1 doubled\n"));
    ck_assert_ptr_null(strstr(ledgers->str, "\nlink 1 -> 0"));
    report_comparison(items, 2, comparison);
    ck_assert_ptr_nonnull(strstr(comparison->str, "freeze-free  freeze-free"));
    ck_assert_ptr_nonnull(strstr(comparison->str, "101.050      101.050"));
    report_csv(items, 2, csv);
    ck_assert_ptr_nonnull(strstr(csv->str, "\ndir/one,1,sort,freeze-free,all,done,up,"
                                 "crashed,1,1,0,1,,,,5000000,101050,"));
    ck_assert_ptr_nonnull(strstr(csv->str, "\n\"dir/t\"\"w,o\",1,sort,"));
    g_auto(GStrv) lines = g_strsplit(csv->str, "\n", -1);
    ck_assert_uint_eq(g_strv_length(lines), 1 + 2 * 2 + 1);
    g_auto(GStrv) heading = g_strsplit(lines[0], ",", -1);
    g_auto(GStrv) row = g_strsplit(lines[1], ",", -1);
    ck_assert_uint_eq(g_strv_length(heading), g_strv_length(row));
}
END_TEST

static void expect_bar(uint64_t start, uint64_t length, uint64_t whole,
                       const char *drawing)
{
    const Bar bar = { .label = "x", .detail = "", .start = start,
                      .length = length, .colour = BAR_WIRE };
    g_autoptr(GString) plain = g_string_new(NULL);
    g_autoptr(GString) colour = g_string_new(NULL);
    g_autofree char *end = g_strconcat("%", *drawing != '\0' ? "  " : "",
                                       drawing, "\n", NULL);

    bar_append(plain, &bar, whole, false);
    ck_assert_msg(g_str_has_suffix(plain->str, end), "%s", plain->str);
    bar_append(colour, &bar, whole, true);
    ck_assert_int_eq(strchr(colour->str, '\033') != NULL, *drawing != '\0');
    ck_assert_ptr_null(strchr(plain->str, '\033'));
}

START_TEST(bars_are_to_scale_and_never_too_long)
{
    expect_bar(0, 100, 100, "################################");
    expect_bar(50, 50, 100, "                ################");
    expect_bar(0, 25, 100, "########");
    expect_bar(99, 1, 100, "                               #");
    expect_bar(100, 1, 100, "                               #");
    expect_bar(50, 0, 100, "");
    expect_bar(0, 0, 0, "");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        reads_back_what_was_written, has_the_fields_that_are_promised,
        digest_is_of_this_text, wait_status_splits, refuses_damaged_json,
        survives_json_that_is_cut_anywhere, statistics_are_right,
        reports_say_what_is_in_the_result,
        bars_are_to_scale_and_never_too_long,
    };

    return suite_run("result", tests, G_N_ELEMENTS(tests));
}
