/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ledger-freeze.c: messages that a move has put off.
 */
#include "ledger-fixture.h"

#define PORT        UINT64_C(0x100000001)
#define SENDER      UINT64_C(0x200000007)
#define RESUMED_NS  (START_NS + SYNTHETIC_RESUMED)
#define HOME_NS     (RESUMED_NS + 70000)

static void add(Synthetic *synthetic, uint32_t node, uint64_t time_ns,
                uint64_t number, enum mb_message_mark mark)
{
    synthetic_add(synthetic, node, MB_TRACE_MESSAGE, time_ns, PORT,
                  mark == MB_MESSAGE_HOME ? 0 : SENDER, number, mark);
}

static Synthetic *make_messages(void)
{
    Synthetic *synthetic = make_run();

    add(synthetic, 1, HOME_NS - 5, 0, MB_MESSAGE_HOME);
    add(synthetic, 1, HOME_NS, 0, MB_MESSAGE_HOME);
    /* in the queue; read */
    add(synthetic, 0, START_NS - 700, 1, MB_MESSAGE_ACCEPTED);
    add(synthetic, 1, HOME_NS + 10, 1, MB_MESSAGE_READABLE);
    add(synthetic, 1, HOME_NS + 40, 1, MB_MESSAGE_READ);
    /* came to a process that ran nowhere; not read */
    add(synthetic, 0, START_NS + 50, 2, MB_MESSAGE_ACCEPTED);
    add(synthetic, 1, HOME_NS + 20, 2, MB_MESSAGE_READABLE);
    /* sent on; never in the queue */
    add(synthetic, 0, RESUMED_NS + 30, 3, MB_MESSAGE_SENT_ON);
    /* came before its turn */
    add(synthetic, 1, HOME_NS + 100, 4, MB_MESSAGE_ACCEPTED);
    add(synthetic, 1, HOME_NS + 130, 4, MB_MESSAGE_READABLE);
    add(synthetic, 1, HOME_NS + 131, 4, MB_MESSAGE_READ);
    return synthetic;
}

START_TEST(is_from_acceptance_to_what_kept_it)
{
    g_autoptr(Synthetic) synthetic = make_messages();
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];
    const LedgerFreeze *freeze = &m->freeze;

    ck_assert_int_eq(m->outcome, OUTCOME_DONE);
    ck_assert_uint_eq(freeze->ports, 2);
    ck_assert_uint_eq(freeze->home_ns, HOME_NS - START_NS);
    ck_assert_uint_eq(freeze->refused, 0);
    ck_assert_uint_eq(freeze->refusal_ns, 0);
    ck_assert_uint_eq(freeze->queued, 1);
    ck_assert_uint_eq(freeze->accepted, 3);
    ck_assert_uint_eq(freeze->sent_on, 1);
    ck_assert_uint_eq(freeze->delayed, 3);
    ck_assert_uint_eq(freeze->delay.max, HOME_NS + 10 - START_NS);
    ck_assert_uint_eq(freeze->delay.median, HOME_NS + 20 - START_NS - 50);
    ck_assert_uint_eq(freeze->delay.min, 30);
    ck_assert_uint_eq(freeze->read, 2);
    ck_assert_uint_eq(freeze->wait.max, HOME_NS + 40 - START_NS + 700);
    ck_assert_uint_eq(freeze->wait.min, 31);
}
END_TEST

/* A port that is there early waits for its process. */
START_TEST(lasts_until_the_resume_at_least)
{
    g_autoptr(Synthetic) synthetic = make_run();

    add(synthetic, 0, START_NS + 1, 1, MB_MESSAGE_ACCEPTED);
    add(synthetic, 1, RESUMED_NS - 1, 1, MB_MESSAGE_READABLE);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];

    ck_assert_uint_eq(m->freeze.delay.max, SYNTHETIC_RESUMED - 1);
    ck_assert(m->freeze.home_ns == LEDGER_UNKNOWN);
}
END_TEST

START_TEST(the_longest_refusal_counts)
{
    g_autoptr(Synthetic) synthetic = make_messages();

    add(synthetic, 1, HOME_NS + 300, HOME_NS + 200, MB_MESSAGE_REFUSED);
    add(synthetic, 1, HOME_NS + 310, HOME_NS + 290, MB_MESSAGE_REFUSED);
    g_autoptr(Ledger) ledger = compute_good(synthetic);
    const LedgerMigration *m = ledger->migrations->pdata[0];

    ck_assert_uint_eq(m->freeze.refused, 2);
    ck_assert_uint_eq(m->freeze.refusal_ns, 100);
}
END_TEST

START_TEST(refuses_contradictions)
{
    static const struct {
        uint64_t time_ns;
        uint64_t number;
        enum mb_message_mark mark;
        const char *message;
    } bad[] = {
        { HOME_NS + 50, 9, MB_MESSAGE_READABLE, "before it was accepted" },
        { HOME_NS + 15, 2, MB_MESSAGE_READ, "before it could be" },
        { HOME_NS + 90, 1, MB_MESSAGE_READ, "mark twice" },
        { HOME_NS + 90, HOME_NS + 91, MB_MESSAGE_REFUSED, "was refused" },
        { HOME_NS, 1, MB_MESSAGE_MARKS, "unknown mark" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(Synthetic) synthetic = make_messages();
        g_autoptr(GError) error = NULL;

        add(synthetic, 1, bad[i].time_ns, bad[i].number, bad[i].mark);
        ck_assert_ptr_null(synthetic_ledger(synthetic, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, bad[i].message);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        is_from_acceptance_to_what_kept_it, lasts_until_the_resume_at_least,
        the_longest_refusal_counts, refuses_contradictions,
    };

    return suite_run("ledger-freeze", tests, G_N_ELEMENTS(tests));
}
