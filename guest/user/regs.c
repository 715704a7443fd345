/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All 31 integer registers, the stack pointer among them, hold known values
 * that change with every turn of a loop; none of them points anywhere.
 */
#include "check.h"

#define REGISTERS   32
#define COUNTER     5           /* x5 counts down, see regs-spin.S */

extern uint64_t regs_in[REGISTERS];
extern uint64_t regs_out[REGISTERS];
void regs_spin(void);

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 40);
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        uint64_t spins = 10000 + turn;

        for (int i = 1; i < REGISTERS; i++) {
            regs_in[i] = mix(turn * REGISTERS + (uint64_t)i);
        }
        regs_in[COUNTER] = spins;
        regs_spin();
        for (int i = 1; i < REGISTERS; i++) {
            char name[8];

            snprintf(name, sizeof(name), "x%d", i);
            check_equal(name, regs_out[i], i == COUNTER ? 0 :
                        regs_in[i] + (uint64_t)i * spins);
            sum = mix(sum ^ regs_out[i]);
        }
    }
    return pass("regs", sum);
}
