/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a process has used the processor, on nodes whose clocks differ.
 *
 * The stay on this node is counted in cycles. A process that leaves takes the
 * cycles and the rate of the node along; they are added to what was before
 * when there is time for divisions. Stays are added up as ns and 2^-64 ns, the
 * latter rounded up: so a sum that is a whole number of ns shows as one.
 */
#ifndef PROC_CPU_TIME_H
#define PROC_CPU_TIME_H

#include <stdint.h>

/* User cycles on one node, where each takes num / den ns. */
struct cpu_stay {
    uint64_t cycles;
    uint32_t num;
    uint32_t den;
};

struct cpu_time {
    uint64_t cycles;            /* of the stay on this node */
    uint64_t ns;                /* of stays that are over */
    uint64_t fraction;          /* and 2^-64 ns */
    struct cpu_stay last;       /* is over, too, and not in ns yet; cycles 0:
                                 * there is none */
};

/* Puts the last stay into ns and fraction. */
void cpu_time_fold(struct cpu_time *time);
/* All stays, rounded down; num / den is this node's rate. */
uint64_t cpu_time_ns(const struct cpu_time *time, uint32_t num, uint32_t den);

#endif
