/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ledger*.c: a trace that contradicts itself is refused.
 */
#include "ledger-fixture.h"

/* Changes one mark of a good run and expects an error. */
static void expect_error(uint16_t type, int mark, int64_t shift_ns,
                         uint32_t node, const char *part)
{
    g_autoptr(Synthetic) synthetic = make_run();
    struct mb_trace_record *record = synthetic_find(synthetic, type, mark);
    GError *error = NULL;

    record->time_ns += (uint64_t)shift_ns;
    if (record->node != node) {
        /* One node's records stay numbered without gaps. */
        struct mb_trace_record copy = *record;
        synthetic_remove(synthetic, type, mark);
        copy.node = (uint16_t)node;
        copy.seq = synthetic->seq[node]++;
        g_array_append_val(synthetic->records, copy);
    }
    ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, part);
}

START_TEST(refuses_marks_out_of_order)
{
    expect_error(MB_TRACE_PHASE, MB_MARK_SELECTED, -101, 0, "'selected' at");
    expect_error(MB_TRACE_PHASE, MB_MARK_SELECTED, 201, 0, "'sent' at");
    expect_error(MB_TRACE_PHASE, MB_MARK_INSTALLED, -801, 1, "'installed' at");
    expect_error(MB_TRACE_PHASE, MB_MARK_RESUMED, -51, 1, "'resumed' at");
    expect_error(MB_TRACE_PHASE, MB_MARK_RECEIVED, -201, 1, "'received' at");
    expect_error(MB_TRACE_FAULT, MB_FAULT_RESUMED, -51, 1, "of fault");
}
END_TEST

START_TEST(refuses_instructions_that_run_backwards)
{
    g_autoptr(Synthetic) synthetic = make_run();
    GError *error = NULL;

    synthetic_find(synthetic, MB_TRACE_PHASE, MB_MARK_INSTALLED)->instret = 1;
    ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "'installed' at");
}
END_TEST

START_TEST(refuses_marks_of_another_node)
{
    expect_error(MB_TRACE_PHASE, MB_MARK_RECEIVED, 0, 0, "'received' is of no");
    expect_error(MB_TRACE_PHASE, MB_MARK_SENT, -5, 1, "'sent' is of node 1");
}
END_TEST

START_TEST(refuses_marks_that_come_twice)
{
    g_autoptr(Synthetic) synthetic = make_run();
    GError *error = NULL;

    synthetic_add(synthetic, 1, MB_TRACE_PHASE, START_NS + 300000,
                  MB_MARK_RESUMED, 1, 1, 0);
    ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "'resumed' comes twice");
}
END_TEST

START_TEST(refuses_more_hits_than_pages)
{
    g_autoptr(Synthetic) synthetic = make_run();
    GError *error = NULL;

    synthetic_find(synthetic, MB_TRACE_PREFETCH, -1)->arg[2] = 8;
    ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "8 of 7");
}
END_TEST

START_TEST(refuses_two_copies)
{
    g_autoptr(Synthetic) synthetic = make_run();
    GError *error = NULL;

    synthetic_add(synthetic, 0, MB_TRACE_ABORT, START_NS + 300000, 12, 0, 0,
                  0);
    ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "two copies");
}
END_TEST

START_TEST(refuses_unknown_marks)
{
    g_autoptr(Synthetic) synthetic = make_run();
    GError *error = NULL;

    synthetic_find(synthetic, MB_TRACE_PHASE, MB_MARK_SENT)->arg[0] = MB_MARKS;
    ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "unknown mark 7");
}
END_TEST

START_TEST(refuses_faults_without_their_marks)
{
    static const struct {
        int mark;
        const char *part;
    } marks[] = {
        { MB_FAULT_TRAP, "without its trap" },
        { MB_FAULT_REQUESTED, "no mark 'requested'" },
        { MB_FAULT_RECEIVED, "no mark 'received'" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_autoptr(Synthetic) synthetic = make_run();
        GError *error = NULL;
        synthetic_remove(synthetic, MB_TRACE_FAULT, marks[i].mark);
        ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, marks[i].part);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        refuses_marks_out_of_order, refuses_instructions_that_run_backwards,
        refuses_marks_of_another_node, refuses_marks_that_come_twice,
        refuses_more_hits_than_pages,
        refuses_two_copies, refuses_unknown_marks,
        refuses_faults_without_their_marks,
    };

    return suite_run("ledger-errors", tests, G_N_ELEMENTS(tests));
}
