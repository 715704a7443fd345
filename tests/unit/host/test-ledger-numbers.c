/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ledger-fields.c and its kin: the numbers of a migration, in our terms and
 * in those of others, are those of the golden file, by name, order and value;
 * distributions; what comes after the resume.
 *
 * A number that is new or has changed belongs into ledger.golden, and its
 * definition into docs/specs/result.md: GODWIT_GOLDEN_WRITE=1 writes the file.
 */
#include "lib/ledger-definitions.h"
#include "lib/ledger-fields.h"

#include "ledger-fixture.h"

static void append_number(const char *name, LedgerUnit unit, uint64_t value,
                          void *data)
{
    GString *text = data;

    g_string_append_printf(text, "%s ", name);
    if (value == LEDGER_UNKNOWN) {
        g_string_append(text, "null\n");
    } else {
        g_string_append_printf(text, "%" G_GINT64_FORMAT "\n",
                               (int64_t)value);
    }
}

START_TEST(numbers_are_those_of_the_golden_file)
{
    const char *path = g_getenv("GODWIT_GOLDEN");
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *golden = NULL;

    ledger_visit(ledger->migrations->pdata[0], append_number, text);
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        const LedgerDefinition *definition = &ledger_definitions[i];
        g_autofree char *name = g_strdup_printf("%s: %s", definition->system,
                                                definition->name);
        append_number(name, definition->unit, ledger_definition_get(
            definition, ledger->migrations->pdata[0]), text);
    }
    if (g_getenv("GODWIT_GOLDEN_WRITE") != NULL) {
        ck_assert(g_file_set_contents(path, text->str, -1, NULL));
    }
    ck_assert(g_file_get_contents(path, &golden, NULL, NULL));
    g_auto(GStrv) expected = g_strsplit(golden, "\n", -1);
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (size_t i = 0; lines[i] != NULL && expected[i] != NULL; i++) {
        ck_assert_str_eq(lines[i], expected[i]);
    }
    ck_assert_uint_eq(g_strv_length(lines), g_strv_length(expected));
}
END_TEST

static void check_name(const char *name, LedgerUnit unit, uint64_t value,
                       void *data)
{
    GHashTable *names = data;

    ck_assert_msg(g_hash_table_add(names, g_strdup(name)), "'%s' twice", name);
    ck_assert_int_eq(unit == LEDGER_NS, g_str_has_suffix(name, "_ns"));
    ck_assert_int_eq(unit == LEDGER_BYTES, g_str_has_suffix(name, "_bytes"));
}

/* By its name one can tell the unit. */
START_TEST(names_are_unique_and_end_in_their_unit)
{
    g_autoptr(GHashTable) names =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    LedgerMigration *blank = ledger_migration_new();

    ledger_visit(blank, check_name, names);
    ledger_migration_free(blank);
}
END_TEST

START_TEST(a_migration_that_was_not_done_has_no_definitions)
{
    LedgerMigration *blank = ledger_migration_new();

    blank->outcome = OUTCOME_ABORTED;
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        ck_assert_uint_eq(ledger_definition_get(&ledger_definitions[i], blank),
                          LEDGER_UNKNOWN);
    }
    ledger_migration_free(blank);
}
END_TEST

/* Whoever at the source answers. */
START_TEST(what_the_device_serves_is_a_network_fault_too)
{
    LedgerMigration *migration = ledger_migration_new();
    unsigned i = 0;

    migration->outcome = OUTCOME_DONE;
    migration->fault_counts[FAULT_DEMANDED] = 2;
    migration->fault_counts[FAULT_DEVICE] = 3;
    migration->fault_counts[FAULT_AWAITED] = 100;
    while (strcmp(ledger_definitions[i].name, "network faults") != 0) {
        i++;
    }
    ck_assert_uint_eq(ledger_definition_get(&ledger_definitions[i], migration),
                      5);
    ledger_migration_free(migration);
}
END_TEST

/* A system that comes twice would be two members of one object. */
START_TEST(definitions_of_a_system_stand_together)
{
    for (unsigned i = 0; i < ledger_definition_count; i++) {
        for (unsigned k = i + 2; k < ledger_definition_count; k++) {
            const char *system = ledger_definitions[i].system;
            ck_assert(strcmp(system, ledger_definitions[k].system) != 0 ||
                      strcmp(system, ledger_definitions[k - 1].system) == 0);
        }
    }
}
END_TEST

START_TEST(percentiles_are_values_that_occur)
{
    uint64_t values[100];

    for (unsigned count = 1; count <= 100; count++) {
        for (unsigned i = 0; i < count; i++) {
            values[i] = (uint64_t)((i * 37) % count + 1) * 10;
        }
        /* 37 has no divisor in common with these: all of 10 to count * 10. */
        if (count % 37 == 0) {
            continue;
        }
        LedgerStatistics s = ledger_statistics(values, count);
        ck_assert_uint_eq(s.total, 5u * count * (count + 1));
        ck_assert_uint_eq(s.mean, s.total / count);
        ck_assert_uint_eq(s.min, 10);
        ck_assert_uint_eq(s.median, (count + 1) / 2 * 10);
        ck_assert_uint_eq(s.p90, (count * 9 + 9) / 10 * 10);
        ck_assert_uint_eq(s.p99, (count * 99 + 99) / 100 * 10);
        ck_assert_uint_eq(s.max, count * 10);
    }
}
END_TEST

START_TEST(of_nothing_nothing_is_known)
{
    LedgerStatistics s = ledger_statistics(NULL, 0);

    ck_assert_uint_eq(s.total, 0);
    ck_assert_uint_eq(s.min, LEDGER_UNKNOWN);
    ck_assert_uint_eq(s.median, LEDGER_UNKNOWN);
    ck_assert_uint_eq(s.max, LEDGER_UNKNOWN);
}
END_TEST

START_TEST(buckets_double)
{
    static const struct {
        uint64_t stall_ns;
        unsigned bucket;
    } cases[] = {
        { 0, 0 }, { 999, 0 }, { 1000, 0 }, { 1999, 0 }, { 2000, 1 },
        { 3999, 1 }, { 4000, 2 }, { 135600, 7 },
        { UINT64_C(8388608000) - 1, 22 }, { UINT64_C(8388608000), 23 },
        { UINT64_C(16777216000), 23 }, { UINT64_MAX, 23 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        LedgerMigration *migration = ledger_migration_new();
        const LedgerFault fault = { .stall_ns = cases[i].stall_ns };
        uint64_t buckets[LEDGER_BUCKETS];
        g_array_append_val(migration->faults, fault);
        ledger_fault_buckets(migration, buckets);
        for (unsigned k = 0; k < LEDGER_BUCKETS; k++) {
            ck_assert_uint_eq(buckets[k], k == cases[i].bucket);
        }
        ledger_migration_free(migration);
    }
}
END_TEST

/* Every message is of one kind, whatever it says of itself. */
START_TEST(kinds_of_traffic_sum_to_what_was_sent)
{
    g_autoptr(Synthetic) synthetic = make_run();
    uint64_t number = 100;

    for (uint32_t type = 0; type < 2 * MB_MSG_TYPES; type++) {
        for (uint32_t flags = 0; flags < 512; flags += 17) {
            synthetic_message(synthetic, MB_TRACE_TX_START, 0,
                              START_NS + 300000 + number, number,
                              synthetic_what(type, flags, 10), 0, 0);
            number++;
        }
    }
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_int_eq(m->residue_bytes, 0);
    ck_assert_uint_eq(ledger_traffic_total(m).messages, number - 100 + 8);
    ck_assert_uint_gt(m->traffic[TRAFFIC_RESENT].messages, 0);
    ck_assert_uint_gt(m->traffic[TRAFFIC_RESENT_BACK].messages, 0);
}
END_TEST

/* Two of four pages come before the resume; see synthetic.c for the times. */
START_TEST(a_residual_dependency_is_a_step_for_each_page)
{
    static const LedgerResidualStep expected[] = {
        { 0, 4 }, { 95000, 3 }, { SYNTHETIC_RX, 2 }, { 245510, 1 },
        { 279510, 0 },
    };
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    g_autoptr(TraceFile) trace = synthetic_open(synthetic);
    g_autoptr(GArray) steps = ledger_residual_steps(trace, 1, 1);
    g_autoptr(GArray) none = ledger_residual_steps(trace, 1, 2);

    ck_assert_uint_eq(none->len, 0);
    ck_assert_uint_eq(steps->len, G_N_ELEMENTS(expected));
    for (unsigned i = 0; i < steps->len; i++) {
        const LedgerResidualStep *step = &g_array_index(
            steps, LedgerResidualStep, i);
        ck_assert_uint_eq(step->time_ns, START_NS + expected[i].time_ns);
        ck_assert_uint_eq(step->pages, expected[i].pages);
    }
    ck_assert_uint_eq(m->residual.frozen_pages, 4);
    ck_assert_uint_eq(m->residual.resumed_pages, 2);
    ck_assert_uint_eq(m->residual.stay.total, 95000 + SYNTHETIC_RX + 245510 +
                      279510);
    ck_assert_uint_eq(m->residual.stay.median, SYNTHETIC_RX);
    ck_assert_uint_eq(m->residual.stay.max, 279510);
}
END_TEST

/* The first page is lost and comes later, one is sent again in vain, one comes
 * twice: there are still four. */
START_TEST(a_page_that_is_sent_again_leaves_once)
{
    uint64_t pushed = synthetic_what(MB_MSG_PAGE, MB_MSG_PUSHED, 4096);
    uint64_t again = synthetic_what(MB_MSG_PAGE, MB_MSG_PUSHED | MB_MSG_AGAIN,
                                    4096);
    g_autoptr(Synthetic) synthetic = make_run();

    for (unsigned i = 0; i < synthetic->records->len; i++) {
        struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        if (record->type == MB_TRACE_RX && record->arg[0] == pushed) {
            record->type = MB_TRACE_DROPPED;
            record->arg[3] |= (uint64_t)MB_LOST_CORRUPT << 48;
        }
    }
    synthetic_message(synthetic, MB_TRACE_RX, 0, START_NS + 280000, 50, again,
                      0, 0);
    synthetic_message(synthetic, MB_TRACE_RX, 0, START_NS + 280001, 50, again,
                      0, 1);
    synthetic_message(synthetic, MB_TRACE_RX, 0, START_NS + 280002, 51, again,
                      0, 0);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_uint_eq(m->residual.frozen_pages, 4);
    ck_assert_uint_eq(m->residual.stay.max, 280000);
}
END_TEST

START_TEST(the_time_after_the_resume_sums_up)
{
    g_autoptr(Synthetic) synthetic = make_run();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerAfter *after =
        &((LedgerMigration *)ledger->migrations->pdata[0])->after;

    ck_assert_uint_eq(after->settled_ns, SYNTHETIC_SETTLED -
                      SYNTHETIC_RESUMED);
    /* Of 4/3 ns each, rounded down. */
    ck_assert_uint_eq(after->running_ns, 40001);
    ck_assert_uint_eq(after->stalled_ns[FAULT_DEMANDED], 135600);
    ck_assert_uint_eq(after->stalled_ns[FAULT_AWAITED], 40100);
    ck_assert_uint_eq(after->stalled_ns[FAULT_MAP], 0);
    ck_assert_uint_eq(after->other_ns, after->settled_ns - 40001 - 175700);
}
END_TEST

/* Stalls are cut at the end, and what overlaps is counted once; with so much
 * running besides there is no sum. */
START_TEST(stalls_of_several_threads_overlap)
{
    g_autoptr(Synthetic) synthetic = make_run();

    synthetic_find(synthetic, MB_TRACE_SETTLED, -1)->time_ns =
        START_NS + 260000;
    synthetic_find(synthetic, MB_TRACE_SETTLED, -1)->arg[0] = 12000;
    g_autoptr(Ledger) cut = compute_good(synthetic);
    const LedgerAfter *after =
        &((LedgerMigration *)cut->migrations->pdata[0])->after;
    ck_assert_uint_eq(after->stalled_ns[FAULT_AWAITED], 10000);
    ck_assert_uint_eq(after->other_ns, LEDGER_UNKNOWN);
    /* The second fault begins and waits within the first one. */
    for (unsigned i = 0; i < synthetic->records->len; i++) {
        struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        if (record->type == MB_TRACE_FAULT && record->arg[3] == 0x12) {
            record->time_ns -= 100000;
        }
    }
    g_autoptr(Ledger) within = compute_good(synthetic);
    after = &((LedgerMigration *)within->migrations->pdata[0])->after;
    ck_assert_uint_eq(after->stalled_ns[FAULT_DEMANDED], 135600);
    ck_assert_uint_eq(after->stalled_ns[FAULT_AWAITED], 0);
}
END_TEST

START_TEST(what_waits_for_the_map_says_so)
{
    g_autoptr(Synthetic) synthetic = make_run();

    for (unsigned i = 0; i < synthetic->records->len; i++) {
        struct mb_trace_record *record =
            &g_array_index(synthetic->records, struct mb_trace_record, i);
        if (record->type == MB_TRACE_FAULT && record->arg[3] == 0x12 &&
            record->arg[1] == MB_FAULT_REQUESTED) {
            record->arg[1] |= MB_FAULT_AWAITS_MAP;
        }
    }
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    ck_assert_uint_eq(m->fault_counts[FAULT_DEMANDED], 1);
    ck_assert_uint_eq(m->fault_counts[FAULT_AWAITED], 0);
    ck_assert_uint_eq(m->fault_counts[FAULT_MAP], 1);
    ck_assert_uint_eq(m->after.stalled_ns[FAULT_MAP], 40100);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        numbers_are_those_of_the_golden_file,
        names_are_unique_and_end_in_their_unit,
        a_migration_that_was_not_done_has_no_definitions,
        definitions_of_a_system_stand_together,
        what_the_device_serves_is_a_network_fault_too,
        percentiles_are_values_that_occur, of_nothing_nothing_is_known,
        a_residual_dependency_is_a_step_for_each_page,
        a_page_that_is_sent_again_leaves_once,
        the_time_after_the_resume_sums_up, stalls_of_several_threads_overlap,
        what_waits_for_the_map_says_so, buckets_double,
        kinds_of_traffic_sum_to_what_was_sent,
    };

    return suite_run("ledger-numbers", tests, G_N_ELEMENTS(tests));
}
