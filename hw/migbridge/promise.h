/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Promises: what the nodes of a cluster tell each other about virtual time.
 *
 * The part of the synchronisation that works on shared memory, and nothing
 * else: it knows neither QEMU nor messages. docs/synchronisation.md says what
 * it does, and proves it.
 */
#ifndef HW_MIGBRIDGE_PROMISE_H
#define HW_MIGBRIDGE_PROMISE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/segment.h"

/* What one node knows. */
typedef struct Promise {
    struct mb_segment *header;
    struct mb_node *nodes;
    uint32_t node_count;
    uint32_t self;
    uint64_t own_ns;            /* what is in our promise_ns */
    uint64_t *dist_ns;          /* [node_count]: least time from there to here;
                                 * MB_NEVER: there is no way */
    /* [node_count]: before this nothing comes from there, as last read.
     * Valid while header->lowered is as it was. */
    uint64_t *bound_ns;
    uint64_t lowered;
    uint32_t first;             /* where to begin to ask */
} Promise;

/* For a bound with no way from there to here: behind any instant, but not the
 * end of time, which is MB_NEVER. */
#define PROMISE_FAR (MB_NEVER - 1)

/* Wakes whoever sleeps on the word. Not here: hold.c, or the test's own. */
void promise_wake(uint32_t *word);

/* Forget what is known of the others. */
void promise_reset(Promise *p);

/* Something that is there already will have an effect at @target, at @at_ns or
 * later. Before our own promise may go beyond the instant of this call. */
void promise_lower(Promise *p, uint32_t target, uint64_t at_ns);

/* Our own promise covers now what peers have to say, and @news has the bits of
 * those who have said something. False: nobody has. */
bool promise_take(Promise *p, uint64_t news[MB_NEWS_WORDS]);

/* Has a peer made our own promise earlier, or something known to us? */
bool promise_has_news(const Promise *p);

/* We do nothing before @at_ns. A promise is never taken back. */
void promise_raise(Promise *p, uint64_t at_ns);

/* Before what time does nothing of @peer, or through it, come here? */
uint64_t promise_bound(const Promise *p, uint32_t peer);

/* The time before which nothing that is not known yet, but is not ours, comes
 * here, up to @want_ns as exactly as possible. False: it is below @need_ns,
 * because of *@peer. */
bool promise_limit(Promise *p, uint64_t need_ns, uint64_t want_ns,
                   uint64_t *limit_ns, uint32_t *peer);

/* Fall asleep until the bound of @peer is @need_ns: what to give to a futex.
 * Whoever has called this looks once more, then sleeps, then calls the other. */
uint32_t promise_doze(Promise *p, uint32_t peer, uint64_t need_ns);
void promise_awake(Promise *p);

/* Make @node look again if it sleeps or is about to. */
void promise_rouse(struct mb_node *node);

#endif
