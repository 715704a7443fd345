/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a peer's answer takes: the estimator of RFC 6298, in virtual time.
 */
#ifndef IPC_RTT_H
#define IPC_RTT_H

#include <stdbool.h>
#include <stdint.h>

/* Before anything is known of the link: more than the round trip of 100 ms
 * each way at 10 Mbit/s. */
#define RTT_TIMEOUT_FIRST_NS    300000000ull
/* Never shorter: the peer may keep an acknowledgement for CHANNEL_ACK_NS. */
#define RTT_TIMEOUT_LEAST_NS    1000000ull
/* Back-off goes no further, unless the round trip itself is longer: a link
 * that was down is found to be back soon, and a message has a score of chances
 * before its receiver is given up. */
#define RTT_BACKOFF_MOST_NS     500000000ull

/* What a guess can be: longer round trips are measured only by luck. */
#define RTT_GUESS_MOST_NS       3000000000ull

struct rtt {
    uint64_t smooth_ns;         /* 0: nothing measured yet */
    uint64_t variation_ns;
    uint64_t least_ns;
    uint64_t last_ns;
    bool guessed;               /* not measured either, but better than that */
    uint32_t backoff;           /* the time-out is doubled so often */
};

/* A round trip was measured; ends the back-off. */
void rtt_measured(struct rtt *rtt, uint64_t sample_ns);
/*
 * The answer to a message that was sent more than once: the round trip takes
 * at least `least_ns`, and `most_ns` if it was to the first. While nothing is
 * measured this is what there is: on a link slower than the first time-out
 * everything is sent twice, and nothing could ever be measured.
 */
void rtt_guess(struct rtt *rtt, uint64_t least_ns, uint64_t most_ns);
/* How long to wait for an acknowledgement. */
uint64_t rtt_timeout_ns(const struct rtt *rtt);
/* It has been waited for in vain. */
void rtt_back_off(struct rtt *rtt);
/* How much later than its successors a message may arrive before it counts as
 * lost (as in RFC 8985: a quarter of the shortest round trip). */
uint64_t rtt_reordering_ns(const struct rtt *rtt);

#endif
