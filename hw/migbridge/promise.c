/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: promises.
 *
 * The order of the steps matters everywhere; docs/synchronisation.md gives
 * the reason for each, and the test tries all interleavings. Invariant: as
 * seen by anybody who finds `lowered` unchanged after a look at all nodes,
 *
 *     nothing that is not known to node T arrives there before
 *     the least of min(promise_ns, inbound_ns) + dist(p, T) of all others p.
 */
#ifndef PROMISE_NATIVE
#include "qemu/osdep.h"
#endif
#include "promise.h"
#include "promise-atomic.h"

#define BIT_WORD(node) ((node) / 64)
#define BIT_MASK64(node) (UINT64_C(1) << ((node) % 64))

static void promise_minimum(uint64_t *at, uint64_t value)
{
    uint64_t old = promise_load(at);

    while (value < old && !promise_replace(at, &old, value)) {
        /* old has been loaded anew */
    }
}

/* -- who sleeps -- */

void promise_rouse(struct mb_node *node)
{
    /* It either sees the new turn and does not sleep, or we see it asleep. */
    promise_increment(&node->turn);
    if (promise_load(&node->asleep)) {
        promise_wake(&node->turn);
    }
}

static void promise_rouse_or_keep(Promise *p, uint32_t sleeper)
{
    struct mb_node *own = &p->nodes[p->self];
    struct mb_node *node = &p->nodes[sleeper];
    uint64_t wanted_ns;

    if (sleeper >= p->node_count ||
        promise_load(&node->waiting) != p->self + 1) {
        return;
    }
    wanted_ns = promise_load(&node->wanted_ns);
    if (wanted_ns <= p->own_ns) {
        promise_rouse(node);
        return;
    }
    promise_or(&own->sleepers[BIT_WORD(sleeper)], BIT_MASK64(sleeper));
    promise_minimum(&own->awaited_ns, wanted_ns);
}

static void promise_rouse_sleepers(Promise *p)
{
    struct mb_node *own = &p->nodes[p->self];

    promise_exchange(&own->awaited_ns, MB_NEVER);
    for (uint32_t word = 0; word < MB_NEWS_WORDS; word++) {
        uint64_t bits = promise_load(&own->sleepers[word])
                        ? promise_exchange(&own->sleepers[word], 0) : 0;

        for (; bits != 0; bits &= bits - 1) {
            promise_rouse_or_keep(p, word * 64 +
                                  (uint32_t)__builtin_ctzll(bits));
        }
    }
}

uint32_t promise_doze(Promise *p, uint32_t peer, uint64_t need_ns)
{
    struct mb_node *own = &p->nodes[p->self];
    struct mb_node *node = &p->nodes[peer];
    uint64_t dist_ns = p->dist_ns[peer];
    uint64_t wanted_ns = need_ns == MB_NEVER || dist_ns == MB_NEVER
        ? MB_NEVER : need_ns - (dist_ns < need_ns ? dist_ns : need_ns);
    /* First: whatever changes from here on changes it. */
    uint32_t turn = promise_load(&own->turn);

    promise_store(&own->wanted_ns, wanted_ns);
    promise_store(&own->waiting, peer + 1);
    promise_or(&node->sleepers[BIT_WORD(p->self)], BIT_MASK64(p->self));
    promise_minimum(&node->awaited_ns, wanted_ns);
    promise_store(&own->asleep, 1);
    return turn;
}

void promise_awake(Promise *p)
{
    struct mb_node *own = &p->nodes[p->self];

    promise_store(&own->asleep, 0);
    promise_store(&own->waiting, 0);
}

/* -- what we say -- */

void promise_lower(Promise *p, uint32_t target, uint64_t at_ns)
{
    struct mb_node *node = &p->nodes[target];

    promise_or(&node->news[BIT_WORD(p->self)], BIT_MASK64(p->self));
    promise_minimum(&node->inbound_ns, at_ns);
    if (at_ns < promise_load(&node->promise_ns)) {
        promise_increment(&p->header->lowered);
        promise_rouse(node);
    }
}

bool promise_has_news(const Promise *p)
{
    return promise_load(&p->nodes[p->self].inbound_ns) != MB_NEVER;
}

bool promise_take(Promise *p, uint64_t news[MB_NEWS_WORDS])
{
    struct mb_node *own = &p->nodes[p->self];
    uint64_t inbound_ns = promise_load(&own->inbound_ns);
    bool any = false;

    while (inbound_ns != MB_NEVER) {
        if (inbound_ns < p->own_ns) {
            /*
             * Who made it earlier and finds our promise to be as early has
             * nothing to count. So it must have been counted by then.
             */
            promise_increment(&p->header->lowered);
            p->own_ns = inbound_ns;
            promise_store(&own->promise_ns, inbound_ns);
        }
        if (promise_replace(&own->inbound_ns, &inbound_ns, MB_NEVER)) {
            break;
        }
    }
    for (uint32_t word = 0; word < MB_NEWS_WORDS; word++) {
        news[word] = promise_load(&own->news[word])
                     ? promise_exchange(&own->news[word], 0) : 0;
        any = any || news[word] != 0;
    }
    return any;
}

void promise_raise(Promise *p, uint64_t at_ns)
{
    struct mb_node *own = &p->nodes[p->self];

    if (at_ns > p->own_ns) {
        p->own_ns = at_ns;
        promise_store(&own->promise_ns, at_ns);
    }
    if (p->own_ns >= promise_load(&own->awaited_ns)) {
        promise_rouse_sleepers(p);
    }
}

/* -- what others say -- */

void promise_reset(Promise *p)
{
    for (uint32_t i = 0; i < p->node_count; i++) {
        p->bound_ns[i] = p->dist_ns[i] == MB_NEVER ? PROMISE_FAR : 0;
    }
    p->first = 0;
}

/* Whatever comes in there, nothing comes out any more. */
static bool promise_has_left(struct mb_node *node)
{
    uint32_t state = promise_load(&node->state);

    return state == MB_NODE_CRASHED || state == MB_NODE_ENDED;
}

uint64_t promise_bound(const Promise *p, uint32_t peer)
{
    struct mb_node *node = &p->nodes[peer];
    /*
     * The promise first: a node that raises it has taken what was inbound
     * before. And last: one that takes what is inbound has lowered it before.
     */
    uint64_t before_ns = promise_load(&node->promise_ns);
    uint64_t inbound_ns = promise_load(&node->inbound_ns);
    uint64_t at_ns = promise_load(&node->promise_ns);
    uint64_t dist_ns = p->dist_ns[peer];

    at_ns = before_ns < at_ns ? before_ns : at_ns;
    at_ns = inbound_ns < at_ns ? inbound_ns : at_ns;
    if (at_ns == MB_NEVER || promise_has_left(node)) {
        return MB_NEVER;
    }
    /* A sum that overflows, or has no end, is as far. */
    return dist_ns < PROMISE_FAR - at_ns ? at_ns + dist_ns : PROMISE_FAR;
}

bool promise_limit(Promise *p, uint64_t need_ns, uint64_t want_ns,
                   uint64_t *limit_ns, uint32_t *peer)
{
    uint64_t lowered;

    do {
        lowered = promise_load(&p->header->lowered);
        if (lowered != p->lowered) {
            p->lowered = lowered;
            promise_reset(p);
        }
        *limit_ns = MB_NEVER;
        for (uint32_t k = 0; k < p->node_count; k++) {
            uint32_t i = p->first + k;

            i -= i >= p->node_count ? p->node_count : 0;
            if (i == p->self) {
                continue;
            }
            if (p->bound_ns[i] < want_ns) {
                p->bound_ns[i] = promise_bound(p, i);
            }
            if (p->bound_ns[i] < need_ns) {
                p->first = i;
                *peer = i;
                return false;
            }
            if (p->bound_ns[i] < *limit_ns) {
                *limit_ns = p->bound_ns[i];
            }
        }
    } while (promise_load(&p->header->lowered) != lowered);
    return true;
}
