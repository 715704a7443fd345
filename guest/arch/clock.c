/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring what instructions cost, and converting cycles.
 *
 * The way into the kernel and out of it is measured by running those very
 * instructions (arch/entry.S) between two readings of the counter. So it is
 * exact for any table of costs, and nothing here knows which classes of
 * instructions there are.
 */
#include "arch/clock.h"

#include "arch/csr.h"
#include "lib/muldiv.h"

#define NS_PER_S    1000000000ul

uint64_t clock_entry_cycles;
uint64_t clock_exit_cycles;

static struct {
    uint32_t num;
    uint32_t den;
    uint64_t insn_cycles;       /* of the slowest ordinary instruction */
} rate = { 1, 1, 1 };

/* What is between the readings, and the second reading. */
#define CYCLES_OF(insn) \
    ({ \
        uint64_t before_, after_; \
        uint64_t memory_ = 0; \
        __asm__ volatile("csrr %0, cycle\n\t" \
                         insn "\n\t" \
                         "csrr %1, cycle" \
                         : "=&r"(before_), "=&r"(after_) \
                         : "r"(&memory_) : "memory"); \
        after_ - before_; \
    })

static uint64_t slowest_insn(void)
{
    const uint64_t reading = CYCLES_OF("");
    const uint64_t costs[] = {
        CYCLES_OF("addi %1, %2, 1"),
        CYCLES_OF("ld %1, 0(%2)"),
        CYCLES_OF("sd zero, 0(%2)"),
        CYCLES_OF("beqz %2, 1f\n1:"),
        CYCLES_OF("j 1f\n1:"),
        CYCLES_OF("fence rw, o"),
        CYCLES_OF("sfence.vma"),
    };
    uint64_t most = reading;

    for (unsigned i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        if (costs[i] - reading > most) {
            most = costs[i] - reading;
        }
    }
    return most;
}

void clock_measure(void)
{
    struct frame frame;

    clock_entry_cycles = entry_measure(&frame);
    clock_exit_cycles = exit_measure(&frame);
    rate.insn_cycles = slowest_insn();
}

void clock_set_rate(uint32_t num, uint32_t den)
{
    rate.num = num;
    rate.den = den;
}

uint32_t clock_num(void)
{
    return rate.num;
}

uint32_t clock_den(void)
{
    return rate.den;
}

uint64_t clock_hz(void)
{
    uint32_t rest;
    uint64_t hz = muldiv(NS_PER_S, rate.den, rate.num, &rest);

    return rest > rate.num / 2 ? hz + 1 : hz;
}

uint64_t clock_ns(uint64_t cycles)
{
    uint32_t rest;

    return muldiv(cycles, rate.num, rate.den, &rest);
}

uint64_t clock_insns_ns(uint32_t insns)
{
    return clock_ns(insns * rate.insn_cycles) + 1;
}
