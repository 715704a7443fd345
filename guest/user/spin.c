/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nothing but work for the processor: so many million turns of a short loop in
 * registers. What a cluster costs beside its computing is measured with it.
 */
#include "check.h"

#define MILLION     1000000ul
#define FACTOR      6364136223846793005u    /* Knuth, MMIX */

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 5) * MILLION;
    uint64_t value = 1;

    for (unsigned long turn = 0; turn < turns; turn++) {
        value = value * FACTOR + turn;
        /* four instructions stay four instructions */
        __asm__ volatile("" : "+r"(value));
    }
    return pass("spin", value);
}
