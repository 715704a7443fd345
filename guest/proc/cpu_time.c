/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processor time. Pure.
 */
#include "proc/cpu_time.h"

#include "lib/muldiv.h"

/* rest / den in units of 2^-64, rounded up; rest < den. */
static uint64_t fraction_of(uint32_t rest, uint32_t den)
{
    uint64_t high = ((uint64_t)rest << 32) / den;
    uint64_t low;

    rest = (uint32_t)(((uint64_t)rest << 32) % den);
    low = ((uint64_t)rest << 32) / den;
    rest = (uint32_t)(((uint64_t)rest << 32) % den);
    return (high << 32 | low) + (rest != 0);
}

static void add_stay(struct cpu_time *time, const struct cpu_stay *stay)
{
    uint32_t rest;
    uint64_t fraction;

    time->ns += muldiv(stay->cycles, stay->num, stay->den, &rest);
    fraction = fraction_of(rest, stay->den);
    time->fraction += fraction;
    time->ns += time->fraction < fraction;
}

void cpu_time_fold(struct cpu_time *time)
{
    if (time->last.cycles != 0) {
        add_stay(time, &time->last);
        time->last.cycles = 0;
    }
}

uint64_t cpu_time_ns(const struct cpu_time *time, uint32_t num, uint32_t den)
{
    const struct cpu_stay here = { time->cycles, num, den };
    struct cpu_time sum = *time;

    cpu_time_fold(&sum);
    add_stay(&sum, &here);
    return sum.ns;
}
