/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipc/rtt.c: the estimator and its bounds.
 */
#include "ipc/rtt.h"

#include "suite.h"

#define MS  1000000ull

START_TEST(before_the_first_measurement)
{
    struct rtt rtt = { 0 };

    ck_assert_uint_eq(rtt_timeout_ns(&rtt), RTT_TIMEOUT_FIRST_NS);
    ck_assert_uint_eq(rtt_reordering_ns(&rtt), 0);
}
END_TEST

START_TEST(as_in_rfc_6298)
{
    struct rtt rtt = { 0 };

    rtt_measured(&rtt, 80 * MS);
    ck_assert_uint_eq(rtt.smooth_ns, 80 * MS);
    ck_assert_uint_eq(rtt_timeout_ns(&rtt), (80 + 4 * 40) * MS);
    rtt_measured(&rtt, 160 * MS);       /* 3/4 * 40 + 1/4 * 80 = 50 */
    ck_assert_uint_eq(rtt.smooth_ns, 90 * MS);
    ck_assert_uint_eq(rtt_timeout_ns(&rtt), (90 + 4 * 50) * MS);
    ck_assert_uint_eq(rtt.least_ns, 80 * MS);
    ck_assert_uint_eq(rtt.last_ns, 160 * MS);
    ck_assert_uint_eq(rtt_reordering_ns(&rtt), 20 * MS);
}
END_TEST

START_TEST(steady_times_end_at_the_least_time_out)
{
    struct rtt rtt = { 0 };

    for (int i = 0; i < 200; i++) {
        rtt_measured(&rtt, 100000);
    }
    ck_assert_uint_eq(rtt_timeout_ns(&rtt), RTT_TIMEOUT_LEAST_NS);
    rtt_measured(&rtt, 0);              /* never mistaken for "unknown" */
    ck_assert_uint_gt(rtt.smooth_ns, 0);
}
END_TEST

START_TEST(back_off_is_bounded_and_ends)
{
    struct rtt rtt = { 0 };
    uint64_t before_ns = 0;

    rtt_measured(&rtt, 100000);
    for (int i = 0; i < 100; i++) {
        ck_assert_uint_ge(rtt_timeout_ns(&rtt), before_ns);
        before_ns = rtt_timeout_ns(&rtt);
        rtt_back_off(&rtt);
    }
    ck_assert_uint_eq(before_ns, RTT_BACKOFF_MOST_NS);
    rtt_measured(&rtt, 100000);
    ck_assert_uint_lt(rtt_timeout_ns(&rtt), 2 * RTT_TIMEOUT_LEAST_NS);
}
END_TEST

/* A round trip beyond the bound of the back-off is waited for all the same. */
START_TEST(slow_links)
{
    struct rtt rtt = { 0 };

    rtt_measured(&rtt, 2000 * MS);
    rtt_back_off(&rtt);
    ck_assert_uint_ge(rtt_timeout_ns(&rtt), 2000 * MS);
}
END_TEST

START_TEST(a_guess_holds_until_something_is_measured)
{
    struct rtt rtt = { 0 };

    rtt_guess(&rtt, 100 * MS, 1000 * MS);
    ck_assert_uint_eq(rtt_timeout_ns(&rtt), 1000 * MS);
    rtt_guess(&rtt, 1, 2);
    ck_assert_uint_eq(rtt_timeout_ns(&rtt), 1000 * MS);
    rtt_measured(&rtt, 10 * MS);
    ck_assert_uint_eq(rtt.smooth_ns, 10 * MS);
    rtt_guess(&rtt, 100 * MS, 1000 * MS);
    ck_assert_uint_eq(rtt.smooth_ns, 10 * MS);

    rtt = (struct rtt){ 0 };
    rtt_guess(&rtt, 1, 9000 * MS);      /* the link was down, rather */
    ck_assert_uint_eq(rtt_timeout_ns(&rtt), RTT_GUESS_MOST_NS);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        before_the_first_measurement, as_in_rfc_6298,
        steady_times_end_at_the_least_time_out, back_off_is_bounded_and_ends,
        slow_links, a_guess_holds_until_something_is_measured,
    };

    return suite_run("rtt", tests, SUITE_COUNT(tests));
}
