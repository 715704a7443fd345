/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The atomic steps that promise.c consists of. All are sequentially
 * consistent: the proof (docs/synchronisation.md) and its test, which puts
 * macros of its own in the place of these to see every interleaving
 * (tests/unit/device/test-promise.c), treat them so.
 */
#ifndef HW_MIGBRIDGE_PROMISE_ATOMIC_H
#define HW_MIGBRIDGE_PROMISE_ATOMIC_H

#define promise_load(at) __atomic_load_n(at, __ATOMIC_SEQ_CST)
#define promise_store(at, value) __atomic_store_n(at, value, __ATOMIC_SEQ_CST)
#define promise_exchange(at, value) \
    __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST)
#define promise_or(at, bits) __atomic_fetch_or(at, bits, __ATOMIC_SEQ_CST)
#define promise_increment(at) __atomic_fetch_add(at, 1, __ATOMIC_SEQ_CST)
/* False: *at was not *expected, which is now what it was. */
#define promise_replace(at, expected, value) \
    __atomic_compare_exchange_n(at, expected, value, 0, __ATOMIC_SEQ_CST, \
                                __ATOMIC_SEQ_CST)

#endif
