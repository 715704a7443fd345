/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of nodes that share memory, one atomic step at a time.
 *
 * A node is a function. It is executed again from its beginning for each of
 * its steps: the steps it has taken give the results they gave, the next one
 * acts on the shared memory, and there the execution is cut off. So the state
 * of a node is what its steps have returned, and a state of the model can be
 * compared with others and gone back from.
 *
 * What includes this has the steps in the place of the device's atomic
 * operations (hw/migbridge/promise-atomic.h).
 */
#ifndef TESTS_UNIT_DEVICE_MODEL_H
#define TESTS_UNIT_DEVICE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/abi/segment.h"

#define NODES       3
#define MAILS_MAX   3

/* All that the nodes share. */
typedef struct {
    struct mb_segment header;
    struct mb_node node[NODES];
    uint64_t mail[NODES][MAILS_MAX];    /* to each node: arrival times */
    uint64_t mails[NODES];
    uint64_t asleep[NODES];             /* in the kernel */
    uint64_t done[NODES];               /* has come to its end */
    uint64_t past[NODES];               /* has executed up to this time, << 8,
                                         * knowing so many mails */
} Shared;

/* What a step has done, to undo it. */
typedef struct {
    uint64_t *at;                       /* NULL: nothing */
    size_t bytes;
    uint64_t old;
    uint32_t steps;                     /* of the node, before */
} Change;

extern Shared shared;

/* Everything is zero, nobody has taken a step. */
void model_reset(void);
/* The next step of `node`, which is `run`; without one it is done. */
void model_step(unsigned node, void (*run)(unsigned node), Change *change);
void model_undo(unsigned node, const Change *change);
/* Of the state: shared memory, and what all steps have returned. Not 0. */
uint64_t model_hash(void);
/* Check's own assertions write something whenever they hold. */
void model_assert(bool holds);

/* -- steps -- */

uint64_t step_load(uint64_t *at, size_t bytes);
void step_store(uint64_t *at, size_t bytes, uint64_t value);
uint64_t step_exchange(uint64_t *at, size_t bytes, uint64_t value);
void step_or(uint64_t *at, size_t bytes, uint64_t value);
void step_add(uint64_t *at, size_t bytes, uint64_t value);
bool step_replace(uint64_t *at, size_t bytes, uint64_t *expected,
                  uint64_t value);
/* Sleep, if turn of `self` still is what it was. */
void step_sleep(unsigned self, uint32_t turn);

#define HW_MIGBRIDGE_PROMISE_ATOMIC_H
#define AT(at) (uint64_t *)(void *)(at), sizeof(*(at))
#define promise_load(at) ((__typeof__(*(at)))step_load(AT(at)))
#define promise_store(at, value) step_store(AT(at), value)
#define promise_exchange(at, value) step_exchange(AT(at), value)
#define promise_or(at, bits) step_or(AT(at), bits)
#define promise_increment(at) step_add(AT(at), 1)
#define promise_replace(at, expected, value) \
    step_replace(AT(at), expected, value)

#endif
