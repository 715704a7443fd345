/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels: whatever the link does, messages arrive once and in order, nothing
 * is kept for ever, and in the end all is quiet.
 */
#include "channel_link.h"

#include "suite.h"

#define SEEDS           2000u
#define MESSAGES        160u    /* of each end */
#define END_NS          100000000000u
#define SMALL_MOVE      24u     /* messages in all */

static void start(uint64_t number, unsigned messages)
{
    link_reset(number);
    for (unsigned i = 0; i < 2; i++) {
        struct channel *c = &ends[i].channel;

        channel_init(c, 1 - i, &link_ops);
        if (number % 2 == 1) {      /* numbers wrap on the way */
            c->first = c->next = c->expected = c->recovered = UINT32_MAX - 40;
        }
        ends[i].to_post = messages;
    }
}

/* All has come, nothing is left, nothing is armed. */
static void check_end(unsigned messages)
{
    suite_check(deadline_ns == UINT64_MAX);
    for (unsigned i = 0; i < 2; i++) {
        const struct end *end = &ends[i];

        suite_check(end->to_post == 0 && !end->awaits && !end->busy);
        suite_check(end->finished == messages && end->unsent == 0);
        suite_check(end->channel.held_count == 0);
        suite_check(end->channel.first == end->channel.next);
        for (unsigned lane = 0; lane < LANES; lane++) {
            suite_check(ends[1 - i].got[lane] == end->posted[lane]);
        }
    }
}

START_TEST(a_sound_link_needs_few_acknowledgements)
{
    start(2, MESSAGES);
    link_run(END_NS);
    check_end(MESSAGES);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(ends[i].sent, MESSAGES + ends[i].acks);
        ck_assert_uint_le(ends[i].acks, MESSAGES / 4);
    }
}
END_TEST

START_TEST(whatever_the_link_does)
{
    unsigned sent = 0;

    for (uint64_t i = 0; i < SEEDS; i++) {
        unsigned most = 5 + i % 26;

        start(i, MESSAGES);
        faults.loss = (unsigned)(suite_random(&seed) % (most + 1));
        faults.doubling = (unsigned)(suite_random(&seed) % (most + 1));
        faults.lateness = (unsigned)(suite_random(&seed) % (most + 1));
        faults.no_memory = (unsigned)(suite_random(&seed) % 5);
        faults.answers = i % 3 == 0 ? 30 : 0;
        link_run(END_NS);
        check_end(MESSAGES);
        /* what is lost, late or doubled is sent again, not all the rest */
        suite_check(ends[0].sent + ends[1].sent < 2 * MESSAGES * 4);
        sent += ends[0].sent + ends[1].sent;
    }
    ck_assert_uint_lt(sent, SEEDS * 2 * MESSAGES * 7 / 5);
}
END_TEST

/* The loss of any message, also of the last one, costs a time-out at most. */
START_TEST(each_message_is_lost_once)
{
    for (unsigned k = 1; k <= SMALL_MOVE; k++) {
        start(4, SMALL_MOVE);
        faults.lost_number = k;
        link_run(END_NS);
        check_end(SMALL_MOVE);
        suite_check(now_ns < SMALL_MOVE * 200000u + RTT_TIMEOUT_FIRST_NS);
    }
}
END_TEST

START_TEST(a_link_that_was_down_goes_on)
{
    for (uint64_t i = 0; i < 50; i++) {
        start(i, MESSAGES);
        faults.down_from_ns = 1 + suite_random(&seed) % 3000000;
        faults.down_until_ns = faults.down_from_ns +
                               suite_random(&seed) % 9000000000u;
        link_run(END_NS);
        check_end(MESSAGES);
        suite_check(now_ns < faults.down_until_ns + 2 * RTT_BACKOFF_MOST_NS);
    }
}
END_TEST

/* Silence for good: while it lasts there are few messages, and when the peer
 * is given up nothing is left. What never left is told apart. */
START_TEST(a_peer_that_is_given_up)
{
    for (uint64_t i = 0; i < 200; i++) {
        unsigned unsent = 0;

        start(i, MESSAGES);
        faults.down_from_ns = suite_random(&seed) % 3000000;
        faults.down_until_ns = UINT64_MAX;
        link_run(10000000000u);
        suite_check(ends[0].sent < MESSAGES * 2 + 60);
        for (unsigned k = 0; k < 2; k++) {
            const struct parcel *parcel = ends[k].channel.waiting;

            suite_check(ends[k].awaits ==
                        (ends[k].channel.first != ends[k].channel.next));
            for (; parcel != NULL; parcel = parcel->next) {
                unsent++;
            }
            channel_abandon(&ends[k].channel);
            ends[k].to_post = 0;
        }
        link_run(END_NS);
        suite_check(deadline_ns == UINT64_MAX);
        suite_check(ends[0].unsent + ends[1].unsent == unsent);
        for (unsigned k = 0; k < 2; k++) {
            suite_check(!ends[k].awaits && ends[k].finished ==
                        ends[k].posted[0] + ends[k].posted[1]);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_sound_link_needs_few_acknowledgements, whatever_the_link_does,
        each_message_is_lost_once, a_link_that_was_down_goes_on,
        a_peer_that_is_given_up,
    };

    return suite_run("channel", tests, SUITE_COUNT(tests));
}
