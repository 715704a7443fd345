/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipc/peer.c: who is given up, when, and that nothing ticks for nobody.
 */
#include "ipc/peer.h"

#include "proc/timer.h"
#include "suite.h"

#define S   1000000000ull

static volatile uint64_t now_ns;
static uint64_t deadline_ns;
static unsigned lost_count;
static uint32_t lost_node;
static uint64_t lost_ns;

static void set_deadline(uint64_t ns)
{
    deadline_ns = ns;
}

static void lost(uint32_t node)
{
    lost_count++;
    lost_node = node;
    lost_ns = now_ns;
    peer_settle(node);
}

static void start(void)
{
    timer_set_hardware(&now_ns, set_deadline);
    peer_init(lost);
}

/* Until then; what is armed expires. */
static void pass(uint64_t until_ns)
{
    while (deadline_ns <= until_ns) {
        now_ns = deadline_ns;
        timer_interrupt();
    }
    now_ns = until_ns;
}

START_TEST(nothing_expected_nothing_armed)
{
    start();
    ck_assert_uint_eq(deadline_ns, UINT64_MAX);
    peer_expect(3);
    ck_assert_uint_ne(deadline_ns, UINT64_MAX);
    peer_expect(4);
    peer_settle(3);
    ck_assert_uint_ne(deadline_ns, UINT64_MAX);
    peer_settle(4);
    ck_assert_uint_eq(deadline_ns, UINT64_MAX);
    pass(100 * S);
    ck_assert_uint_eq(lost_count, 0);
}
END_TEST

START_TEST(silence_is_the_end)
{
    start();
    peer_expect(255);
    pass(5 * S + 1);
    peer_heard(255);
    pass(100 * S);
    ck_assert_uint_eq(lost_count, 1);
    ck_assert_uint_eq(lost_node, 255);
    ck_assert_uint_ge(lost_ns, 5 * S + PEER_SILENCE_S * S);
    ck_assert_uint_le(lost_ns, 5 * S + (PEER_SILENCE_S + 2) * S);
    ck_assert(peer_is_lost(255));
    ck_assert_uint_eq(deadline_ns, UINT64_MAX);
}
END_TEST

START_TEST(any_message_is_a_sign_of_life)
{
    start();
    peer_expect(7);
    for (uint64_t t = 0; t < 100; t++) {
        pass(t * (PEER_SILENCE_S - 1) * S);
        peer_heard(7);
    }
    ck_assert_uint_eq(lost_count, 0);
}
END_TEST

/* What was heard, or not heard, before counts for nothing. */
START_TEST(waiting_begins_with_the_expectation)
{
    start();
    peer_expect(7);
    pass((PEER_SILENCE_S - 1) * S);
    peer_settle(7);
    peer_expect(7);
    pass(2 * (PEER_SILENCE_S - 1) * S);
    ck_assert_uint_eq(lost_count, 0);
}
END_TEST

START_TEST(others_are_not_lost_with_it)
{
    start();
    peer_expect(1);
    peer_expect(2);
    for (uint64_t t = 0; t < 30; t++) {
        pass(t * S);
        peer_heard(2);
    }
    ck_assert_uint_eq(lost_count, 1);
    ck_assert_uint_eq(lost_node, 1);
    ck_assert(!peer_is_lost(2));
    ck_assert_uint_ne(deadline_ns, UINT64_MAX);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        nothing_expected_nothing_armed, silence_is_the_end,
        any_message_is_a_sign_of_life, waiting_begins_with_the_expectation,
        others_are_not_lost_with_it,
    };

    return suite_run("peer", tests, SUITE_COUNT(tests));
}
