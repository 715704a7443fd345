/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps for whoever moves only a part of the stack: data below and above the
 * stack pointer, on the same page and far from it, pointers from the heap into
 * the stack, and a second stack in the middle of the data.
 */
#include <ucontext.h>

#include "check.h"

#define FAR         (6 * 4096)

static volatile uint64_t *from_data;       /* points into main's frame */
static uint64_t other_stack[4096];
static ucontext_t here, there;
static uint64_t there_count;

/* Leaves a pattern in a frame that is gone when it returns. */
static void __attribute__((noinline)) leave_traces(uint64_t seed)
{
    volatile uint64_t frame[FAR / sizeof(uint64_t)];

    for (unsigned i = 0; i < FAR / sizeof(uint64_t); i += 64) {
        frame[i] = mix(seed + i);
    }
    CHECK(frame[0] == mix(seed));
}

/* A frame that starts as rubbish must be written before it is read; the new
 * frame lies where the traces are. */
static uint64_t __attribute__((noinline)) reuse(uint64_t seed)
{
    volatile uint64_t frame[FAR / sizeof(uint64_t)];
    uint64_t sum = 0;

    for (unsigned i = 0; i < FAR / sizeof(uint64_t); i += 64) {
        frame[i] = seed ^ i;
    }
    for (unsigned i = 0; i < FAR / sizeof(uint64_t); i += 64) {
        check_equal("reused frame", frame[i], seed ^ i);
        sum += frame[i];
    }
    return sum;
}

/* Runs on other_stack, to and fro with main. */
static void run_there(void)
{
    volatile uint64_t local = 0;

    for (;;) {
        for (int i = 0; i < 2000; i++) {
            local++;
        }
        there_count = local;
        CHECK(swapcontext(&there, &here) == 0);
    }
}

static void prepare_there(void)
{
    CHECK(getcontext(&there) == 0);
    there.uc_stack.ss_sp = other_stack;
    there.uc_stack.ss_size = sizeof(other_stack);
    makecontext(&there, run_there, 0);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 400);
    volatile uint64_t low = 0;
    volatile uint64_t far_above[FAR / sizeof(uint64_t)];
    uint64_t sum = 0;

    prepare_there();
    from_data = &low;
    for (unsigned i = 0; i < FAR / sizeof(uint64_t); i++) {
        far_above[i] = mix(i);
    }
    for (unsigned long turn = 0; turn < turns; turn++) {
        leave_traces(turn);
        sum = mix(sum ^ reuse(turn));
        *from_data += 1;
        check_equal("low", low, turn + 1);
        CHECK(swapcontext(&here, &there) == 0);
        check_equal("there", there_count, (turn + 1) * 2000);
        check_equal("far above", far_above[turn % 3072], mix(turn % 3072));
    }
    return pass("traps", sum);
}
