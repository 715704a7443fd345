/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round trip times. RFC 6298, 2: alpha is 1/8, beta 1/4, K is 4.
 */
#include "ipc/rtt.h"

static uint64_t at_least(uint64_t value, uint64_t least)
{
    return value > least ? value : least;
}

void rtt_measured(struct rtt *rtt, uint64_t sample_ns)
{
    sample_ns = at_least(sample_ns, 1);
    if (rtt->smooth_ns == 0 || rtt->guessed) {
        rtt->smooth_ns = sample_ns;
        rtt->variation_ns = sample_ns / 2;
        rtt->least_ns = sample_ns;
        rtt->guessed = false;
    } else {
        uint64_t error_ns = sample_ns > rtt->smooth_ns
            ? sample_ns - rtt->smooth_ns : rtt->smooth_ns - sample_ns;

        rtt->variation_ns += error_ns / 4 - rtt->variation_ns / 4;
        rtt->smooth_ns += sample_ns / 8 - rtt->smooth_ns / 8;
        if (sample_ns < rtt->least_ns) {
            rtt->least_ns = sample_ns;
        }
    }
    rtt->last_ns = sample_ns;
    rtt->backoff = 0;
}

void rtt_guess(struct rtt *rtt, uint64_t least_ns, uint64_t most_ns)
{
    if (rtt->smooth_ns == 0) {
        rtt->smooth_ns = most_ns < RTT_GUESS_MOST_NS ? most_ns
                                                     : RTT_GUESS_MOST_NS;
        rtt->last_ns = least_ns;
        rtt->guessed = true;
        rtt->backoff = 0;
    }
}

static uint64_t base_ns(const struct rtt *rtt)
{
    if (rtt->smooth_ns == 0) {
        return RTT_TIMEOUT_FIRST_NS;
    }
    return at_least(rtt->smooth_ns + 4 * rtt->variation_ns,
                    RTT_TIMEOUT_LEAST_NS);
}

uint64_t rtt_timeout_ns(const struct rtt *rtt)
{
    uint64_t ns = base_ns(rtt);

    for (uint32_t i = 0; i < rtt->backoff && ns < RTT_BACKOFF_MOST_NS; i++) {
        ns *= 2;
        if (ns > RTT_BACKOFF_MOST_NS) {
            ns = RTT_BACKOFF_MOST_NS;
        }
    }
    return ns;
}

void rtt_back_off(struct rtt *rtt)
{
    if (rtt_timeout_ns(rtt) < RTT_BACKOFF_MOST_NS) {
        rtt->backoff++;
    }
}

uint64_t rtt_reordering_ns(const struct rtt *rtt)
{
    return rtt->least_ns / 4;
}
