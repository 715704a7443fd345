/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of nodes that share memory.
 */
#include "model.h"

#include <check.h>
#include <setjmp.h>
#include <string.h>

#define STEPS_MAX   400

Shared shared;

static uint64_t shared_hash;                /* over the shared memory */
static uint32_t count[NODES];               /* of the steps taken */
static uint64_t result[NODES][STEPS_MAX];   /* of each */
static uint64_t hash[NODES][STEPS_MAX + 1]; /* over those before */

static unsigned actor;                  /* whose step is to be taken */
static uint32_t replayed;               /* how many he has taken again */
static Change last;                     /* by the step that was taken */
static jmp_buf cut;

void model_assert(bool holds)
{
    if (!holds) {
        ck_abort_msg("the model is at its limits");
    }
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t value = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) *
                     UINT64_C(0xbf58476d1ce4e5b9);

    return (value ^ value >> 31) * UINT64_C(0x94d049bb133111eb);
}

static uint64_t peek(const uint64_t *at, size_t bytes)
{
    uint64_t value = 0;

    memcpy(&value, at, bytes);
    return value;
}

static void poke(uint64_t *at, size_t bytes, uint64_t value)
{
    uint64_t place = (uint64_t)((uint8_t *)at - (uint8_t *)&shared);
    uint64_t old = peek(at, bytes);

    model_assert(place < sizeof(shared));
    memcpy(at, &value, bytes);
    shared_hash ^= mix(place, old) ^ mix(place, peek(at, bytes));
    last = (Change) { .at = at, .bytes = bytes, .old = old };
}

/* The result of an old step, or false: this one is to be taken. */
static bool step_again(uint64_t *old)
{
    if (replayed < count[actor]) {
        *old = result[actor][replayed++];
        return true;
    }
    model_assert(replayed < STEPS_MAX);
    return false;
}

static _Noreturn void step_taken(uint64_t value)
{
    uint32_t *k = &count[actor];

    result[actor][*k] = value;
    hash[actor][*k + 1] = mix(hash[actor][*k], value);
    ++*k;
    longjmp(cut, 1);
}

/* Does nobody ever write there? Words of bitmaps with bits of more nodes. */
static bool is_constant(const uint64_t *at)
{
    for (unsigned i = 0; i < NODES; i++) {
        const struct mb_node *node = &shared.node[i];

        if ((at > node->news && at < node->news + MB_NEWS_WORDS) ||
            (at > node->sleepers && at < node->sleepers + MB_NEWS_WORDS)) {
            return true;
        }
    }
    return false;
}

uint64_t step_load(uint64_t *at, size_t bytes)
{
    uint64_t old;

    if (is_constant(at)) {
        return peek(at, bytes);
    }
    if (!step_again(&old)) {
        step_taken(peek(at, bytes));
    }
    return old;
}

uint64_t step_exchange(uint64_t *at, size_t bytes, uint64_t value)
{
    uint64_t old;

    if (!step_again(&old)) {
        old = peek(at, bytes);
        poke(at, bytes, value);
        step_taken(old);
    }
    return old;
}

/* What was there before is none of the caller's business. */
void step_store(uint64_t *at, size_t bytes, uint64_t value)
{
    uint64_t none;

    if (!step_again(&none)) {
        poke(at, bytes, value);
        step_taken(0);
    }
}

void step_or(uint64_t *at, size_t bytes, uint64_t value)
{
    step_store(at, bytes, peek(at, bytes) | value);
}

void step_add(uint64_t *at, size_t bytes, uint64_t value)
{
    step_store(at, bytes, peek(at, bytes) + value);
}

bool step_replace(uint64_t *at, size_t bytes, uint64_t *expected,
                  uint64_t value)
{
    uint64_t old, wanted = *expected;

    if (!step_again(&old)) {
        old = peek(at, bytes);
        if (old == wanted) {
            poke(at, bytes, value);
        }
        step_taken(old);
    }
    *expected = old;
    return old == wanted;
}

void step_sleep(unsigned self, uint32_t turn)
{
    step_store(AT(&shared.asleep[self]), shared.node[self].turn == turn);
}

/* -- states -- */

void model_reset(void)
{
    memset(&shared, 0, sizeof(shared));
    memset(count, 0, sizeof(count));
    shared_hash = 0;
}

void model_step(unsigned node, void (*run)(unsigned node), Change *change)
{
    uint32_t steps = count[node];

    actor = node;
    replayed = 0;
    last = (Change) { .at = NULL };
    if (setjmp(cut) == 0) {
        run(node);
        poke(AT(&shared.done[node]), 1);
    }
    *change = last;
    change->steps = steps;
}

void model_undo(unsigned node, const Change *change)
{
    if (change->at != NULL) {
        poke(change->at, change->bytes, change->old);
    }
    count[node] = change->steps;
}

uint64_t model_hash(void)
{
    uint64_t key = shared_hash;

    for (unsigned i = 0; i < NODES; i++) {
        key = mix(key + i, hash[i][count[i]]);
    }
    return key | 1;
}
