/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/diff*.c and lib/manifest.c: what differs is found, what is the same is
 * not mentioned.
 */
#include "ledger-fixture.h"

#include "lib/diff.h"
#include "report/report.h"

static const char keys[] =
    "[experiment]\nname = x\nseed = 1\n[link]\nlatency = 50us\n"
    "[process a]\nnode = 0\n";

static Manifest *make_manifest(void)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("kernel", 6);
    g_autoptr(GPtrArray) none = ramdisk_files_new();
    g_autoptr(Ramdisk) ramdisk = ramdisk_new_of(bytes, none, none);
    const RamdiskFile file = { .path = (char *)"/bin/a",
                               .source = (char *)"/src/a", .bytes = 4 };
    const ManifestConfig config = {
        .experiment = "/x.ini", .resolved = keys, .kernel = "/kernel",
        .emulator = "/proc/self/exe", .kernel_bytes = bytes,
        .ramdisk = ramdisk,
    };
    GError *error = NULL;

    ramdisk_files_add(ramdisk->programs, &file);
    Manifest *manifest = manifest_gather(&config, &error);
    ck_assert_no_error(error);
    return manifest;
}

static IniFile *parse(const char *text)
{
    GError *error = NULL;
    IniFile *ini = ini_file_parse("x.ini", text, strlen(text), &error);

    ck_assert_no_error(error);
    return ini;
}

static void fill_result(Result *result, Ledger *ledger)
{
    ResultMigration *migration = result_add_migration(
        result, g_steal_pointer(&ledger->migrations->pdata[0]));
    ResultProcess *process = result_add_process(result);
    ResultNode *node = result_add_node(result);

    migration->id = 1;
    migration->process = g_strdup("a");
    migration->algorithm = g_strdup("freeze-free");
    process->name = g_strdup("a");
    process->facts = ledger->processes[0];
    node->instructions = 5;
    result->name = g_strdup("x");
    result->end = g_strdup("quiet");
    result->virtual_ns = 1000;
    g_array_append_vals(result->links, ledger->links->data,
                        ledger->links->len);
    result_compute_digest(result, result->digest);
}

/* A run as if it had been read from a directory. */
static RunRecord *make_record(Synthetic *synthetic)
{
    RunRecord *record = g_new0(RunRecord, 1);
    g_autoptr(Ledger) ledger = compute_good(synthetic);

    record->path = g_strdup("run");
    record->manifest = make_manifest();
    record->experiment = parse(keys);
    record->trace = synthetic_open(synthetic);
    record->result = result_new();
    fill_result(record->result, ledger);
    return record;
}

static RunRecord *make_good_record(void)
{
    g_autoptr(Synthetic) synthetic = make_run();

    return make_record(synthetic);
}

static const DiffPart *only_part(const Diff *diff, DiffSection section)
{
    for (DiffSection i = 0; i < DIFF_SECTIONS; i++) {
        ck_assert_uint_eq(diff->parts[i]->len, i == section ? 1 : 0);
    }
    return diff->parts[section]->pdata[0];
}

static void check_text(const DiffPart *part, unsigned index, const char *name,
                       const char *a, const char *b)
{
    const DiffText *text = part->texts->pdata[index];

    ck_assert_str_eq(text->name, name);
    ck_assert_pstr_eq(text->values[0], a);
    ck_assert_pstr_eq(text->values[1], b);
}

START_TEST(the_same_is_empty)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();
    g_autoptr(Diff) diff = diff_runs(a, b);
    g_autofree char *json = report_diff_json(diff);
    g_autoptr(GString) text = g_string_new(NULL);

    ck_assert(diff_is_empty(diff));
    report_diff(diff, text);
    ck_assert(g_str_has_prefix(text->str, "run and run are the same: digest "));
    ck_assert_ptr_nonnull(strstr(json, "\"equal\" : true"));
    ck_assert_ptr_nonnull(strstr(json, "\"trace\" : null"));
}
END_TEST

START_TEST(configuration_is_compared_key_by_key)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();

    ini_file_free(b->experiment);
    b->experiment = parse("[experiment]\nname = x\nmore = 2\n[link]\n"
                          "latency = 60us\n[process b]\nnode = 0\n");
    g_autoptr(Diff) diff = diff_runs(a, b);
    const GPtrArray *parts = diff->parts[DIFF_CONFIGURATION];
    static const char *const names[] = {
        "[experiment]", "[link]", "[process a]", "[process b]",
    };
    ck_assert_uint_eq(parts->len, 4);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_str_eq(((const DiffPart *)parts->pdata[i])->name, names[i]);
    }
    check_text(parts->pdata[0], 0, "seed", "1", NULL);
    check_text(parts->pdata[0], 1, "more", NULL, "2");
    check_text(parts->pdata[1], 0, "latency", "50us", "60us");
    check_text(parts->pdata[2], 0, "node", "0", NULL);
    check_text(parts->pdata[3], 0, "node", NULL, "0");
    ck_assert(!diff_is_empty(diff));
}
END_TEST

START_TEST(ingredients_are_compared_by_contents)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();
    RamdiskFile *file = b->manifest->programs->pdata[0];

    /* The same file elsewhere is the same. */
    g_free(b->manifest->parts[MANIFEST_KERNEL].path);
    b->manifest->parts[MANIFEST_KERNEL].path = g_strdup("/elsewhere");
    g_autoptr(Diff) same = diff_runs(a, b);
    ck_assert(diff_is_empty(same));

    memset(b->manifest->parts[MANIFEST_RAMDISK].sha256, 'e', 64);
    memset(file->sha256, 'f', 64);
    g_autoptr(Diff) diff = diff_runs(a, b);
    const DiffPart *part = only_part(diff, DIFF_INGREDIENTS);
    ck_assert_str_eq(part->name, "ramdisk");
    ck_assert_uint_eq(part->texts->len, 2);
    check_text(part, 1, "/bin/a", "", file->sha256);
}
END_TEST

START_TEST(results_are_compared)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();
    ResultProcess *process = b->result->processes->pdata[0];
    ResultNode *node = b->result->nodes->pdata[0];

    b->result->virtual_ns = 1100;
    process->facts.wait_status = 9;
    node->facts = (LedgerNode) { NODE_CRASHED, 77 };
    g_autoptr(Diff) diff = diff_runs(a, b);
    const GPtrArray *parts = diff->parts[DIFF_RESULTS];
    ck_assert_uint_eq(parts->len, 3);
    const DiffPart *run = parts->pdata[0];
    const DiffNumber *time = run->numbers->pdata[0];
    ck_assert_str_eq(time->name, "virtual_ns");
    double percent;
    ck_assert(report_diff_percent(time, &percent));
    ck_assert_double_eq(percent, 10.0);
    check_text(parts->pdata[1], 0, "end", "exit status 3 on node 1",
               "signal 9 on node 1");
    check_text(parts->pdata[2], 0, "state", "up", "crashed");
    const DiffPart *crashed = parts->pdata[2];
    const DiffNumber *when = crashed->numbers->pdata[0];
    ck_assert(!when->known[0] && when->known[1] && when->values[1] == 77);
    ck_assert(!report_diff_percent(when, &percent));
}
END_TEST

START_TEST(migrations_are_compared_by_phase)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();
    ResultMigration *migration = b->result->migrations->pdata[0];

    migration->ledger->phases[PHASE_WIRE].duration_ns += 500;
    migration->ledger->lost_messages = 2;
    migration->ledger->traffic[TRAFFIC_PUSHED].wire_bytes += 1;
    g_array_set_size(migration->ledger->faults, 1);
    g_autoptr(Diff) diff = diff_runs(a, b);
    const DiffPart *part = only_part(diff, DIFF_MIGRATIONS);
    static const char *const names[] = {
        "lost_messages", "wire_ns", "pushed_wire_bytes", "total_wire_bytes",
        "faults", "stall_total_ns", "stall_mean_ns", "stall_min_ns",
        "stall_median_ns", "fault_trap_ns", "fault_await_ns",
        "fault_install_ns",
    };
    ck_assert_str_eq(part->name, "migration 1 of 'a'");
    ck_assert_uint_eq(part->texts->len, 0);
    ck_assert_uint_eq(part->numbers->len, G_N_ELEMENTS(names));
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        const DiffNumber *number = part->numbers->pdata[i];
        ck_assert_str_eq(number->name, names[i]);
    }
    const DiffNumber *wire = part->numbers->pdata[1];
    ck_assert_uint_eq(wire->values[1] - wire->values[0], 500);
    ck_assert_int_eq(wire->unit, DIFF_NS);
}
END_TEST

START_TEST(a_migration_of_one_run_alone_is_told)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();

    ((ResultMigration *)b->result->migrations->pdata[0])->id = 2;
    g_autoptr(Diff) diff = diff_runs(a, b);
    const GPtrArray *parts = diff->parts[DIFF_MIGRATIONS];
    ck_assert_uint_eq(parts->len, 2);
    check_text(parts->pdata[0], 0, "outcome",
               "done from 0 to 1 by freeze-free", NULL);
    check_text(parts->pdata[1], 0, "outcome", NULL,
               "done from 0 to 1 by freeze-free");
}
END_TEST

START_TEST(links_are_compared)
{
    g_autoptr(RunRecord) a = make_good_record();
    g_autoptr(RunRecord) b = make_good_record();

    g_array_index(b->result->links, LedgerLink, 1).counts[LINK_LOST] = 3;
    g_autoptr(Diff) diff = diff_runs(a, b);
    const DiffPart *part = only_part(diff, DIFF_LINKS);
    ck_assert_str_eq(part->name, "link 1 -> 0");
    ck_assert_uint_eq(part->numbers->len, 1);
    ck_assert_str_eq(((DiffNumber *)part->numbers->pdata[0])->name, "lost");
}
END_TEST

/* -- where traces part -- */

/* Of a good run and one that differs in the first record of a kind. */
static void expect_phase(uint16_t type, int mark, const char *phase)
{
    g_autoptr(Synthetic) changed = make_run();
    g_autoptr(RunRecord) a = make_good_record();

    synthetic_find(changed, type, mark)->arg[1] ^= 0x40;
    g_autoptr(RunRecord) b = make_good_record();
    trace_file_close(b->trace);
    b->trace = synthetic_open(changed);
    g_autoptr(Diff) diff = diff_runs(a, b);
    ck_assert_ptr_nonnull(diff->trace);
    ck_assert_pstr_eq(diff->trace->phase, phase);
    ck_assert_str_eq(diff->trace->migration, "migration 1 of 'a'");
    ck_assert_ptr_nonnull(diff->trace->records[0]);
    ck_assert_uint_eq(diff->trace->records[0]->seq,
                      diff->trace->records[1]->seq);
}

START_TEST(the_phase_is_found)
{
    expect_phase(MB_TRACE_PHASE, MB_MARK_FROZEN, "select");
    expect_phase(MB_TRACE_PHASE, MB_MARK_SELECTED, "capture");
    expect_phase(MB_TRACE_PHASE, MB_MARK_SENT, "transmit");
    expect_phase(MB_TRACE_PHASE, MB_MARK_RECEIVED, "install");
    expect_phase(MB_TRACE_PHASE, MB_MARK_INSTALLED, "resume");
    expect_phase(MB_TRACE_PHASE, MB_MARK_RESUMED, "after it resumed");
}
END_TEST

/* The earlier record is what one run did and the other did later: beside it
 * stands the record of the same node and number. */
START_TEST(a_later_record_is_found_again)
{
    g_autoptr(Synthetic) late = make_run();
    g_autoptr(RunRecord) a = make_good_record();
    struct mb_trace_record *record =
        synthetic_find(late, MB_TRACE_FAULT, MB_FAULT_TAKEN);
    uint64_t time_ns = record->time_ns;
    uint32_t seq = record->seq;

    /* Behind the node's next one. */
    record->time_ns += 900;
    g_autoptr(RunRecord) b = make_record(late);
    g_autoptr(Diff) diff = diff_runs(a, b);
    const DiffTrace *trace = diff->trace;
    ck_assert_uint_eq(trace->node, 0);
    ck_assert_uint_eq(trace->time_ns, time_ns);
    ck_assert_uint_eq(trace->instret, trace->records[0]->instret);
    ck_assert_uint_eq(trace->records[0]->time_ns, time_ns);
    ck_assert_uint_eq(trace->records[1]->time_ns, time_ns + 900);
    ck_assert_uint_eq(trace->records[1]->seq, seq);
    ck_assert_str_eq(trace->phase, "after it resumed");
    /* The other way round the other run is the earlier one. */
    g_autoptr(Diff) back = diff_runs(b, a);
    ck_assert_uint_eq(back->trace->time_ns, time_ns);
    ck_assert_uint_eq(back->trace->records[0]->time_ns, time_ns + 900);
}
END_TEST

START_TEST(a_trace_that_ends_early_is_told)
{
    g_autoptr(Synthetic) more = make_run();
    g_autoptr(RunRecord) a = make_good_record();

    synthetic_add(more, 0, MB_TRACE_NOSYS, START_NS + 900000, 1, 0, 0, 0);
    g_autoptr(RunRecord) b = make_record(more);
    g_autoptr(Diff) diff = diff_runs(a, b);
    const DiffTrace *trace = diff->trace;
    ck_assert_uint_eq(trace->index, a->trace->record_count);
    ck_assert_ptr_null(trace->records[0]);
    ck_assert_uint_eq(trace->records[1]->type, MB_TRACE_NOSYS);
    g_autoptr(GString) text = g_string_new(NULL);
    report_verify(diff, text);
    ck_assert_ptr_nonnull(strstr(text->str, "recorded: no such record\n"));
    ck_assert_ptr_nonnull(strstr(text->str, "now: at 5900000ns, instruction "
                                 "2950000: NOSYS system call 0x1, pc 0x0, "
                                 "process 1, epoch 1\n"));
}
END_TEST

START_TEST(a_manifest_is_read_back)
{
    g_autoptr(Manifest) manifest = make_manifest();
    g_autofree char *text = manifest_to_json(manifest);
    GError *error = NULL;
    g_autoptr(Manifest) read = manifest_from_json(text, &error);

    ck_assert_no_error(error);
    g_autofree char *again = manifest_to_json(read);
    ck_assert_str_eq(text, again);
    ck_assert_ptr_nonnull(strstr(text, "\"schema\" : \"godwit-manifest-2\""));
    ck_assert_ptr_null(manifest_from_json("{ \"schema\" : \"x\" }", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "'schema' is not");
    ck_assert_ptr_null(manifest_from_json("[]", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "not a JSON object");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_same_is_empty, configuration_is_compared_key_by_key,
        ingredients_are_compared_by_contents, results_are_compared,
        migrations_are_compared_by_phase,
        a_migration_of_one_run_alone_is_told, links_are_compared,
        the_phase_is_found, a_later_record_is_found_again,
        a_trace_that_ends_early_is_told, a_manifest_is_read_back,
    };

    return suite_run("diff", tests, G_N_ELEMENTS(tests));
}
