/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads move together: each has registers, floating-point state, a stack and
 * thread-local data of its own, and they meet at a mutex and a barrier.
 */
#include <pthread.h>

#include "check.h"

#define THREADS 5

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static unsigned long turns;
static uint64_t shared;
static unsigned long meetings;
static __thread uint64_t own;

static void *work(void *argument)
{
    uint64_t number = (uint64_t)(uintptr_t)argument;
    double real = (double)number;

    own = number;
    for (unsigned long turn = 1; turn <= turns; turn++) {
        own = mix(own + turn);
        real += 0.5;
        CHECK(pthread_mutex_lock(&mutex) == 0);
        shared += own;
        CHECK(pthread_mutex_unlock(&mutex) == 0);
        if (turn % 64 == 0 &&
            pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
            meetings++;
        }
        CHECK(real == (double)number + 0.5 * (double)turn);
    }
    return (void *)(uintptr_t)own;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    uint64_t sum = 0;

    turns = rounds(argc, argv, 4000);
    CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
    for (uintptr_t i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    }
    for (uintptr_t i = 0; i < THREADS; i++) {
        uint64_t expected = i;
        void *result;

        CHECK(pthread_join(threads[i], &result) == 0);
        for (unsigned long turn = 1; turn <= turns; turn++) {
            expected = mix(expected + turn);
            sum += expected;
        }
        check_equal("thread's result", (uintptr_t)result, expected);
    }
    check_equal("shared sum", shared, sum);
    check_equal("meetings", meetings, turns / 64);
    return pass("threads", shared);
}
